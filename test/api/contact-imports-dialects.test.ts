import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../api/csv/read-csv.ts';
import type { TableRow } from '../../api/import/table-file.ts';
import { UnreadableFile } from '../../api/import/unreadable-file.ts';

/** The file in chunks of the given size, so that every byte can be the last of a chunk. */
async function* chunked(file: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function read(
  file: Buffer | string,
  chunkSize = 65_536,
): Promise<{ header: readonly string[]; rows: TableRow[] }> {
  const { header, rows } = await readCsv(
    chunked(Buffer.isBuffer(file) ? file : Buffer.from(file), chunkSize),
  );
  const all: TableRow[] = [];
  for await (const group of rows) all.push(...group);
  return { header, rows: all };
}

/** The same whatever the chunks are. */
async function rowsOf(file: Buffer | string): Promise<unknown[]> {
  const [whole, ...others] = await Promise.all([65_536, 1, 2, 7].map((size) => read(file, size)));
  for (const other of others) expect(other).toEqual(whole);
  return (whole?.rows ?? []).map((row) =>
    'reason' in row ? [row.line, row.field, row.reason] : [row.line, ...row.fields],
  );
}

async function refusalOf(file: Buffer | string): Promise<string> {
  const error = await read(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnreadableFile)) throw new Error('the file was read', { cause: error });
  return `${error.code}: ${error.message}`;
}

const textAfterQuote =
  'there is text after a closing quote; a quote inside a quoted value is written twice ("")';

describe('the delimiter', () => {
  it.each([
    ['a;b\n1,0;2', [[2, '1,0', '2']]],
    ['a,b\n1;0,2', [[2, '1;0', '2']]],
    ['a\tb\n1;0\t2,0', [[2, '1;0', '2,0']]],
    ['a|b\n1;0|2,0', [[2, '1;0', '2,0']]],
    ['"a;;;b",c\n1,2', [[2, '1', '2']]],
    ['a\n1;2', [[2, '1;2']]],
  ])('is found in the header, outside of quotes: %j', async (file, rows) => {
    expect(await rowsOf(file)).toEqual(rows);
  });
});

describe('quotes and line ends', () => {
  it('keeps line breaks, delimiters and doubled quotes of quoted values, and counts the lines inside', async () => {
    expect(await rowsOf('a,b\r\n"x\r\ny",1\r\n"p,""q""\n","2" \nlast,3')).toEqual([
      [2, 'x\r\ny', '1'],
      [4, 'p,"q"\n', '2'],
      [6, 'last', '3'],
    ]);
  });

  it('reads LF, CRLF and CR, a last line without an end, and passes empty lines over', async () => {
    expect(await rowsOf('a\r1\r\r\n2\n\n\n3')).toEqual([
      [2, '1'],
      [4, '2'],
      [7, '3'],
    ]);
  });

  it('keeps what is written of a row that cannot be cut, for the person who mends it', async () => {
    const { rows } = await read('a,b\r\n1,"x"y\r\nü,\0\r\n2,"3\r\n', 3);
    expect(rows.map((row) => ('text' in row ? row.text : row))).toEqual(['1,"x"y', 'ü,\u2400', '2,"3\r\n']);
  });

  it('takes off the quote that exports put before what a spreadsheet would run as a formula', async () => {
    expect(await rowsOf("a,b\n'=1+1,'quoted'")).toEqual([[2, '=1+1', "'quoted'"]]);
  });

  it('takes a quote in the middle of a value as it is', async () => {
    expect(await rowsOf('a,b\n5" pipe,6')).toEqual([[2, '5" pipe', '6']]);
  });

  it('refuses text after a closing quote and goes on with the next row', async () => {
    expect(await rowsOf('a,b\n"x"y,1\n2,"Firma "Otto" KG"\n3,4')).toEqual([
      [2, 0, textAfterQuote],
      [3, 1, textAfterQuote],
      [4, '3', '4'],
    ]);
  });

  it('reports a quote that is never closed as one row with its first and last line', async () => {
    expect(await rowsOf('a,b\n1,2\nx,"y\n3,4\n5,6')).toEqual([
      [2, '1', '2'],
      [
        3,
        1,
        expect.stringContaining(
          'never closed, so everything to the end of the file (line 5) belongs to this row',
        ),
      ],
    ]);
    expect(await rowsOf('a,b\nx,"y\n3,4\n')).toEqual([[2, 1, expect.stringContaining('(line 3)')]]);
  });
});

describe('encodings', () => {
  it('reads UTF-8 with and without a byte order mark', async () => {
    expect(await read('\uFEFFemail,Größe\nä,😀')).toEqual({
      header: ['email', 'Größe'],
      rows: [{ line: 2, fields: ['ä', '😀'] }],
    });
    expect(await rowsOf('Größe\nü')).toEqual([[2, 'ü']]);
  });

  it('decides for every row between UTF-8 and Windows-1252', async () => {
    const file = Buffer.concat([
      Buffer.from('a,b\nMüller,é\n'),
      Buffer.from('M\xfcller,\x80 5\n\x81,x\n', 'latin1'),
      Buffer.from('ß,ok'),
    ]);
    expect(await rowsOf(file)).toEqual([
      [2, 'Müller', 'é'],
      [3, 'Müller', '€ 5'],
      [4, null, 'the row is neither UTF-8 nor Windows-1252'],
      [5, 'ß', 'ok'],
    ]);
  });

  it.each([
    ['little', (text: string) => Buffer.from(text, 'utf16le')],
    ['big', (text: string) => Buffer.from(text, 'utf16le').swap16()],
  ])('reads UTF-16 of %s-endian machines by its byte order mark', async (_, encode) => {
    expect(await rowsOf(encode('\uFEFFemail\tname\r\na\tJörg 😀\r\n'))).toEqual([[2, 'a', 'Jörg 😀']]);
  });
});

describe('rows that would hurt', () => {
  it('refuses a NUL byte and goes on', async () => {
    expect(await rowsOf('a,b\n1,x\0y\n2,3')).toEqual([
      [2, 1, 'the row has a NUL byte'],
      [3, '2', '3'],
    ]);
  });

  it('refuses a field of 10 MB, quoted or not, and goes on', async () => {
    const long = 'x\n'.repeat(5_000_000);
    const { rows } = await read(`a,b\n1,"${long}"\n2,${long.replaceAll('\n', ' ')}\n3,4\n`);
    const reason = 'the row is longer than 1 MB';
    expect(rows).toEqual([
      { line: 2, field: 1, reason, cells: null, text: `1,"${long.slice(0, 9_997)}` },
      {
        line: 5_000_003,
        field: 1,
        reason,
        cells: null,
        text: `2,${long.replaceAll('\n', ' ').slice(0, 9_998)}`,
      },
      { line: 5_000_004, fields: ['3', '4'] },
    ]);
  });

  it('reads a value of just under 1 MB whole', async () => {
    const value = 'é'.repeat(499_000);
    const { rows } = await read(`a,b\n1,"${value}"\n`, 1_000);
    expect(rows).toEqual([{ line: 2, fields: ['1', value] }]);
  });
});

describe('files that are no CSV', () => {
  it.each([
    ['', 'empty: the file is empty'],
    ['\uFEFF \r\n\n', 'empty: the file is empty'],
    [Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), 'binary: the file is a PNG image'],
    [
      Buffer.from('PK\x03\x04xl/workbook.xml', 'latin1'),
      'binary: the file is an Excel workbook or another zip file',
    ],
    [Buffer.from('%PDF-1.7\n'), 'binary: the file is a PDF file'],
    [Buffer.from('e\0m\0a\0i\0l\0\n\0', 'latin1'), 'binary: the file is binary, no CSV text'],
    ['a'.repeat(70_000), 'header: the first line is longer than 64 kB'],
    ['"a,b\n1,2\n', 'header: the header (line 1) cannot be read: a quote is opened and never closed'],
    ['"a"b,c\n1,2\n', 'header: the header (line 1) cannot be read: there is text after a closing quote'],
  ])('are refused with what they are: %#', async (file, message) => {
    expect(await refusalOf(file)).toContain(message);
  });
});

describe('any file', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'é', '😀', ' ', '"', ',', ';', '\n', '\r\n', '\r', '\t'),
    maxLength: 12,
  });

  it('gives back the values that were written, as the well-known parser does', async () => {
    const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, chunkSize) => {
        const file = [
          'a,b,c',
          ...rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')),
        ].join('\r\n');
        const found = (await read(file, chunkSize)).rows.map((row) => ('fields' in row ? row.fields : row));
        expect(found).toEqual(rows);
        const oracle: string[][] = parse(file, { record_delimiter: '\r\n' });
        expect(found).toEqual(oracle.slice(1));
      }),
      { numRuns: 200 },
    );
  });

  it('is read to its end without a crash, with lines that only go up', async () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    const nearCsv = fc
      .string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\0', 'ü'), maxLength: 300 })
      .map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, nearCsv), fc.integer({ min: 1, max: 50 }), async (body, chunkSize) => {
        const file = Buffer.concat([Buffer.from('a,b\n'), body]);
        const { rows } = await read(file, chunkSize);
        const lines = rows.map(({ line }) => line);
        expect(lines).toEqual([...new Set(lines)].sort((one, other) => one - other));
        expect(rows).toEqual((await read(file)).rows);
      }),
      { numRuns: 500 },
    );
  });
});
