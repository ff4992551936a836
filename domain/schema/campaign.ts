import { z } from 'zod';
import { campaignStates } from '../campaign-state.ts';
import { audienceInputSchema, audienceSchema } from './audience.ts';
import { holidaysSchema, windowsSchema } from './calendar.ts';
import { campaignDocumentsSchema, shownDocumentsSchema } from './campaign-document.ts';
import { capacityInputSchema, openResponsesSchema, shownCapacitySchema } from './capacity.ts';
import { campaignConsentSchema, shownConsentSchema } from './consent.ts';
import { contentSchema, identitySchema } from './content.ts';
import { limitsSchema, shownLimitsSchema } from './domain-limit.ts';
import { durationSchema } from './duration.ts';
import { followsSchema, shownFollowsSchema } from './follow-up.ts';
import { guardsInputSchema, guardsSchema, warningSchema } from './guards.ts';
import { identityInputSchema } from './identity.ts';
import { mailSourceFields } from './mail-sources.ts';
import { paceInputSchema, paceSchema } from './pace.ts';
import { campaignRecordsSchema } from './record.ts';
import { responseLinkSchema, responseLinksSchema } from './response-link.ts';
import { idSchema, instantInputSchema, instantSchema, nameSchema } from './shared.ts';
import { signatureIdSchema } from './signature.ts';
import { streamSchema } from './stream.ts';
import { contentInputSchema } from './template.ts';
import { timeZoneSchema } from './time-zone.ts';

/** "When started" is null. One in the past is refused by the routes, which know the time. */
export const startAtSchema = instantInputSchema.nullable().meta({
  description: 'When the first batch may go; null: when started',
  example: '2026-12-01T08:00:00+01:00',
});

const day = 86_400_000;
const onceWithinSchema = durationSchema({ minMs: day, maxMs: 3_650 * day, range: '1d to 3650d' })
  .nullable()
  .meta({
    description: 'Nobody gets it who got the same template version so recently; null: does not matter',
    example: '30d',
  });

const draftFields = {
  name: nameSchema.meta({ example: 'Server upgrade on 5 December' }),
  audience: audienceInputSchema,
  identity: identityInputSchema,
  content: contentInputSchema,
  pace: paceInputSchema({}).meta({ id: 'PaceInput', description: 'How fast, in exactly one form' }),
} as const;

export const newCampaignSchema = z
  .strictObject({
    ...draftFields,
    signature: signatureIdSchema.default(null),
    startAt: startAtSchema.optional(),
    timeZone: timeZoneSchema.default('UTC'),
    windows: windowsSchema.default([]),
    holidays: holidaysSchema.default([]),
    limits: limitsSchema.default([]),
    follows: followsSchema.nullable().default(null),
    capacity: capacityInputSchema.nullable().default(null),
    responseLinks: responseLinksSchema.default([]),
    guards: guardsInputSchema.optional(),
    stream: streamSchema.default('campaign'),
    documents: campaignDocumentsSchema.default([]),
    consent: campaignConsentSchema.default({ newsletter: true }),
    onceWithin: onceWithinSchema.default(null),
    logActivity: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether contacts, customers and records say "serial mail"' }),
    records: campaignRecordsSchema.default([]),
  })
  .meta({ id: 'NewCampaign' });

export const campaignPatchSchema = z
  .strictObject({
    name: draftFields.name.optional(),
    audience: audienceInputSchema.optional(),
    identity: identityInputSchema.optional(),
    content: contentInputSchema.optional(),
    signature: signatureIdSchema.optional(),
    pace: draftFields.pace.optional(),
    startAt: startAtSchema.optional(),
    timeZone: timeZoneSchema.optional(),
    windows: windowsSchema.optional(),
    holidays: holidaysSchema.optional(),
    limits: limitsSchema.optional(),
    follows: followsSchema.nullable().optional(),
    capacity: capacityInputSchema.nullable().optional(),
    responseLinks: responseLinksSchema.optional(),
    guards: guardsInputSchema.optional(),
    stream: streamSchema.optional(),
    documents: campaignDocumentsSchema.optional(),
    consent: campaignConsentSchema.optional(),
    onceWithin: onceWithinSchema.optional(),
    logActivity: z.boolean().optional(),
    records: campaignRecordsSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'CampaignPatch', description: 'What is left out stays' });

const count = z.int().min(0);
export const countsSchema = z
  .strictObject({
    planned: count,
    sending: count,
    deferred: count,
    sent: count,
    failed: count,
    skipped: count,
    cancelled: count,
    inDoubt: count,
    total: count,
  })
  .meta({ id: 'Counts', description: 'Recipients by state, from one snapshot; they sum to total' });

export const campaignStateSchema = z.enum(campaignStates).meta({ id: 'CampaignState' });

export const pauseSchema = z
  .strictObject({
    at: instantSchema,
    by: z.string(),
    reason: z.string().nullable(),
    inFlight: count.meta({ description: 'Mails that could still leave when the gate closed' }),
    settledAt: instantSchema.nullable().meta({ description: 'When the last of them had its outcome' }),
    resumeAt: instantSchema
      .nullable()
      .meta({ description: 'When it ends by itself; null: not before somebody resumes' }),
  })
  .meta({ id: 'Pause', description: 'The pause or hold in force' });

export const nextBatchSchema = z
  .strictObject({
    batch: z.int(),
    at: instantSchema,
    size: z.int(),
    because: z
      .enum(['due', 'startAt', 'resumed', 'gap', 'deferral', 'relay', 'window', 'limit', 'capacity'])
      .meta({ description: 'What it waits for; due: nothing' }),
  })
  .meta({ id: 'NextBatch', description: 'The next batch, by the planner that the campaign itself follows' });

const temporalLinkSchema = z
  .strictObject({
    workflowId: z.string(),
    runId: z.string().nullable().meta({ description: 'Null when Temporal cannot be asked' }),
    url: z
      .string()
      .nullable()
      .meta({ description: 'The run in the Temporal UI, when its address is configured' }),
  })
  .meta({ id: 'TemporalLink' });

const troubleSchema = z
  .strictObject({ code: z.string(), text: z.string(), since: instantSchema, lastAt: instantSchema, count })
  .meta({ id: 'RelayTrouble', description: 'The relay refuses everything since then' });

const summaryFields = {
  id: idSchema,
  version: z.int().meta({ description: 'Also the ETag' }),
  state: campaignStateSchema,
  name: z.string(),
  pace: paceSchema,
  counts: countsSchema,
  startAt: instantSchema.nullable(),
  createdAt: instantSchema,
  createdBy: z.string(),
  startedAt: instantSchema.nullable().meta({ description: 'When the start was commanded' }),
  finishedAt: instantSchema.nullable(),
} as const;

export const campaignSummarySchema = z.strictObject(summaryFields).meta({ id: 'CampaignSummary' });
export type CampaignSummary = z.output<typeof campaignSummarySchema>;

export const campaignSchema = z
  .strictObject({
    ...summaryFields,
    audience: audienceSchema,
    identity: identitySchema,
    content: contentSchema,
    ...mailSourceFields,
    timeZone: z.string(),
    windows: windowsSchema,
    holidays: holidaysSchema,
    limits: shownLimitsSchema,
    follows: shownFollowsSchema.nullable(),
    capacity: shownCapacitySchema.nullable(),
    responses: openResponsesSchema
      .nullable()
      .meta({ description: 'Null when the campaign does not follow its responses, or has nobody left' }),
    responseLinks: z.array(responseLinkSchema),
    stream: z.string(),
    consent: shownConsentSchema,
    documents: shownDocumentsSchema,
    onceWithin: z.string().nullable().meta({ example: '30d' }),
    logActivity: z.boolean(),
    records: z.array(idSchema),
    updatedAt: instantSchema,
    pause: pauseSchema.nullable(),
    next: nextBatchSchema.nullable(),
    trouble: troubleSchema.nullable(),
    guards: guardsSchema,
    warnings: z.array(warningSchema).meta({ description: 'What guards see coming while the campaign runs' }),
    temporal: temporalLinkSchema.nullable().meta({ description: 'Null for drafts' }),
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaignSchema>;
