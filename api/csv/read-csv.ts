import { withoutFormulaGuard } from '../../domain/csv-cell.ts';
import type { TableFile, TableRow } from '../import/table-file.ts';
import { UnreadableFile } from '../import/unreadable-file.ts';
import { decodeRaw, decodeRecord } from './decode-record.ts';
import { latin1Chunks } from './latin1-chunks.ts';
import { RecordReader, type CsvFault, type CsvRecord } from './record-reader.ts';

/** A header longer than this is none. */
const maxHeaderBytes = 65_536;
const byteOrderMark = '\u00EF\u00BB\u00BF';

/**
 * Begins to read a CSV file: finds its delimiter (`;`, `,`, tab or `|`) from the header and answers the header and the rows to come.
 * UTF-8 with or without a byte order mark, Windows-1252, both in one file, UTF-16 with a byte order mark.
 * Throws UnreadableFile when the file is empty, no text, or has no readable header.
 */
export async function readCsv(source: AsyncIterable<Uint8Array>): Promise<TableFile> {
  const chunks = latin1Chunks(source);
  let opening = '';
  let ended = false;
  while (!ended && opening.length < maxHeaderBytes && !headerIsComplete(opening)) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else opening += next.value;
  }
  if (opening.startsWith(byteOrderMark)) opening = opening.slice(byteOrderMark.length);
  if (opening.trim() === '')
    throw new UnreadableFile('empty', 'the file is empty; it needs a header line with an email column');
  refuseControls(headerText(opening));
  const delimiter = delimiterOf(opening);
  const reader = new RecordReader(delimiter);
  const records = reader.push(opening);
  if (ended) records.push(...reader.end());
  const [first, ...others] = records;
  return {
    header: headerOf(first),
    rows: rowsOf(others, chunks, reader, ended),
    format: `CSV with ${delimiter === '\t' ? 'tabs' : delimiter}`,
    sheet: null,
    sheets: [],
    close: async () => undefined,
  };
}

async function* rowsOf(
  others: CsvRecord[],
  chunks: AsyncIterator<string>,
  reader: RecordReader,
  ended: boolean,
): AsyncGenerator<readonly TableRow[]> {
  yield others.map(readRow);
  if (ended) return;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) break;
    yield reader.push(next.value).map(readRow);
  }
  yield reader.end().map(readRow);
}

function readRow(record: CsvRecord): TableRow {
  const { line } = record;
  if ('fault' in record)
    return {
      line,
      field: record.field,
      reason: describeFault(record.fault, record.lastLine),
      cells: null,
      text: decodeRaw(record.raw),
    };
  const fields = record.ascii ? record.fields : decodeRecord(record.fields);
  if (fields !== null) return { line, fields: fields.map(withoutFormulaGuard) };
  return {
    line,
    field: null,
    reason: 'the row is neither UTF-8 nor Windows-1252',
    cells: null,
    text: decodeRaw(record.fields.join(',')),
  };
}

function describeFault(fault: CsvFault, lastLine: number): string {
  switch (fault) {
    case 'textAfterQuote':
      return 'there is text after a closing quote; a quote inside a quoted value is written twice ("")';
    case 'tooLong':
      return 'the row is longer than 1 MB';
    case 'nul':
      return 'the row has a NUL byte';
    case 'quoteNotClosed':
      return `a quote is opened and never closed, so everything to the end of the file (line ${lastLine}) belongs to this row; close the quote and import these lines again`;
  }
}

function headerOf(record: CsvRecord | undefined): readonly string[] {
  if (record === undefined)
    throw new UnreadableFile(
      'header',
      'the first line is longer than 64 kB; a header line with column names is needed',
    );
  const row = readRow(record);
  if ('reason' in row)
    throw new UnreadableFile('header', `the header (line ${row.line}) cannot be read: ${row.reason}`);
  return row.fields;
}

/** The candidate that the header has most of outside of quotes; a header of one column has none, then it is the comma. */
function delimiterOf(opening: string): string {
  const header = headerText(opening).replaceAll(/"[^"]*"/g, '');
  const counts = [';', ',', '\t', '|'].map((delimiter) => ({
    delimiter,
    count: header.split(delimiter).length - 1,
  }));
  const best = counts.reduce((most, each) => (each.count > most.count ? each : most));
  return best.count > 0 ? best.delimiter : ',';
}

function headerIsComplete(opening: string): boolean {
  return /^[\r\n]/.test(opening.trimStart().slice(headerText(opening).length));
}

/** Tab is a delimiter, line ends may stand inside quotes; any other control character says that this is no text. */
function refuseControls(header: string): void {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(header))
    throw new UnreadableFile('binary', 'the file is binary, no CSV text; export it as CSV (UTF-8)');
}

/** The first line that is not empty, up to a line end outside of quotes. */
function headerText(opening: string): string {
  return /^(?:"[^"]*"|[^"\r\n])*/.exec(opening.trimStart())?.[0] ?? '';
}
