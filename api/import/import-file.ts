import { domainToASCII } from 'node:url';
import {
  finishContactImport,
  importGroup,
  startContactImport,
  touchContactImport,
  type ContactImport,
  type GroupJob,
  type GroupRow,
} from '../../db/contact-import.ts';
import type { ImportSource } from '../../db/import-sources.ts';
import { declareFound, readDeclarations } from '../../db/import/declarations.ts';
import type { Database } from '../../db/open.ts';
import { planImport, type ImportPlan } from '../../domain/import-plan.ts';
import { createRowReader, isRefusal } from '../../domain/import-row.ts';
import { shapeOf } from '../../domain/import-shape.ts';
import { writeTarget } from '../../domain/import-target.ts';
import { findTypes } from './find-types.ts';
import type { TableFile, TableRow } from './table-file.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** Rows per transaction: large enough to be fast, small enough to hold little and lock briefly. */
const groupSize = 2_000;
const touchEveryMs = 30_000;

/**
 * Imports a file that is read only as fast as the database takes it. Memory does not grow with the file. `source` null: contacts, by
 * the usual names of columns.
 * Throws UnreadableFile, before anything is written, when the file as a whole is no use. When the source breaks off, the import is
 * `failed` with what was read until then (those rows stay); an error of the database is thrown, the import is noted as failed if possible.
 */
export async function importFile(
  db: Database,
  file: TableFile,
  source: ImportSource | null,
  by: string,
): Promise<ContactImport> {
  const rough = planImport(file.header, source, await readDeclarations(db));
  if ('fault' in rough) throw new UnreadableFile('header', rough.fault);
  const { plan, rows } = await findTypes(rough, file.rows);
  const { kind } = plan;
  const { sheet, header } = file;
  const id = await startContactImport(db, { kind, sourceId: source?.id ?? null, sheet, header, by });
  // A sign of life that fails is no reason to stop: the next statement of the import tells what is wrong.
  const touching = setInterval(() => void touchContactImport(db, id).catch(() => undefined), touchEveryMs);
  try {
    await declareFound(db, plan, by);
    const broken = await importRows(db, id, plan, rows, jobOf(plan, source, by));
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

function jobOf(plan: ImportPlan, source: ImportSource | null, by: string): GroupJob {
  return {
    kind: plan.kind,
    shape: shapeOf(plan),
    by,
    how: source === null ? 'import' : `import from ${source.name}`,
    columnOf: (target) =>
      plan.columns.find((column) => writeTarget(column.target) === target)?.written ?? null,
  };
}

/** Answers null at the end of the file, or how it broke off. */
async function importRows(
  db: Database,
  id: string,
  plan: ImportPlan,
  rows: AsyncIterator<readonly TableRow[]>,
  job: GroupJob,
): Promise<string | null> {
  const take = createTake(plan);
  let group: GroupRow[] = [];
  // One group is written while the next one is read, never more: groups keep the order of the file, and the file waits for the database.
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    const full = group;
    group = [];
    await writing;
    writing = importGroup(db, id, full, job);
    // A failure is thrown where the next group, or the end, waits for this one; it must not count as unhandled until then.
    writing.catch(() => undefined);
  };
  let broken: string | null = null;
  for (;;) {
    const next = await nextRows(rows);
    if ('broken' in next) {
      broken = next.broken;
      break;
    }
    for (const row of next.rows) {
      group.push(take(row));
      if (group.length >= groupSize) await write();
    }
    if (next.done) break;
  }
  await write();
  await writing;
  return broken;
}

/** Reads a row of the file into one of the import. */
export function createTake(plan: ImportPlan): (row: TableRow) => GroupRow {
  const readRow = createRowReader(plan, domainToASCII);
  return (row) => {
    const { line } = row;
    if ('reason' in row) {
      const column = row.field === null ? null : (plan.columns[row.field]?.written ?? null);
      return { line, column, reason: row.reason, cells: row.cells, text: row.text };
    }
    const read = readRow(row.fields, row.native);
    return isRefusal(read)
      ? { line, ...read, cells: row.fields, text: null }
      : { line, cells: row.fields, row: read };
  };
}

type Next = { readonly rows: readonly TableRow[]; readonly done: boolean } | { readonly broken: string };

/** Only reading can break off here; what the database throws goes its own way. */
async function nextRows(iterator: AsyncIterator<readonly TableRow[]>): Promise<Next> {
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
