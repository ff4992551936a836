import { readDeclarations } from '../../db/import/declarations.ts';
import type { Database } from '../../db/open.ts';
import { readHeader } from '../../domain/csv-columns.ts';
import { ColumnTally } from '../../domain/import-guess.ts';
import { planImport, type ImportPlan, type PlannedSource } from '../../domain/import-plan.ts';
import { suggestMapping, type SuggestedBy } from '../../domain/import-suggestion.ts';
import { writeTarget } from '../../domain/import-target.ts';
import type { ImportPreview } from '../../domain/schema/import-preview.ts';
import type { ImportKind } from '../../domain/schema/import-source.ts';
import { completePlan, tallyRow } from './find-types.ts';
import type { TableFile, TableRow } from './table-file.ts';
import { tryRows } from './try-rows.ts';

/** So much is looked at. All of it is in memory: the values say what the columns are before the rows can be read. */
const mostRows = 100_000;
const mostCharacters = 20_000_000;

/** Says what an import of the file would do, with a source or with the mapping that it suggests; imports nothing. */
export async function previewFile(
  db: Database,
  file: TableFile,
  about: PlannedSource | { readonly kind: ImportKind; readonly recordKind: string | null },
): Promise<ImportPreview> {
  const { header, format, sheet, sheets } = file;
  const { kind, recordKind } = about;
  const { rows, complete } = await readBeginning(file);
  const tallies = header.map(() => new ColumnTally());
  for (const row of rows) if ('fields' in row) tallyRow(tallies, row.fields, row.native);
  const guesses = tallies.map((tally) => tally.guess());
  const declared = await readDeclarations(db);
  const suggestions = suggestMapping(header, guesses, about, declared);
  const headerFault = readHeader(header);
  const broken = 'fault' in headerFault;
  const source: PlannedSource =
    'mapping' in about
      ? about
      : { kind, recordKind, mapping: { columns: suggestions.map(({ column }) => column), others: 'refuse' } };
  const plan = planImport(header, source, declared);
  const planned = 'fault' in plan ? null : completePlan(plan, tallies);
  return {
    kind,
    recordKind,
    format,
    sheet,
    sheets: [...sheets],
    columns: header.map((column, index) => ({
      column: column.trim(),
      ...meaningOf(
        planned,
        index,
        suggestions[index]?.column.to ?? 'ignore',
        'mapping' in about,
        suggestions[index]?.by,
      ),
      filled: guesses[index]?.filled ?? 0,
      seems: guesses[index]?.type ?? 'text',
      examples: examplesOf(rows, index),
    })),
    mapping: broken ? null : source.mapping,
    fault: 'fault' in plan ? plan.fault : null,
    complete,
    ...(planned === null
      ? { read: rows.length, created: 0, updated: 0, rejected: 0, first: [], faults: [] }
      : await tryRows(db, rows, planned)),
  };
}

async function readBeginning(file: TableFile): Promise<{ rows: readonly TableRow[]; complete: boolean }> {
  const rows: TableRow[] = [];
  let characters = 0;
  for await (const group of file.rows)
    for (const row of group) {
      if (rows.length >= mostRows || characters > mostCharacters) return { rows, complete: false };
      rows.push(row);
      if ('fields' in row) for (const field of row.fields) characters += field.length;
    }
  return { rows, complete: true };
}

function meaningOf(
  plan: ImportPlan | null,
  index: number,
  suggested: string,
  hasSource: boolean,
  by: SuggestedBy | undefined,
): { to: string; by: 'source' | SuggestedBy } {
  const target = plan?.columns[index]?.target;
  if (!hasSource) return { to: suggested, by: by ?? 'otherwise' };
  return { to: target === undefined ? 'ignore' : writeTarget(target), by: 'source' };
}

function examplesOf(rows: readonly TableRow[], index: number): string[] {
  const examples = new Set<string>();
  for (const row of rows) {
    const cell = 'fields' in row ? (row.fields[index] ?? '').trim() : '';
    if (cell !== '') examples.add(cell.slice(0, 60));
    if (examples.size === 3) break;
  }
  return [...examples];
}
