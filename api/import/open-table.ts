import type { IncomingMessage } from 'node:http';
import { refuse } from '../check-input.ts';
import { readCsv } from '../csv/read-csv.ts';
import { Problem } from '../problem.ts';
import { readXlsx } from '../xlsx/read-xlsx.ts';
import type { TableFile } from './table-file.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** What can be imported. */
export const tableTypes: readonly string[] = [
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/**
 * Opens the file that a request carries, works with it and lets go of it. `sheet` only with a workbook. What is wrong with the file as a
 * whole is answered as a problem.
 */
export async function withTable<T>(
  request: IncomingMessage,
  sheet: string | undefined,
  work: (file: TableFile) => Promise<T>,
): Promise<T> {
  const isCsv = (request.headers['content-type'] ?? '').toLowerCase().startsWith('text/csv');
  if (isCsv && sheet !== undefined)
    throw refuse('invalidQuery', [
      { pointer: '/sheet', detail: 'a CSV file has no sheets; leave it out, or send a workbook (.xlsx)' },
    ]);
  // Not destroyed when reading ends early: the refusal must still reach the caller.
  const source: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  try {
    const file = isCsv ? await readCsv(source) : await readXlsx(source, sheet);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UnreadableFile)
      throw new Problem('fileRefused', error.message, { members: { code: error.code }, cause: error });
    throw error;
  }
}
