import { z } from 'zod';
import {
  capacityDefaults,
  capacityLimits,
  refuseCapacity,
  type CapacitySettings,
} from '../capacity-settings.ts';
import { formatDuration } from '../duration.ts';
import { durationSchema } from './duration.ts';
import { durationSchema as shownDurationSchema, idSchema, instantSchema } from './shared.ts';

const limits = capacityLimits;

function duration(minMs: number, maxMs: number, meta: { description: string; example: string }) {
  const range = `${formatDuration(minMs)}–${formatDuration(maxMs)}`;
  return durationSchema({ minMs, maxMs, range }).optional().meta(meta);
}

/** What refuseCapacity says about one setting, as the schema's message: the words exist once. */
function refusal(setting: keyof CapacitySettings) {
  return ({ input }: { input?: unknown }): string | undefined => {
    if (typeof input !== 'number') return undefined;
    return refuseCapacity({ open: 1, [setting]: input }, limits.maxSize)?.message;
  };
}

const count = (setting: 'open' | 'floor' | 'ceiling', min: number, max: number) => {
  const error = refusal(setting);
  return z.int({ error }).min(min, { error }).max(max, { error }).optional();
};

/** Capacity as a caller gives it: how many responses may be open, here or at a desk; durations become milliseconds. */
export const capacityInputSchema = z
  .strictObject({
    open: count('open', limits.minOpen, limits.maxOpen).meta({
      description: 'How many responses of this campaign may be open at once; either this or a desk',
      example: 30,
    }),
    desk: idSchema.optional().meta({ description: 'Id of the desk whose capacity this campaign shares' }),
    rate: z
      .number()
      .min(limits.minRate, { error: refusal('rate') })
      .max(limits.maxRate, { error: refusal('rate') })
      .optional()
      .meta({
        description: `Expected share of the mails that is answered, until the campaign's own responses say better; ${capacityDefaults.rate} when left out`,
        example: 0.3,
      }),
    delay: duration(limits.minDelayMs, limits.maxDelayMs, {
      description: `Half of the answers are expected within this time; ${formatDuration(capacityDefaults.delayMs)} when left out`,
      example: '20m',
    }),
    handling: duration(limits.minHandlingMs, limits.maxHandlingMs, {
      description:
        'Expected time from opened to handled, waiting included; when left out nothing counts as handled until it is reported',
      example: '30m',
    }),
    floor: count('floor', 0, limits.maxSize).meta({
      description:
        'So many mails leave with each batch even when there is no room; 0, the default, holds back altogether',
      example: 0,
    }),
    ceiling: count('ceiling', 1, limits.maxSize).meta({
      description:
        "Largest batch when there is room; may exceed the pace's batch size, which it is when left out",
      example: 80,
    }),
    silentAfter: duration(limits.minSilentAfterMs, limits.maxSilentAfterMs, {
      description: `After so much working time without a report, although some were due, the campaign goes back to its fixed pace; ${formatDuration(capacityDefaults.silentAfterMs)} when left out`,
      example: '1h',
    }),
  })
  .superRefine(({ open, desk, floor, ceiling }, context) => {
    if ((open === undefined) === (desk === undefined))
      context.addIssue({
        code: 'custom',
        path: desk === undefined ? [] : ['desk'],
        message: `say either how many responses may be open at once, {"open": 30}, or whose capacity counts, {"desk": "<id>"} (got ${open === undefined ? 'neither' : 'both'})`,
      });
    // Each alone is checked above; against the size of the pace the floor is checked where the pace is known.
    if (floor === undefined || ceiling === undefined || ceiling < 1 || floor <= ceiling) return;
    const refused = refuseCapacity({ open: 1, floor, ceiling }, limits.maxSize);
    if (refused !== null)
      context.addIssue({ code: 'custom', path: [refused.setting], message: refused.message });
  })
  .meta({
    id: 'CapacityInput',
    description:
      'Makes the pace follow the answers: a batch is only as large as the open responses leave room for',
  });

/** Capacity as answers carry it: what was said, durations in words. */
export const shownCapacitySchema = z
  .strictObject({
    open: z.int().optional(),
    desk: idSchema.optional(),
    rate: z.number().optional(),
    delay: shownDurationSchema.optional(),
    handling: shownDurationSchema.optional(),
    floor: z.int().optional(),
    ceiling: z.int().optional(),
    silentAfter: shownDurationSchema.optional(),
  })
  .meta({ id: 'Capacity', description: 'What makes the pace follow the answers' });

/** How full the desk is, and what that means for the next batch. */
export const openResponsesSchema = z
  .strictObject({
    open: z.int().meta({ description: 'Responses that are open now, of all campaigns of the desk' }),
    limit: z.int().meta({ description: 'How many may be open' }),
    expected: z
      .number()
      .meta({ description: 'How many more the mails already out should bring within the hour' }),
    following: z
      .enum(['room', 'heldBack', 'silent'])
      .meta({ description: 'silent: no signal came, so the fixed pace is kept' }),
    sentence: z.string().meta({ example: 'held back: 28 of 30 open, 6 more expected within the hour' }),
  })
  .meta({ id: 'OpenResponses', description: 'Open responses against the capacity' });

export const capacityDecisionSchema = z
  .strictObject({
    at: instantSchema,
    batch: z.int(),
    kind: z.enum(['room', 'heldBack', 'silent']),
    wanted: z.int(),
    size: z.int(),
    lookAgainAt: instantSchema,
    inputs: z.record(z.string(), z.number().nullable()),
    sentence: z.string(),
  })
  .meta({ id: 'CapacityDecision', description: 'What was decided about a batch, and by which figures' });
