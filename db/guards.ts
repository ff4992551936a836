import { sql } from 'kysely';
import {
  defaultGuards,
  holdingGuard,
  judgeGuards,
  type Finding,
  type GuardFacts,
  type GuardName,
  type Guards,
} from '../domain/guards.ts';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';
import { readOverCapacityMs } from './over-capacity.ts';

/** How long the next batch has been due, in milliseconds; null when none is. */
export type Lateness = number | null;

/** What the guards say about a campaign. */
export async function readFindings(
  db: Database,
  campaignId: string,
  now: Instant,
  lateMs: Lateness,
): Promise<Finding[]> {
  const { guards, facts } = await readEvidence(db, campaignId, now, lateMs);
  return judgeGuards(guards, facts);
}

/** The guard that holds the campaign, or null. */
export async function readHoldingGuard(
  db: Database,
  campaignId: string,
  now: Instant,
  lateMs: Lateness,
): Promise<Finding | null> {
  return holdingGuard(await readFindings(db, campaignId, now, lateMs));
}

/** A hold's reason and figures, for its history. What was found when the plan wanted it may have grown since. */
export async function describeHold(
  trx: Database,
  campaignId: string,
  guard: GuardName,
  now: Instant,
  lateMs: Lateness,
): Promise<{ readonly reason: string; readonly value?: number; readonly threshold?: number }> {
  const findings = await readFindings(trx, campaignId, now, lateMs);
  const found = findings.find((finding) => finding.guard === guard);
  if (found === undefined) return { reason: guard };
  const { sentence: reason, value, threshold } = found;
  return { reason, value, threshold };
}

/** From here on the guards look at what comes. */
export async function beginEvidence(trx: Database, campaignId: string): Promise<void> {
  await sql`update campaign set evidence_since = now(),
      evidence_after = coalesce((select max(id) from outcome_group where campaign_id = ${campaignId}), 0)
    where id = ${campaignId}`.execute(trx);
}

interface Row {
  guards: Guards | null;
  has_capacity: boolean;
  evidence_since: Date | null;
  hard: number;
  hard_among: number;
  deferred: number;
  deferred_among: number;
  complained: number;
  mailed: number;
}

async function readEvidence(
  db: Database,
  campaignId: string,
  now: Instant,
  lateMs: Lateness,
): Promise<{ readonly guards: Guards; readonly facts: GuardFacts }> {
  const { rows } = await sql<Row>`
    -- prepare: read_guard_evidence
    select c.guards, c.has_capacity, c.evidence_since, bounces.*, deferrals.*, complaints.*,
      case when complaints.complained > 0 then
        (select coalesce(sum(sent), 0)::int from outcome_group where campaign_id = c.id) else 0 end as mailed
    from (
      select id, guards, capacity is not null as has_capacity, evidence_after, evidence_since,
        coalesce((guards #>> '{hardBounces,of}')::int, ${sizeOf('hardBounces')}::int) as bounces_of,
        coalesce((guards #>> '{deferrals,of}')::int, ${sizeOf('deferrals')}::int) as deferrals_of
      from campaign where id = ${campaignId}
    ) c
    cross join lateral (
      select coalesce(sum(attempts), 0)::int as hard_among, coalesce(sum(hard), 0)::int as hard from (
        select attempts, hard, sum(attempts) over (order by id desc) - attempts as newer from outcome_group
        where campaign_id = c.id and id > c.evidence_after order by id desc limit c.bounces_of
      ) last where newer < c.bounces_of
    ) bounces
    cross join lateral (
      select coalesce(sum(attempts), 0)::int as deferred_among, coalesce(sum(deferred), 0)::int as deferred from (
        select attempts, deferred, sum(attempts) over (order by id desc) - attempts as newer from outcome_group
        where campaign_id = c.id and id > c.evidence_after order by id desc limit c.deferrals_of
      ) last where newer < c.deferrals_of
    ) deferrals
    cross join lateral (
      select count(distinct contact_id)::int as complained from complaint
      where campaign_id = c.id and (c.evidence_since is null or recorded_at > c.evidence_since)
    ) complaints`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new Error(`no campaign ${campaignId}`);
  const guards = row.guards ?? defaultGuards;
  const seenBefore = row.evidence_since?.getTime() ?? null;
  const overCapacityMs =
    guards.overCapacity === null || !row.has_capacity
      ? null
      : await readOverCapacityMs(db, campaignId, now, seenBefore);
  return { guards, facts: factsOf(row, { now, lateMs, overCapacityMs }) };
}

function factsOf(row: Row, more: Pick<GuardFacts, 'now' | 'lateMs' | 'overCapacityMs'>): GuardFacts {
  return {
    ...more,
    hardBounces: { count: row.hard, among: row.hard_among },
    deferrals: { count: row.deferred, among: row.deferred_among },
    complaints: { count: row.complained, among: row.mailed },
  };
}

function sizeOf(guard: 'hardBounces' | 'deferrals'): number {
  return defaultGuards[guard]?.of ?? 100;
}
