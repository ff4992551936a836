import { z } from 'zod';
import { listDecisions, type CapacityDecisionRow } from '../../db/capacity-decisions.ts';
import { listBatches, listControls, type BatchRow, type ControlRow } from '../../db/history.ts';
import { deliveryStates, type Counts } from '../../domain/delivery-state.ts';
import { batchSchema, controlSchema } from '../../domain/schema/campaign-control.ts';
import { capacityDecisionSchema } from '../../domain/schema/capacity.ts';
import { idSchema, listSchema, pagingFields } from '../../domain/schema/shared.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { page, positionSchema } from '../paging.ts';
import { readLastEventId, streamEvents, takeStream } from '../sse.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

const tag = 'History';
const params = z.strictObject({ campaignId: idSchema });

export const campaignHistoryEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'listBatches',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/batches',
    role: 'viewer',
    tag,
    summary: 'Batches that were begun, newest first',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Batches', schema: listSchema(batchSchema, 'BatchList') } },
    handle: async ({ deps: { db }, params: { campaignId }, query }) => {
      await findCampaign(db, campaignId);
      const body = await page({
        ...query,
        key: z.tuple([z.int().min(0).max(2_147_483_647)]),
        read: (after, limit) => listBatches(db, campaignId, after?.[0] ?? null, limit),
        keyOf: ({ number }): [number] => [number],
        show: showBatch,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'listControls',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/controls',
    role: 'viewer',
    tag,
    summary: 'Every act of control that came into force, newest first',
    params,
    query: z.strictObject(pagingFields),
    answers: { 200: { description: 'Acts', schema: listSchema(controlSchema, 'ControlList') } },
    handle: async ({ deps: { db }, params: { campaignId }, query }) => {
      await findCampaign(db, campaignId);
      const body = await page({
        ...query,
        key: positionSchema,
        read: (after, limit) => listControls(db, campaignId, after, limit),
        keyOf: ({ position, id }) => [position, id],
        show: showControl,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'listDecisions',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/decisions',
    role: 'viewer',
    tag,
    summary: 'What was decided about batches that follow the responses, and by which figures; newest first',
    params,
    query: z.strictObject(pagingFields),
    answers: {
      200: { description: 'Decisions', schema: listSchema(capacityDecisionSchema, 'DecisionList') },
    },
    handle: async ({ deps: { db }, params: { campaignId }, query }) => {
      await findCampaign(db, campaignId);
      const body = await page({
        ...query,
        key: z.tuple([z.int().min(0)]),
        read: (after, limit) => listDecisions(db, campaignId, after?.[0] ?? null, limit),
        keyOf: ({ id }): [number] => [id],
        show: showDecision,
      });
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'followCampaign',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/events',
    role: 'viewer',
    tag,
    summary: 'Server-sent events: progress, state, batch, control',
    description:
      'progress comes at once and whenever counts, state, pace or the next batch change; the others carry an id, ' +
      'after which a stream goes on with Last-Event-ID.',
    params,
    answers: { 200: { description: 'A stream without an end', stream: 'text/event-stream' } },
    problems: ['tooManyStreams'],
    handle: async ({ deps: { db, events }, params: { campaignId }, caller, request }) => {
      const afterId = readLastEventId(request);
      await findCampaign(db, campaignId);
      const giveBack = takeStream(caller.keyId);
      return {
        status: 200,
        stream: (response) => streamEvents(response, events, campaignId, afterId).finally(giveBack),
      };
    },
  }),
];

function showBatch(row: BatchRow): z.output<typeof batchSchema> {
  return {
    number: row.number,
    plannedAt: wireInstant(row.planned_at),
    startedAt: wireInstant(row.started_at),
    finishedAt: wireInstantOrNull(row.finished_at),
    size: row.size,
    counts: withTotal(row.counts),
  };
}

function withTotal(found: BatchRow['counts']): Counts {
  const counts = {
    planned: 0,
    sending: 0,
    deferred: 0,
    sent: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
    inDoubt: 0,
    ...found,
  };
  return { ...counts, total: deliveryStates.reduce((sum, state) => sum + counts[state], 0) };
}

function showDecision({
  at,
  lookAgainAt,
  inputs,
  batch,
  kind,
  wanted,
  size,
  sentence,
}: CapacityDecisionRow): z.output<typeof capacityDecisionSchema> {
  return {
    at: wireInstant(at),
    batch,
    kind,
    wanted,
    size,
    lookAgainAt: wireInstant(lookAgainAt),
    inputs: { ...inputs },
    sentence,
  };
}

function showControl({
  id,
  at,
  by,
  via,
  action,
  from,
  to,
  reason,
}: ControlRow): z.output<typeof controlSchema> {
  return { id, at: wireInstant(at), by, via, action, from, to, reason };
}
