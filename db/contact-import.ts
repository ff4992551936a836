import { sql } from 'kysely';
import type { ContactRow } from '../domain/csv-columns.ts';
import { mergeContacts, type MergedColumns } from './contact-merge.ts';
import type { Database } from './open.ts';

export interface ContactImport {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: number;
  /** Why it ended before the end of the file. */
  readonly failure: string | null;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

export interface Reject {
  readonly line: number;
  readonly column: string | null;
  readonly reason: string;
}

/** Rows that follow each other in the file. `read` counts all of them; `rejectsBefore` those that were refused before this group. */
export interface ImportGroup {
  readonly rows: readonly ContactRow[];
  readonly rejects: readonly Reject[];
  readonly rejectsBefore: number;
}

/** Begins an import. From here on its number is known and every row is counted. */
export async function startContactImport(db: Database, startedBy: string): Promise<string> {
  const { id } = await db
    .insertInto('contact_import')
    .values({ started_by: startedBy })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Writes one group, its refusals and the counts in one transaction: the counts are always what was committed. */
export async function importGroup(
  db: Database,
  importId: string,
  group: ImportGroup,
  merged: MergedColumns,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const created = await mergeContacts(transaction, group.rows, merged);
    await insertRejects(transaction, importId, group);
    await sql`
      update contact_import set touched_at = clock_timestamp(),
        read = read + ${group.rows.length + group.rejects.length}, created = created + ${created},
        updated = updated + ${group.rows.length - created}, rejected = rejected + ${group.rejects.length}
      where id = ${importId}`.execute(transaction);
  });
}

/** Says that the import still runs, though its file comes slowly. */
export async function touchContactImport(db: Database, importId: string): Promise<void> {
  await sql`update contact_import set touched_at = clock_timestamp() where id = ${importId}`.execute(db);
}

/** Ends an import; `failure` null means that the file was read to its end. */
export async function finishContactImport(
  db: Database,
  importId: string,
  failure: string | null,
): Promise<ContactImport> {
  const row = await db
    .updateTable('contact_import')
    .set({ state: failure === null ? 'done' : 'failed', failure, finished_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', importId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toImport(row);
}

/** One import. A running one that gave no sign of life for two minutes lost its process and is noted as failed. */
export async function readContactImport(db: Database, importId: string): Promise<ContactImport | null> {
  await sql`
    update contact_import set state = 'failed', finished_at = touched_at,
      failure = 'the program that read the file was ended; the rows counted here were imported, import the file again for the others'
    where id = ${importId} and state = 'running' and touched_at < now() - interval '2 minutes'`.execute(db);
  const row = await db.selectFrom('contact_import').selectAll().where('id', '=', importId).executeTakeFirst();
  return row === undefined ? null : toImport(row);
}

/** Refused rows in the order of the file, after the given ordinal. */
export async function listRejects(
  db: Database,
  importId: string,
  after: number,
  limit: number,
): Promise<(Reject & { readonly ordinal: number })[]> {
  return db
    .selectFrom('contact_import_reject')
    .select(['ordinal', 'line', 'column', 'reason'])
    .where('import_id', '=', importId)
    .where('ordinal', '>', after)
    .orderBy('ordinal')
    .limit(limit)
    .execute();
}

async function insertRejects(
  db: Database,
  importId: string,
  { rejects, rejectsBefore }: ImportGroup,
): Promise<void> {
  if (rejects.length === 0) return;
  await sql`
    insert into contact_import_reject (import_id, ordinal, line, "column", reason)
    select ${importId}, ${rejectsBefore} + row.ordinal, row.line, row."column", row.reason
    from unnest(${rejects.map(({ line }) => line)}::bigint[], ${rejects.map(({ column }) => column)}::text[],
      ${rejects.map(({ reason }) => reason)}::text[]) with ordinality as row (line, "column", reason, ordinal)`.execute(
    db,
  );
}

interface ImportRow {
  readonly id: string;
  readonly state: ContactImport['state'];
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: number;
  readonly failure: string | null;
  readonly started_by: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

function toImport({ started_by, started_at, finished_at, ...row }: ImportRow): ContactImport {
  const { id, state, read, created, updated, rejected, failure } = row;
  return {
    id,
    state,
    read,
    created,
    updated,
    rejected,
    failure,
    startedBy: started_by,
    startedAt: started_at,
    finishedAt: finished_at,
  };
}
