import { sql } from 'kysely';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Database } from './open.ts';

export interface ControlRow {
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly via: 'api' | 'temporal' | 'guard';
  readonly action: string;
  readonly from: Record<string, unknown> | null;
  readonly to: Record<string, unknown> | null;
  readonly reason: string | null;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

/** Acts that came into force, newest first. `after`: position and id of the last row of the page before. */
export async function listControls(
  db: Database,
  campaignId: string,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<ControlRow[]> {
  const [at, id] = after ?? [null, null];
  const { rows } = await sql<ControlRow>`
    select id, applied_at as at, by, via, action, "from", "to", reason, applied_at::text as position
    from control
    where campaign_id = ${campaignId} and applied_at is not null
      and (${at}::timestamptz is null or applied_at < ${at}::timestamptz
        or (applied_at = ${at}::timestamptz and id > ${id}::uuid))
    order by applied_at desc, id
    limit ${limit}`.execute(db);
  return rows;
}

/** One act, or null when it added nothing to the history. */
export async function readControl(db: Database, controlId: string): Promise<ControlRow | null> {
  const { rows } = await sql<ControlRow>`
    select id, applied_at as at, by, via, action, "from", "to", reason, applied_at::text as position
    from control where id = ${controlId} and applied_at is not null`.execute(db);
  return rows[0] ?? null;
}

export interface BatchRow {
  readonly number: number;
  readonly size: number;
  readonly planned_at: Date;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly counts: Partial<Record<DeliveryState, number>>;
}

/** Batches that were begun, newest first, before number `before`; their counts are grouped from the ledger. */
export async function listBatches(
  db: Database,
  campaignId: string,
  before: number | null,
  limit: number,
): Promise<BatchRow[]> {
  const { rows } = await sql<BatchRow>`
    select b.number, b.size, b.planned_at, b.started_at, b.finished_at, coalesce(counted.counts, '{}') as counts
    from (
      select * from batch where campaign_id = ${campaignId} and (${before}::int is null or number < ${before}::int)
      order by number desc limit ${limit}
    ) b
    left join lateral (
      select jsonb_object_agg(state, n) as counts from (
        select state, count(*) as n from delivery d
        where d.campaign_id = ${campaignId} and d.batch = b.number group by state
      ) by_state
    ) counted on true
    order by b.number desc`.execute(db);
  return rows;
}
