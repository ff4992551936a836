import { sql } from 'kysely';
import type { SendingWindow } from '../domain/calendar.ts';
import type { CapacityInput } from '../domain/capacity-input.ts';
import type { StatedCapacity } from '../domain/capacity-settings.ts';
import { followResponses } from '../domain/following-room.ts';
import type { ForecastOptions } from '../domain/forecast.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanState } from '../domain/planner.ts';
import { mailable } from './audience.ts';
import { lookAtCampaign, type CampaignLook } from './campaign-look.ts';
import { readCampaign } from './campaigns.ts';
import type { Database } from './open.ts';
import { toPlanState } from './plan-state.ts';
import { readCapacityInput } from './response-room.ts';

/** What a forecast of a campaign starts from. */
export interface ForecastFacts {
  /** With everybody who will be in it: of one without a ledger yet, those who are in the audience now. */
  readonly state: PlanState;
  readonly closedBy: ForecastOptions['closedBy'];
  readonly mailMs: number;
  readonly disturbance: ForecastOptions['disturbance'];
  readonly capacity: CapacityInput | null;
}

/** As if the campaign had these instead of its own; what is left out is as it is. */
export interface SupposedRules {
  readonly timeZone?: string | undefined;
  readonly windows?: readonly SendingWindow[] | undefined;
  readonly holidays?: readonly string[] | undefined;
  /** Null: as if it followed no responses. */
  readonly capacity?: StatedCapacity | null | undefined;
}

/** Reads them at `now`. Throws when there is no such campaign. */
export async function readForecastFacts(
  db: Database,
  campaignId: string,
  now: Instant,
  supposed: SupposedRules = {},
): Promise<ForecastFacts> {
  const [look, speed] = await Promise.all([
    lookAtCampaign(db, campaignId, now, 'all'),
    readSpeed(db, campaignId),
  ]);
  const found = look.snapshot_at === null ? await withAudience(db, campaignId, look) : look;
  const row = {
    ...found,
    time_zone: supposed.timeZone ?? found.time_zone,
    windows: supposed.windows ?? found.windows,
    holidays: supposed.holidays ?? found.holidays,
    capacity: supposed.capacity === undefined ? found.capacity : supposed.capacity,
  };
  const capacity =
    row.capacity === null ? null : await readCapacityInput(db, campaignId, row, row.capacity, now);
  const room = capacity === null ? null : followResponses(capacity);
  return { state: toPlanState(campaignId, row, room, now), closedBy: closedBy(row), capacity, ...speed };
}

/** A campaign without a ledger has everybody of its audience still to come whom it may write to. */
async function withAudience(db: Database, campaignId: string, row: CampaignLook): Promise<CampaignLook> {
  const campaign = await readCampaign(db, campaignId);
  const isMeant = campaign === null ? sql<boolean>`false` : await mailable(db, campaign);
  const { rows } = await sql<{ planned: number; limited: number[] }>`
    select (select count(*) from contact where ${isMeant}) as planned,
      array(select (select count(*) from contact
          where substring(address from '[^@]*$') = l.value ->> 'domain' and ${isMeant})::float8
        from campaign c, jsonb_array_elements(c.limits) with ordinality l (value, index)
        where c.id = ${campaignId} order by l.index) as limited`.execute(db);
  const { planned = 0, limited = [] } = rows[0] ?? {};
  return { ...row, planned, limited: limited.map((n) => ({ planned: n, taken: [] })) };
}

function closedBy({ state, main_open: isMainOpen }: CampaignLook): ForecastFacts['closedBy'] {
  if (state === 'paused' || state === 'held' || state === 'cancelling') return state;
  return isMainOpen || state === 'draft' ? null : 'mainGate';
}

/** Batches of which the relay's speed is taken. */
const lately = 20;

/** How fast the relay took the last batches, and which share of the attempts was deferred. */
async function readSpeed(
  db: Database,
  campaignId: string,
): Promise<Pick<ForecastFacts, 'mailMs' | 'disturbance'>> {
  const { rows } = await sql<{
    usual: number | null;
    slow: number | null;
    attempts: number;
    deferred: number;
  }>`
    select percentile_cont(0.5) within group (order by ms)::float8 as usual,
      percentile_cont(0.9) within group (order by ms)::float8 as slow,
      -- Who was skipped has met no relay.
      (select coalesce(sum(attempts), 0) from delivery where campaign_id = ${campaignId} and state <> 'skipped') as attempts,
      (select count(*) from attempt where campaign_id = ${campaignId} and outcome = 'deferred') as deferred
    from (
      select extract(epoch from finished_at - started_at) * 1000 / size as ms from batch
      where campaign_id = ${campaignId} and finished_at is not null and continued_at is null
      order by number desc limit ${lately}) batches`.execute(db);
  const { usual, slow, attempts = 0, deferred = 0 } = rows[0] ?? {};
  const [mailMs, slowMailMs] = [Math.round(usual ?? 0), Math.round(slow ?? 0)];
  const deferralShare = attempts === 0 ? 0 : Math.min(1, deferred / attempts);
  const isDisturbed = deferralShare > 0 || slowMailMs > 2 * mailMs + noticeableMs;
  return { mailMs, disturbance: isDisturbed ? { deferralShare, backoffMs, slowMailMs } : null };
}

/** A relay that takes so much longer for a mail is slow, whatever is usual. */
const noticeableMs = 100;
/** The default of SLUICE_DEFER_BACKOFF: workers know their own, the API does not. */
const backoffMs = [300_000, 900_000, 3_600_000, 14_400_000, 21_600_000];
