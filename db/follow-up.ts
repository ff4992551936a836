import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';

/** "Start when that campaign has finished, plus so long, for all or only for those who have not responded." */
export interface Follows {
  readonly campaignId: string;
  readonly afterMs: number;
  readonly only: 'all' | 'notResponded';
}

interface Follower {
  readonly id: string;
  readonly follows_id: string | null;
  readonly follows_after_ms: number | null;
  readonly start_at: Date | null;
}

/**
 * When a campaign that follows another one may begin: null when it may now, `at` null while the other one has not
 * finished. The first time that its start is known it becomes the campaign's own start, which a person may move; one
 * that a person has set no longer waits for the other campaign. The caller holds the follower's lock.
 */
export async function waitForOther(
  trx: Database,
  follower: Follower,
  at: Instant,
): Promise<{ readonly at: Instant | null } | null> {
  const { id, follows_id, follows_after_ms, start_at } = follower;
  if (follows_id === null) return null;
  const startAt = start_at?.getTime() ?? (await startAfter(trx, follows_id, follows_after_ms ?? 0));
  if (startAt === null) return { at: null };
  if (start_at === null) await setStart(trx, id, startAt);
  return startAt > at ? { at: startAt } : null;
}

/** Null while the other campaign has not finished; a cancelled one never finishes. */
async function startAfter(trx: Database, otherId: string, afterMs: number): Promise<Instant | null> {
  const other = await trx
    .selectFrom('campaign')
    .select(['state', 'ended_at'])
    .where('id', '=', otherId)
    .executeTakeFirstOrThrow();
  return other.state === 'finished' && other.ended_at !== null ? other.ended_at.getTime() + afterMs : null;
}

async function setStart(trx: Database, id: string, startAt: Instant): Promise<void> {
  const begins = new Date(startAt);
  await trx
    .updateTable('campaign')
    .set({ start_at: begins, updated_at: sql`now()`, version: sql`version + 1` })
    .where('id', '=', id)
    .execute();
  await trx.updateTable('gate').set({ not_before: begins }).where('campaign_id', '=', id).execute();
}

/** The campaigns that were started and wait for this one. */
export async function listFollowers(db: Database, campaignId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('campaign')
    .select('id')
    .where('follows_id', '=', campaignId)
    .where('state', 'not in', ['draft', 'cancelled', 'finished'])
    .where('snapshot_at', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** Why a campaign cannot follow another one (fact, value, way out), or null when it can. `id` null: it is a new one. */
export async function refuseFollowing(
  db: Database,
  id: string | null,
  { campaignId }: Follows,
): Promise<string | null> {
  const { rows } = await sql<{ id: string; state: string }>`
    with recursive chain as (
      select id, state, follows_id from campaign where id = ${campaignId}
      union select c.id, c.state, c.follows_id from campaign c join chain on c.id = chain.follows_id
    ) select id, state from chain`.execute(db);
  const other = rows.find((row) => row.id === campaignId);
  if (other === undefined) return `there is no campaign ${campaignId}; name one that exists`;
  if (other.state === 'cancelled' || other.state === 'cancelling')
    return `campaign ${campaignId} was cancelled and never finishes; follow another one, or set startAt`;
  if (id !== null && rows.some((row) => row.id === id))
    return `campaign ${campaignId} follows this one, directly or by others; a campaign cannot wait for itself`;
  return null;
}
