import { sql } from 'kysely';
import type { Database } from './open.ts';

interface Removal {
  readonly id: string;
  readonly expectedVersion: number | null;
  readonly by: string;
}

/**
 * Marks an identity or a signature as removed, so that the campaigns that were made with it can go on naming it. The DKIM key of an
 * identity goes at once, unless a campaign that has not ended signs with it.
 */
export async function removeNamed(
  db: Database,
  table: 'identity' | 'signature',
  { id, expectedVersion, by }: Removal,
): Promise<'removed' | 'missing' | { readonly stale: number }> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom(table)
      .select('version')
      .where('id', '=', id)
      .where('removed_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return 'missing';
    if (expectedVersion !== null && expectedVersion !== row.version) return { stale: row.version };
    await trx
      .updateTable(table)
      .set({ removed_at: sql`now()`, removed_by: by, version: sql`version + 1`, updated_at: sql`now()` })
      .where('id', '=', id)
      .execute();
    if (table === 'identity') await forgetKey(trx, id);
    return 'removed';
  });
}

async function forgetKey(trx: Database, id: string): Promise<void> {
  await sql`
    update identity set dkim_domain = null, dkim_selector = null, dkim_key = null
    where id = ${id} and not exists (
      select from campaign where identity_id = ${id} and state not in ('draft', 'cancelled', 'finished'))`.execute(
    trx,
  );
}
