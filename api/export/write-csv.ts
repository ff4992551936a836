import { quoteCell, withFormulaGuard } from '../../domain/csv-cell.ts';
import { isDay, type Cell, type Sheet } from './cell.ts';

export interface CsvForm {
  readonly delimiter: string;
  /** A byte order mark in front, by which Excel sees that the file is UTF-8. */
  readonly bom: boolean;
}

/** The sheet as text of a CSV file (RFC 4180), some rows at a time. No text of it is run as a formula by a spreadsheet. */
export async function* writeCsv(
  { header, pages }: Sheet,
  { delimiter, bom }: CsvForm,
): AsyncGenerator<string> {
  const line = (cells: readonly Cell[]): string => `${cells.map(textOf).join(delimiter)}\r\n`;
  yield `${bom ? '\uFEFF' : ''}${line(header)}`;
  for await (const page of pages) yield page.map(line).join('');
}

/** A number is no text that somebody wrote: a minus in front of it is one. */
function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return isDay(cell) ? cell.day : quoteCell(withFormulaGuard(cell));
}
