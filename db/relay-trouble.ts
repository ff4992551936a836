import { sql } from 'kysely';
import type { Instant } from '../domain/instant.ts';
import type { RelayTroubleCode } from '../domain/outcome.ts';
import type { RelayTroubleRecord } from '../domain/relay-trouble.ts';
import type { Database } from './open.ts';

/** Notes one more failure of the relay as a whole. The relay's words stay in the database. */
export async function recordTrouble(
  db: Database,
  campaignId: string,
  code: RelayTroubleCode,
  text: string,
  at: Instant,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { trouble: before } = await trx
      .selectFrom('campaign')
      .select('trouble')
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const trouble: RelayTroubleRecord = {
      code,
      text,
      since: before?.since ?? at,
      lastAt: at,
      count: (before?.count ?? 0) + 1,
    };
    await trx
      .updateTable('campaign')
      .set({ trouble: JSON.stringify(trouble) })
      .where('id', '=', campaignId)
      .execute();
  });
}

/** The relay is well again. */
export async function clearTrouble(db: Database, campaignId: string): Promise<void> {
  await sql`update campaign set trouble = null where id = ${campaignId} and trouble is not null`.execute(db);
}
