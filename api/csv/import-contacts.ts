import { domainToASCII } from 'node:url';
import {
  finishContactImport,
  importGroup,
  startContactImport,
  touchContactImport,
  type ContactImport,
  type Reject,
} from '../../db/contact-import.ts';
import type { MergedColumns } from '../../db/contact-merge.ts';
import type { Database } from '../../db/open.ts';
import {
  createRowReader,
  isRefusal,
  readHeader,
  type ContactRow,
  type CsvHeader,
} from '../../domain/csv-columns.ts';
import { readCsv, type CsvFile } from './read-csv.ts';
import { UnreadableCsv } from './unreadable-csv.ts';

/** Rows per transaction: large enough to be fast, small enough to hold little and lock briefly. */
const groupSize = 2_000;
const touchEveryMs = 30_000;

/**
 * Imports people from a CSV file that is read only as fast as the database takes it. Memory does not grow with the file.
 * Throws UnreadableCsv, before anything is written, when the file as a whole is no use. When the source breaks off, the import is
 * `failed` with what was read until then (those rows stay); an error of the database is thrown, the import is noted as failed if possible.
 */
export async function importContacts(
  db: Database,
  source: AsyncIterable<Uint8Array>,
  startedBy: string,
): Promise<ContactImport> {
  const file = await readCsv(source);
  const header = readHeader(file.header);
  if ('fault' in header) throw new UnreadableCsv('header', header.fault);
  const id = await startContactImport(db, startedBy);
  // A sign of life that fails is no reason to stop: the next statement of the import tells what is wrong.
  const touching = setInterval(() => void touchContactImport(db, id).catch(() => undefined), touchEveryMs);
  try {
    const broken = await importRows(db, id, file, header);
    return await finishContactImport(db, id, broken);
  } catch (error) {
    await finishContactImport(db, id, 'the database failed; the rows counted here were imported').catch(
      () => undefined,
    );
    throw error;
  } finally {
    clearInterval(touching);
  }
}

/** Answers null at the end of the file, or how it broke off. */
async function importRows(
  db: Database,
  id: string,
  file: CsvFile,
  header: CsvHeader,
): Promise<string | null> {
  const readRow = createRowReader(header, domainToASCII);
  const merged = mergedColumns(header);
  let rows: ContactRow[] = [];
  let rejects: Reject[] = [];
  let rejectsBefore = 0;
  // One group is written while the next one is read, never more: groups keep the order of the file, and the file waits for the database.
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const group = { rows, rejects, rejectsBefore };
    rejectsBefore += rejects.length;
    rows = [];
    rejects = [];
    await writing;
    writing = importGroup(db, id, group, merged);
    // A failure is thrown where the next group, or the end, waits for this one; it must not count as unhandled until then.
    writing.catch(() => undefined);
  };
  const iterator = file.rows[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextRows(iterator);
    if ('broken' in next) {
      await write();
      await writing;
      return next.broken;
    }
    for (const row of next.rows) {
      if ('reason' in row)
        rejects.push({ line: row.line, column: columnName(header, row.field), reason: row.reason });
      else {
        const contact = readRow(row.fields);
        if (isRefusal(contact)) rejects.push({ line: row.line, ...contact });
        else rows.push(contact);
      }
      if (rows.length + rejects.length >= groupSize) await write();
    }
    if (next.done) break;
  }
  await write();
  await writing;
  return null;
}

type Next = { readonly rows: Rows; readonly done: boolean } | { readonly broken: string };
type Rows = CsvFile['rows'] extends AsyncIterable<infer R> ? R : never;

/** Only reading can break off here; what the database throws goes its own way. */
async function nextRows(iterator: AsyncIterator<Rows>): Promise<Next> {
  try {
    const next = await iterator.next();
    return next.done === true ? { rows: [], done: true } : { rows: next.value, done: false };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      broken: `the file broke off (${why}); the rows counted here were imported, import it again for the others`,
    };
  }
}

function mergedColumns({ columns }: CsvHeader): MergedColumns {
  const meanings = columns.map(({ meaning }) => meaning);
  return {
    columns: new Set(meanings.flatMap((meaning) => ('column' in meaning ? [meaning.column] : []))),
    attributes: meanings.flatMap((meaning) => ('attribute' in meaning ? [meaning.attribute] : [])),
  };
}

function columnName({ columns }: CsvHeader, field: number | null): string | null {
  return field === null ? null : (columns[field]?.written ?? null);
}
