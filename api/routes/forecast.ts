import type { z } from 'zod';
import type { CampaignRow } from '../../db/campaigns.ts';
import { readDesk } from '../../db/desks.ts';
import { readForecastFacts, type ForecastFacts, type SupposedRules } from '../../db/forecast-facts.ts';
import type { Database } from '../../db/open.ts';
import { jitterOf } from '../../db/plan-state.ts';
import { refuseCalendar, type SendingWindow } from '../../domain/calendar.ts';
import type { StatedCapacity } from '../../domain/capacity-settings.ts';
import { expectedOpen } from '../../domain/expected-open.ts';
import { forecast, type Forecast } from '../../domain/forecast.ts';
import type { Instant } from '../../domain/instant.ts';
import { resolvePace, type AskedPace, type PaceForm } from '../../domain/pace-form.ts';
import type { PlanState } from '../../domain/planner.ts';
import type { capacityInputSchema } from '../../domain/schema/capacity.ts';
import {
  forecastParamsSchema,
  forecastQuerySchema,
  forecastSchema,
  supposedSchema,
} from '../../domain/schema/forecast.ts';
import { statedCapacity } from '../campaign-capacity.ts';
import { showPace } from '../campaign-view.ts';
import { refuse } from '../check-input.ts';
import { askedPace } from '../draft-plan.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { wireInstant, wireInstantOrNull } from '../wire-instant.ts';

/** So many batches are listed. */
const listed = 1_000;
/** A decision about room costs a fraction of a millisecond, and every batch needs one. */
const batchesWithRoom = 2_000;
const dayMs = 86_400_000;
/** A run that is longer than this is most likely not meant. */
const longRunMs = 400 * dayMs;

export const forecastEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'forecastCampaign',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/forecast',
    role: 'viewer',
    tag: 'Forecast',
    summary: 'The batches to come and the end; with parameters: what if',
    description:
      'By the planner that the campaign itself follows: if nothing changes, the run does this. Works on drafts too. Changes nothing.',
    params: forecastParamsSchema,
    query: forecastQuerySchema,
    answers: { 200: { description: 'The forecast', schema: forecastSchema } },
    handle: async ({ deps: { db }, params: { campaignId }, query }) => {
      const campaign = await findCampaign(db, campaignId);
      const { startAt, capacity, ...asked } = query;
      const own = { ...campaign.capacity, desk: undefined };
      const rules = capacity === undefined ? {} : { capacity: { ...own, open: capacity } };
      return answer(db, campaign, { startAt, rules, asked: askedQuery(asked) });
    },
  }),
  endpoint({
    id: 'forecastSupposed',
    method: 'post',
    path: '/v1/campaigns/{campaignId}/forecast',
    role: 'viewer',
    tag: 'Forecast',
    summary: 'What if, with windows, holidays and a whole capacity; changes nothing',
    params: forecastParamsSchema,
    body: supposedSchema,
    bodyOptional: true,
    answers: { 200: { description: 'The forecast', schema: forecastSchema } },
    handle: async ({ deps: { db }, params: { campaignId }, body }) => {
      const campaign = await findCampaign(db, campaignId);
      const { pace, startAt, capacity, ...calendar } = body;
      refuseClosed({ ...campaign, ...calendar, timeZone: calendar.timeZone ?? campaign.time_zone });
      const stated =
        capacity === undefined
          ? {}
          : { capacity: await supposedCapacity(db, campaign, capacity, pace?.size ?? campaign.size) };
      const asked = pace === undefined ? {} : askedPace(pace);
      return answer(db, campaign, { startAt, rules: { ...calendar, ...stated }, asked });
    },
  }),
];

interface Supposed {
  readonly startAt: Instant | undefined;
  readonly rules: SupposedRules;
  readonly asked: AskedPace;
}

async function answer(db: Database, campaign: CampaignRow, { startAt, rules, asked }: Supposed) {
  const now = Date.now();
  const facts = await readForecastFacts(db, campaign.id, now, rules);
  const begun = withStart(facts.state, campaign, startAt ?? null, now);
  const supposed = withPace(begun, asked, campaign);
  const result = forecast(supposed.state, {
    ...facts,
    ...(facts.capacity === null ? {} : { maxBatches: batchesWithRoom }),
  });
  const { batches, truncated } = result;
  const body = {
    asOf: wireInstant(now),
    pace: showPace(supposed.state.pace, supposed.form),
    batches: batches.slice(0, listed).map(({ batch, at, size }) => ({ batch, at: wireInstant(at), size })),
    total: batches.length,
    truncated: truncated || batches.length > listed,
    ...showEnd(result, campaign),
    assumptions: [...result.assumptions],
    responses: showPeak(facts, result),
    warnings: warningsOf(result, now),
  };
  return { status: 200, body } as const;
}

/** Another desk is supposed by what it can take: who else would feed it then, nobody knows. */
async function supposedCapacity(
  db: Database,
  campaign: CampaignRow,
  capacity: z.output<typeof capacityInputSchema> | null,
  paceSize: number,
): Promise<StatedCapacity | null> {
  const stated = await statedCapacity(db, capacity, paceSize);
  if (stated?.desk === undefined || stated.desk === campaign.desk_id) return stated;
  const desk = await readDesk(db, stated.desk);
  return { ...stated, desk: undefined, open: desk?.capacity };
}

function refuseClosed(rules: {
  readonly timeZone: string;
  readonly windows?: readonly SendingWindow[] | undefined;
  readonly holidays?: readonly string[] | undefined;
}): void {
  const { timeZone, windows = [], holidays = [] } = rules;
  const detail = refuseCalendar({ timeZone, windows, holidays }, Date.now());
  if (detail !== null) throw refuse('invalidBody', [{ pointer: '/windows', detail }]);
}

/** A campaign that is not under way begins at its start, or when it would be started: now. */
function withStart(
  state: PlanState,
  { state: campaignState, start_at }: CampaignRow,
  startAt: Instant | null,
  now: Instant,
): PlanState {
  if (campaignState !== 'draft' && campaignState !== 'scheduled') {
    if (startAt === null) return state;
    const detail = `the campaign is ${campaignState}: it has started; leave startAt out`;
    throw refuse('invalidQuery', [{ pointer: '/startAt', detail }]);
  }
  const begins = Math.max(startAt ?? start_at?.getTime() ?? 0, now);
  return { ...state, notBefore: begins, notBeforeReason: 'startAt', latestStart: null };
}

type AskedQuery = Omit<z.output<typeof forecastQuerySchema>, 'startAt' | 'capacity'>;

function askedQuery({ every: gapMs, rampFrom, rampFactor, ...form }: AskedQuery): AskedPace {
  if (rampFrom === undefined && rampFactor === undefined) return { ...form, gapMs };
  if (rampFrom !== undefined && rampFactor !== undefined)
    return { ...form, gapMs, ramp: { from: rampFrom, factor: rampFactor } };
  const detail = 'a ramp is rampFrom and rampFactor; give both or neither';
  throw refuse('invalidQuery', [{ pointer: rampFrom === undefined ? '/rampFrom' : '/rampFactor', detail }]);
}

/** With another pace when one is asked for. */
function withPace(
  state: PlanState,
  asked: AskedPace,
  campaign: CampaignRow,
): { readonly state: PlanState; readonly form: PaceForm } {
  if (Object.values(asked).every((value) => value === undefined)) return { state, form: campaign.pace_form };
  const resolved = resolvePace(asked, {
    recipients: state.planned + state.deferredAt.length,
    from: Math.max(state.now, state.notBefore),
    calendar: state.calendar,
    lastBatch: state.lastBatch,
  });
  if ('refusal' in resolved) throw refuse('invalidQuery', [{ pointer: '', detail: resolved.refusal }]);
  const { pace, form } = resolved;
  return { state: { ...state, pace, ramp: form.ramp ?? null, jitter: jitterOf(campaign.id, form) }, form };
}

function showEnd({ finishAt, because, range }: Forecast, campaign: CampaignRow) {
  const waits =
    campaign.follows_id !== null && campaign.start_at === null && campaign.snapshot_at === null
      ? 'it starts after the campaign that it follows: the batches are as if that were now'
      : null;
  return {
    finishAt: waits === null ? wireInstantOrNull(finishAt) : null,
    because: waits ?? because,
    range:
      range === undefined || waits !== null
        ? null
        : { early: wireInstant(range.early), late: wireInstant(range.late) },
  };
}

function showPeak({ capacity }: ForecastFacts, { batches }: Forecast) {
  if (capacity === null) return null;
  const { limit, peak, peakAt, peakDeviation } = expectedOpen(capacity, batches);
  return { limit, peak, peakAt: wireInstant(peakAt), deviation: peakDeviation };
}

function warningsOf({ finishAt }: Forecast, now: Instant): string[] {
  if (finishAt === null || finishAt - now <= longRunMs) return [];
  const days = Math.round((finishAt - now) / dayMs);
  return [`at this pace it takes ${days} days; choose a larger size or a shorter gap if that is not meant`];
}
