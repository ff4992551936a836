import { listRejects, readImportHeader, type Reject } from '../../db/contact-import.ts';
import type { Database } from '../../db/open.ts';
import { quoteCell, withFormulaGuard } from '../../domain/csv-cell.ts';
import { columnKey } from '../../domain/csv-columns.ts';
import { rejectColumns } from '../../domain/import-plan.ts';

const pageSize = 500;

/**
 * The refused rows of an import as a CSV file with the columns of the imported one: to be mended and imported again, which takes no
 * notice of the columns with line and reason. A row that could not be cut into cells stands in the last column.
 */
export async function* rejectsCsv(db: Database, importId: string): AsyncGenerator<string> {
  const header = await readImportHeader(db, importId);
  const added: readonly string[] = rejectColumns;
  const own = header.flatMap((name, index) => (added.includes(columnKey(name)) ? [] : [index]));
  // Spreadsheets take a file for UTF-8 by its byte order mark.
  yield `\uFEFF${line([...own.map((index) => header[index] ?? ''), ...added])}`;
  for (let after = 0; ;) {
    const rejects = await listRejects(db, importId, after, pageSize);
    yield rejects.map((reject) => line(cellsOf(reject, own, header.length))).join('');
    const last = rejects.at(-1);
    if (last === undefined || rejects.length < pageSize) return;
    after = last.ordinal;
  }
}

/** Cells that do not match the header must not be taken for mended ones. */
function cellsOf(
  { line, column, reason, cells, text }: Reject,
  own: readonly number[],
  width: number,
): string[] {
  const fits = cells !== null && cells.length === width;
  const written = fits ? '' : (text ?? (cells ?? []).map(quoteCell).join(','));
  return [
    ...own.map((index) => (fits ? (cells[index] ?? '') : '')),
    String(line),
    column ?? '',
    reason,
    written,
  ];
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => quoteCell(withFormulaGuard(cell))).join(',')}\r\n`;
}
