import { sql, type Selectable } from 'kysely';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

export type DocumentFault = Selectable<Schema['document_fault']>;

/** By path. */
export async function listDocumentFaults(
  db: Database,
  after: string | null,
  limit: number,
): Promise<DocumentFault[]> {
  let query = db
    .selectFrom('document_fault')
    .selectAll()
    // By bytes: the order of a cursor must not depend on the server's language.
    .orderBy(sql`path collate "C"`)
    .limit(limit);
  if (after !== null) query = query.where(sql<boolean>`path collate "C" > ${after}`);
  return query.execute();
}

/** What is wrong in the folder now, in place of what was; `seen_at` of a fault that stays is kept. */
export async function replaceDocumentFaults(
  db: Database,
  faults: ReadonlyMap<string, string>,
): Promise<void> {
  const known = await db.selectFrom('document_fault').select(['path', 'reason']).execute();
  const isSame =
    known.length === faults.size && known.every(({ path, reason }) => faults.get(path) === reason);
  if (isSame) return;
  const paths = [...faults.keys()];
  const reasons = [...faults.values()];
  await db.transaction().execute(async (trx) => {
    await sql`delete from document_fault where path <> all(${paths}::text[])`.execute(trx);
    await sql`
      insert into document_fault (path, reason)
      select path, reason from unnest(${paths}::text[], ${reasons}::text[]) as fault (path, reason) order by path
      on conflict (path) do update set reason = excluded.reason, seen_at = now()
      where document_fault.reason is distinct from excluded.reason`.execute(trx);
  });
}
