import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import { planNext, type PlanState } from '../domain/planner.ts';
import { decideTrouble, type RelayTroubleRecord } from '../domain/relay-trouble.ts';
import type { Database } from './open.ts';

interface Row {
  state: CampaignState;
  size: number;
  gap_ms: number;
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
  under_way: number;
}

/**
 * The next step of a campaign as the planner sees it at `now`, from one snapshot of the database. The workflow acts on
 * it, the API shows it: there is no second opinion. Throws when there is no such campaign.
 * Every count is answered by a partial index over the rows that are still to come.
 */
export async function readPlan(db: Database, campaignId: string, now: Instant): Promise<PlanAnswer> {
  const row = await look(db, campaignId);
  const pace = { size: row.size, gapMs: row.gap_ms };
  const answer = {
    state: row.state,
    pace,
    total: row.total,
    settled: row.total - row.planned - row.under_way,
  };
  const step =
    row.state === 'finished' || row.state === 'cancelled' ? { kind: 'done' as const } : decide(row, now);
  return { ...answer, step };
}

/** The planner's view of a campaign, for expectations about single recipients. */
export async function readPlanState(db: Database, campaignId: string, now: Instant): Promise<PlanState> {
  return planState(await look(db, campaignId), now);
}

function decide(row: Row, now: Instant): PlanAnswer['step'] {
  const nothingLeft = row.planned === 0 && row.deferred.length === 0;
  if (row.state === 'cancelling')
    return nothingLeft ? { kind: 'done' } : { kind: 'closed', by: 'cancelling' };
  if (row.state === 'paused' || row.state === 'held') return { kind: 'closed', by: row.state };
  const plan = planNext(planState(row, now));
  if (plan.kind === 'done') return plan;
  if (!row.main_open) return { kind: 'closed', by: 'mainGate' };
  const trouble = row.trouble === null ? null : decideTrouble(row.trouble);
  return trouble?.kind === 'hold' ? trouble : plan;
}

function planState(row: Row, now: Instant): PlanState {
  const notBefore = Math.max(row.not_before?.getTime() ?? 0, row.start_at?.getTime() ?? 0);
  const trouble = row.trouble === null ? null : decideTrouble(row.trouble);
  return {
    now,
    pace: { size: row.size, gapMs: row.gap_ms },
    notBefore,
    notBeforeReason: row.start_at !== null && row.start_at.getTime() === notBefore ? 'startAt' : 'resumed',
    latestStart: row.latest_start?.getTime() ?? null,
    lastBatch: row.batch ?? 0,
    interrupted: row.unfinished ? { left: Math.max(0, (row.batch_size ?? 0) - row.handed) } : null,
    retryAt: trouble?.kind === 'retry' ? trouble.at : null,
    planned: row.planned,
    deferredAt: row.deferred.map((at) => at.getTime()),
    // Windows and holidays come with their own rules; until then mails may leave at any time.
    opensAt: (at) => at,
  };
}

async function look(db: Database, campaignId: string): Promise<Row> {
  const { rows } = await sql<Row>`
    select c.state, c.size, c.gap_ms, c.start_at, c.total, c.trouble,
      g.open as gate_open, g.not_before, (select open from main_gate) as main_open,
      b.number as batch, b.size as batch_size, b.latest_start, b.number is not null and b.finished_at is null as unfinished,
      (select count(*) from delivery d where d.campaign_id = c.id and d.batch = b.number and b.finished_at is null
        and d.state <> 'skipped') as handed,
      (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'planned') as planned,
      array(select d.next_attempt_at from delivery d where d.campaign_id = c.id and d.state = 'deferred'
        order by d.next_attempt_at limit c.size) as deferred,
      (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'deferred')
        + (select count(*) from delivery d where d.campaign_id = c.id and d.state = 'sending') as under_way
    from campaign c
    left join gate g on g.campaign_id = c.id
    left join lateral (select * from batch where campaign_id = c.id order by number desc limit 1) b on true
    where c.id = ${campaignId}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`no campaign ${campaignId}`);
  return row;
}
