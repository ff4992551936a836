import { sql } from 'kysely';
import { notifyGate } from './notify.ts';
import type { Database } from './open.ts';

export interface MainGate {
  readonly open: boolean;
  readonly changedAt: Date;
  readonly by: string | null;
  readonly reason: string | null;
}

/**
 * Closes or opens all sending at once, by the database alone. Closing waits for claims under way and answers how many
 * mails of all campaigns were in flight then; what is not on the wire is given back. No change adds no history.
 */
export async function setMainGate(
  db: Database,
  { open, by, reason }: { open: boolean; by: string; reason: string | null },
): Promise<MainGate & { changed: boolean; inFlight: number }> {
  return db.transaction().execute(async (trx) => {
    // Claims share the row's lock, and one more sharer need not queue: where many campaigns send, an update alone could wait
    // for ever. Table locks queue in order, so claims that come later wait for us.
    await sql`lock table main_gate in exclusive mode`.execute(trx);
    const { rows } =
      await sql`update main_gate set open = ${open}, changed_by = ${by}, reason = ${reason}, changed_at = now()
      where open <> ${open} returning 1`.execute(trx);
    const changed = rows.length > 0;
    const { rows: counted } = await sql<{
      n: number;
    }>`select count(*) as n from delivery where state = 'sending'`.execute(trx);
    const inFlight = counted[0]?.n ?? 0;
    if (changed) {
      await trx
        .insertInto('control')
        .values({
          action: open ? 'openMainGate' : 'closeMainGate',
          by,
          via: 'api',
          reason,
          from: JSON.stringify({ open: !open }),
          to: JSON.stringify({ open, inFlight }),
          applied_at: sql`now()`,
        })
        .execute();
      await notifyGate(trx, '*');
    }
    return { ...(await readMainGate(trx)), changed, inFlight };
  });
}

export async function readMainGate(db: Database): Promise<MainGate> {
  const row = await db.selectFrom('main_gate').selectAll().executeTakeFirstOrThrow();
  return { open: row.open, changedAt: row.changed_at, by: row.changed_by, reason: row.reason };
}
