import { once } from 'node:events';
import type { Response } from 'express';
import { quoteCell } from '../../domain/csv-cell.ts';

type Value = string | number | boolean | Date | null;

/**
 * Writes rows as a CSV file for people: commas, CRLF (RFC 4180), UTF-8 with a mark so that spreadsheets read it as such. Text that a
 * spreadsheet would take for a formula begins with an apostrophe. Waits for a slow reader: memory does not grow with the file.
 */
export async function writeCsv(
  response: Response,
  name: string,
  header: readonly string[],
  pieces: AsyncIterable<readonly (readonly Value[])[]>,
): Promise<void> {
  response.setHeader('Content-Type', 'text/csv; charset=utf-8');
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
  response.write(`\uFEFF${csvLine(header)}`);
  for await (const rows of pieces) {
    if (response.destroyed) return;
    if (!response.write(rows.map(csvLine).join(''))) await drained(response);
  }
  response.end();
}

/** One line with its end. */
function csvLine(values: readonly Value[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

async function drained(response: Response): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  // A reader that hangs up never drains.
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  over.abort();
}

function field(value: Value): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'string') return String(value);
  return quoteCell(isFormula.test(value) ? `'${value}` : value);
}

/** OWASP "CSV injection": what begins so is worked out by spreadsheets, also behind spaces. */
const isFormula = /^[\s\0]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]|^[\t\r\n]/;
