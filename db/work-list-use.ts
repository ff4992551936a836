import { sql } from 'kysely';
import type { Database } from './open.ts';

export type ListDeletion =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'missing' }
  | { readonly ok: false; readonly why: 'stale'; readonly version: number }
  /** Campaigns that are still to be sent to it. */
  | { readonly ok: false; readonly why: 'used'; readonly campaigns: readonly string[] };

/** Removes a list with its history, unless a campaign without a ledger is meant for it. */
export async function deleteWorkList(
  db: Database,
  listId: string,
  expectedVersion: number | null,
): Promise<ListDeletion> {
  return db.transaction().execute(async (trx) => {
    // A start freezes the list in its own transaction: it waits here, or this waits for it.
    const list = await trx
      .selectFrom('work_list')
      .select('version')
      .where('id', '=', listId)
      .forUpdate()
      .executeTakeFirst();
    if (list === undefined) return { ok: false, why: 'missing' };
    if (expectedVersion !== null && list.version !== expectedVersion)
      return { ok: false, why: 'stale', version: list.version };
    const campaigns = await trx
      .selectFrom('campaign')
      .select('id')
      .where(sql<boolean>`audience ->> 'workList' = ${listId}`)
      .where('snapshot_at', 'is', null)
      .where('state', 'not in', ['cancelled', 'finished'])
      .execute();
    if (campaigns.length > 0) return { ok: false, why: 'used', campaigns: campaigns.map(({ id }) => id) };
    await trx.deleteFrom('work_list').where('id', '=', listId).execute();
    return { ok: true };
  });
}
