import { sql } from 'kysely';
import { createCalendar, type Calendar, type SendingWindow } from '../domain/calendar.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { StatedCapacity } from '../domain/capacity-settings.ts';
import type { DomainLimit, Taken } from '../domain/domain-limit.ts';
import type { Instant } from '../domain/instant.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { RelayTroubleRecord } from '../domain/relay-trouble.ts';
import type { Database } from './open.ts';

/** A campaign as the planner needs to know it, from one snapshot of the database. */
export interface CampaignLook {
  state: CampaignState;
  snapshot_at: Date | null;
  size: number;
  gap_ms: number;
  pace_form: PaceForm;
  time_zone: string;
  windows: readonly SendingWindow[];
  holidays: readonly string[];
  limits: readonly DomainLimit[];
  newsletter_only: boolean;
  capacity: StatedCapacity | null;
  /** For each of `limits`, in their order. */
  limited: readonly { readonly planned: number; readonly taken: readonly Taken[] }[];
  start_at: Date | null;
  total: number;
  trouble: RelayTroubleRecord | null;
  gate_open: boolean | null;
  main_open: boolean;
  not_before: Date | null;
  batch: number | null;
  batch_size: number | null;
  latest_start: Date | null;
  unfinished: boolean;
  handed: number;
  planned: number;
  deferred: Date[];
  /** Limit of each of `deferred`, as in delivery.limit_index. */
  deferred_limits: number[];
  under_way: number;
  /** Asked to leave at once, out of turn. */
  singles: number;
  main_changed_at: Date;
  /** Until when responses held the batches back at the last time that they did. */
  held_back_until: Date | null;
  /** Whether the last decision that was kept held a batch back which has not begun since. */
  held_back: boolean;
  resume_at: Date | null;
  resume_asked_by: string | null;
}

/** What the database says of a campaign as the planner needs it. `deferred`: the first ones as a plan needs them, or all. */
export async function lookAtCampaign(
  db: Database,
  campaignId: string,
  now: Instant,
  deferred: 'first' | 'all' = 'first',
): Promise<CampaignLook> {
  // For small campaigns, planning it would take longer than the look.
  const { rows } = await sql<CampaignLook>`
    ${sql.raw(`-- prepare: look_at_campaign_${deferred}`)}
    select c.state, c.snapshot_at, c.size, c.gap_ms, c.pace_form, c.time_zone, c.windows, c.holidays, c.limits, c.newsletter_only, c.capacity, c.start_at, c.total, c.trouble,
      coalesce((select jsonb_agg(jsonb_build_object(
          'planned', (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'planned' and d.limit_index = l.n),
          'taken', (select coalesce(jsonb_agg(jsonb_build_object('at', floor(extract(epoch from t.at) * 1000), 'count', t.count)
              order by t.at), '[]') from limit_take t where t.campaign_id = c.id and t.limit_index = l.n
              and t.at > ${new Date(now)}::timestamptz - (l.value ->> 'everyMs')::bigint * interval '1 millisecond')) order by l.n)
        from jsonb_array_elements(c.limits) with ordinality l (value, n)), '[]') as limited,
      g.open as gate_open, g.not_before, m.open as main_open, m.changed_at as main_changed_at,
      p.resume_at, p.resume_asked_by,
      (select look_again_at from capacity_decision h where h.campaign_id = c.id and h.kind = 'heldBack'
        order by h.id desc limit 1) as held_back_until,
      coalesce((select h.kind = 'heldBack' from capacity_decision h where h.campaign_id = c.id
        order by h.id desc limit 1), false) as held_back,
      b.number as batch, b.size as batch_size, b.latest_start, b.number is not null and b.finished_at is null as unfinished,
      (select count(*) from delivery d where d.campaign_id = c.id and d.batch = b.number and b.finished_at is null
        and d.state <> 'skipped') as handed,
      (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'planned') as planned,
      waiting.*,
      (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'deferred')
        + (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'sending') as under_way,
      (select count(*) from delivery d where d.campaign_id = c.id and d.send_now_at is not null
        and d.state in ('planned', 'deferred')) as singles
    from campaign c
    cross join main_gate m
    left join gate g on g.campaign_id = c.id
    left join pause p on p.campaign_id = c.id and p.resumed_at is null
    left join lateral (
      select coalesce(array_agg(next_attempt_at order by next_attempt_at), '{}') as deferred,
        coalesce(array_agg(limit_index order by next_attempt_at), '{}') as deferred_limits
      from (select next_attempt_at, limit_index from delivery where campaign_id = c.id and state = 'deferred'
        order by next_attempt_at limit ${deferred === 'all' ? null : sql`c.size`}) first
    ) waiting on true
    -- Batch 0 is out of turn: no gap counts from it.
    left join lateral (select * from batch where campaign_id = c.id and number > 0 order by number desc limit 1) b on true
    where c.id = ${campaignId}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`no campaign ${campaignId}`);
  return row;
}

/** When a campaign's mails may leave. */
export function calendarOf(row: {
  readonly time_zone: string;
  readonly windows: readonly SendingWindow[];
  readonly holidays: readonly string[];
}): Calendar {
  return createCalendar({ timeZone: row.time_zone, windows: row.windows, holidays: row.holidays });
}
