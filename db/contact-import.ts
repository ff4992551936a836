import { sql, type Selectable } from 'kysely';
import type { ImportRow } from '../domain/import-row.ts';
import type { ImportKind } from '../domain/schema/import-source.ts';
import { mergeRows, type ImportJob } from './import/merge-rows.ts';
import type { Database } from './open.ts';
import type { PeopleTables } from './schema-people.ts';

export interface ContactImport {
  readonly id: string;
  readonly kind: ImportKind;
  /** Name of the source; null: none, or it is gone. */
  readonly source: string | null;
  /** The sheet of a workbook. */
  readonly sheet: string | null;
  readonly state: 'running' | 'done' | 'failed';
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  /** Of the updated rows, those after which nothing differed. */
  readonly unchanged: number;
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
  /** As read; null where the row could not be cut into cells, then `text` has its beginning. */
  readonly cells: readonly string[] | null;
  readonly text: string | null;
}

/** A row of the file in its place: what it says, or why it is refused. */
export type GroupRow =
  | Reject
  | { readonly line: number; readonly cells: readonly string[]; readonly row: ImportRow };

export interface NewImport {
  readonly kind: ImportKind;
  readonly sourceId: string | null;
  readonly sheet: string | null;
  readonly header: readonly string[];
  readonly by: string;
}

/** Begins an import. From here on its number is known and every row is counted. */
export async function startContactImport(
  db: Database,
  { kind, sourceId, sheet, header, by }: NewImport,
): Promise<string> {
  const { id } = await db
    .insertInto('contact_import')
    .values({ started_by: by, kind, source_id: sourceId, sheet, header: [...header] })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** `columnOf`: the column of the file that means a target, as written in its header. */
export interface GroupJob extends ImportJob {
  readonly columnOf: (target: string) => string | null;
}

/** Writes one group, its refusals and the counts in one transaction: the counts are always what was committed. */
export async function importGroup(
  db: Database,
  importId: string,
  group: readonly GroupRow[],
  job: GroupJob,
): Promise<void> {
  if (group.length === 0) return;
  const accepted = group.flatMap((each) => ('row' in each ? [each.row] : []));
  await untilAlone(() =>
    db.transaction().execute(async (transaction) => {
      const { created, unchanged, refused } = await mergeRows(transaction, accepted, job);
      let index = 0;
      const rejects = group.flatMap((each): Reject[] => {
        if (!('row' in each)) return [each];
        const why = refused.get(index++);
        if (why === undefined) return [];
        const { line, cells } = each;
        return [{ line, column: job.columnOf(why.target), reason: why.reason, cells, text: null }];
      });
      await insertRejects(transaction, importId, rejects);
      await sql`
        update contact_import set touched_at = clock_timestamp(), read = read + ${group.length},
          created = created + ${created}, updated = updated + ${group.length - rejects.length - created},
          unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejects.length}
        where id = ${importId}`.execute(transaction);
    }),
  );
}

/** Unique violation, deadlock: another import wrote the same people at the same time, and has ended now. */
const meeting = new Set(['23505', '40P01']);
/** Each meeting means that somebody else went on, so this is never reached by imports alone. */
const mostMeetings = 50;

async function untilAlone(work: () => Promise<void>): Promise<void> {
  for (let meetings = 1; ; meetings++) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!meeting.has(code) || meetings >= mostMeetings) throw error;
    }
  }
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
  return toImport(row, await sourceName(db, row.source_id));
}

/** One import. A running one that gave no sign of life for two minutes lost its process and is noted as failed. */
export async function readContactImport(db: Database, importId: string): Promise<ContactImport | null> {
  await noteLostImports(db);
  const row = await db.selectFrom('contact_import').selectAll().where('id', '=', importId).executeTakeFirst();
  return row === undefined ? null : toImport(row, await sourceName(db, row.source_id));
}

/** Newest first. `after` is the instant and id of the last one of the page before. */
export async function listContactImports(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<(ContactImport & { readonly position: string })[]> {
  await noteLostImports(db);
  const query = db
    .selectFrom('contact_import')
    .leftJoin('import_source', 'import_source.id', 'contact_import.source_id')
    .selectAll('contact_import')
    .select(['import_source.name as source', sql<string>`contact_import.started_at::text`.as('position')])
    .orderBy('contact_import.started_at', 'desc')
    .orderBy('contact_import.id')
    .limit(limit);
  const rows = await (
    after === null
      ? query
      : query.where(
          sql<boolean>`(contact_import.started_at < ${after[0]}::timestamptz
            or (contact_import.started_at = ${after[0]}::timestamptz and contact_import.id > ${after[1]}::uuid))`,
        )
  ).execute();
  return rows.map(({ source, position, ...row }) => ({ ...toImport(row, source), position }));
}

/** The header of the file of an import; empty for one that was made before headers were kept. */
export async function readImportHeader(db: Database, importId: string): Promise<readonly string[]> {
  const row = await db
    .selectFrom('contact_import')
    .select('header')
    .where('id', '=', importId)
    .executeTakeFirst();
  return row?.header ?? [];
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
    .select(['ordinal', 'line', 'column', 'reason', 'cells', 'text'])
    .where('import_id', '=', importId)
    .where('ordinal', '>', after)
    .orderBy('ordinal')
    .limit(limit)
    .execute();
}

/** Only one group of an import is written at a time: the rows before it are those that are counted already. */
async function insertRejects(db: Database, importId: string, rejects: readonly Reject[]): Promise<void> {
  if (rejects.length === 0) return;
  await sql`
    insert into contact_import_reject (import_id, ordinal, line, "column", reason, cells, text)
    select ${importId}, rejected + row.ordinal, row.line, row."column", row.reason, row.cells, row.text
    from contact_import, rows from (json_to_recordset(${JSON.stringify(rejects)}::json) as (
      line bigint, "column" text, reason text, cells jsonb, text text)) with ordinality
      as row (line, "column", reason, cells, text, ordinal)
    where contact_import.id = ${importId}`.execute(db);
}

async function noteLostImports(db: Database): Promise<void> {
  await sql`
    update contact_import set state = 'failed', finished_at = touched_at,
      failure = 'the program that read the file was ended; the rows counted here were imported, import the file again for the others'
    where state = 'running' and touched_at < now() - interval '2 minutes'`.execute(db);
}

async function sourceName(db: Database, id: string | null): Promise<string | null> {
  if (id === null) return null;
  const row = await db.selectFrom('import_source').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}

function toImport(row: Selectable<PeopleTables['contact_import']>, source: string | null): ContactImport {
  const { id, kind, sheet, state, read, created, updated, unchanged, rejected, failure } = row;
  return {
    id,
    kind,
    source,
    sheet,
    state,
    read,
    created,
    updated,
    unchanged,
    rejected,
    failure,
    startedBy: row.started_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
