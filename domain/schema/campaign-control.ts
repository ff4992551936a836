import { z } from 'zod';
import { campaignStateSchema, countsSchema, nextBatchSchema, startAtSchema } from './campaign.ts';
import { paceInputSchema, paceSchema } from './pace.ts';
import { idSchema, instantInputSchema, instantSchema, reasonSchema } from './shared.ts';

export const startSchema = z
  .strictObject({
    startAt: startAtSchema
      .optional()
      .meta({ description: 'Left out: as the draft says; null: now', example: '2026-12-01T08:00:00+01:00' }),
  })
  .meta({ id: 'Start' });

/** Body of acts that carry nothing but why. */
export const actSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'Act' });

export const pauseRequestSchema = z
  .strictObject({
    reason: reasonSchema,
    resumeAt: instantInputSchema.nullable().optional().meta({
      description:
        'When the campaign goes on by itself; null: not before somebody resumes. On a paused campaign it is changed; left out, it stays',
      example: '2026-12-01T08:00:00+01:00',
    }),
  })
  .meta({ id: 'PauseRequest' });

export const setPaceSchema = paceInputSchema({ reason: reasonSchema }).meta({ id: 'SetPace' });

export const rescheduleSchema = z
  .strictObject({ startAt: instantInputSchema, reason: reasonSchema })
  .meta({ id: 'Reschedule' });

export const pausedSchema = z
  .strictObject({
    state: campaignStateSchema,
    pausedAt: instantSchema,
    by: z.string(),
    reason: z.string().nullable(),
    inFlight: z.int().min(0).meta({ description: 'At most so many mails still leave after this answer' }),
    resumeAt: instantSchema.nullable().meta({ description: 'When it ends by itself' }),
  })
  .meta({ id: 'Paused' });

export const paceSetSchema = z
  .strictObject({ pace: paceSchema, previous: paceSchema, next: nextBatchSchema.nullable() })
  .meta({ id: 'PaceSet' });

export const batchSchema = z
  .strictObject({
    number: z.int(),
    plannedAt: instantSchema,
    startedAt: instantSchema,
    finishedAt: instantSchema.nullable().meta({ description: 'Null while it is under way or interrupted' }),
    size: z.int(),
    counts: countsSchema.meta({ description: 'Recipients whose last attempt was in this batch' }),
  })
  .meta({ id: 'Batch', description: 'A past batch; its lateness is startedAt − plannedAt' });

const change = z.record(z.string(), z.unknown()).nullable();
export const controlSchema = z
  .strictObject({
    id: idSchema,
    at: instantSchema,
    by: z.string().meta({ description: "The key's name, temporal, or guard:NAME" }),
    via: z.enum(['api', 'temporal', 'guard']),
    action: z.string().meta({ example: 'setPace' }),
    from: change,
    to: change,
    reason: z.string().nullable(),
  })
  .meta({ id: 'Control', description: 'An act of control that came into force' });

export const mainGateSchema = z
  .strictObject({
    open: z.boolean(),
    changedAt: instantSchema,
    by: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'MainGate' });

export const setMainGateSchema = z
  .strictObject({ open: z.boolean(), reason: reasonSchema })
  .meta({ id: 'SetMainGate' });

export const mainGateSetSchema = z
  .strictObject({
    ...mainGateSchema.shape,
    inFlight: z
      .int()
      .min(0)
      .meta({ description: 'After closing, at most so many mails of all campaigns still leave' }),
  })
  .meta({ id: 'MainGateSet' });
