import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableRow } from '../../../api/import/table-file.ts';
import { UnreadableFile } from '../../../api/import/unreadable-file.ts';
import { readXlsx } from '../../../api/xlsx/read-xlsx.ts';
import { sheetXml, workbook, type TestCell } from '../../support/workbook.ts';

const spooled = (): string[] => readdirSync(tmpdir()).filter((name) => /^sluice-.*\.xlsx$/.test(name));
const before = new Set(spooled());

async function* chunked(file: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

async function read(file: Buffer, sheet?: string) {
  const table = await readXlsx(chunked(file), sheet);
  const rows: TableRow[] = [];
  try {
    for await (const group of table.rows) rows.push(...group);
  } finally {
    await table.close();
  }
  return { ...table, rows };
}

/** Rows as line and cells, or as line, column and reason. */
async function rowsOf(file: Buffer): Promise<unknown[]> {
  const { rows } = await read(file);
  return rows.map((row) => ('reason' in row ? [row.line, row.field, row.reason] : [row.line, ...row.fields]));
}

async function refusalOf(file: Buffer, sheet?: string): Promise<string> {
  const error = await read(file, sheet).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnreadableFile)) throw new Error('the file was read', { cause: error });
  return `${error.code}: ${error.message}`;
}

const one = async (rows: readonly (readonly TestCell[])[], options = {}): Promise<Buffer> =>
  workbook([{ name: 'People', rows }], options);
const xml = (text: string): TestCell => ({ xml: text });

describe('the values of a sheet', () => {
  it('are text, numbers without exponents, yes and no, and holes are empty', async () => {
    expect(
      await rowsOf(
        await one([
          ['a', 'b', 'c', 'd'],
          ['x & <y>', 1e15, 0.1 + 0.2, true],
          [null, 491_701_234_567, xml('<c><v>1.5E-7</v></c>'), false],
        ]),
      ),
    ).toEqual([
      [2, 'x & <y>', '1000000000000000', '0.3', 'TRUE'],
      [3, '', '491701234567', '0.00000015', 'FALSE'],
    ]);
  });

  it('are dates by their format, counted from 1900 or 1904, and keep leading zeros', async () => {
    const styles =
      '<numFmts><numFmt numFmtId="164" formatCode="[$-407]dd\\.\\ mmm\\ yyyy;@"/><numFmt numFmtId="165" formatCode="00000"/>' +
      '<numFmt numFmtId="166" formatCode="#,##0.00\\ &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>';
    const cell = (style: number, value: string): TestCell => xml(`<c s="${style}"><v>${value}</v></c>`);
    const rows = [
      ['a', 'b', 'c', 'd', 'e'],
      [cell(1, '46357'), cell(2, '46357.354166666664'), cell(3, '1067'), cell(4, '3'), cell(0, '46357')],
      [cell(1, '59'), cell(1, '61'), cell(1, '0.5'), cell(3, '12.5'), xml('<c t="d"><v>2026-12-01</v></c>')],
    ];
    expect(await rowsOf(await one(rows, { styles }))).toEqual([
      [2, '2026-12-01', '2026-12-01T08:30:00', '01067', '3', '46357'],
      [3, '1900-02-28', '1900-03-01', '12:00:00', '12.5', '2026-12-01'],
    ]);
    const from1904 = await read(await one([['a'], [cell(1, '44895')]], { styles, date1904: true }));
    expect(from1904.rows).toMatchObject([{ fields: ['2026-12-01'] }]);
    expect(await rowsOf(await one([['a'], [cell(1, '-1')], [cell(1, '60')]], { styles }))).toEqual([
      [2, 0, 'the cell is written as a date, but -1 is none between 1900 and 9999'],
      [3, 0, 'the cell is written as a date, but 60 is none between 1900 and 9999'],
    ]);
  });

  it('are shared texts with their runs joined, without phonetic hints, with escaped characters', async () => {
    const strings =
      '<si><r><t>An</t></r><r><rPr/><t>na</t></r><rPh sb="0" eb="1"><t>hint</t></rPh></si><si><t xml:space="preserve"> two_x000D_\nlines_x0000_ </t></si><si/>';
    const cell = (index: number): TestCell => xml(`<c t="s"><v>${index}</v></c>`);
    expect(
      await rowsOf(await one([['a', 'b', 'c'], [cell(0), cell(1), cell(2)], [cell(9)]], { strings })),
    ).toEqual([
      [2, 'Anna', ' two\r\nlines_x0000_ ', ''],
      [3, 0, 'the workbook has no text number 9; it is damaged'],
    ]);
  });

  it('are what was stored with a formula; one without a value and an error refuse their row only', async () => {
    expect(
      await rowsOf(
        await one([
          ['a', 'b'],
          [xml('<c t="str"><f>A1&amp;"x"</f><v>ax</v></c>'), xml('<c><f>1+1</f><v>2</v></c>')],
          ['x', xml('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')],
          [xml('<c><f>NOW()</f></c>'), 'y'],
          ['last', 'row'],
        ]),
      ),
    ).toEqual([
      [2, 'ax', '2'],
      [3, 1, 'the cell has the error #DIV/0!; correct it in the sheet'],
      [
        4,
        0,
        'the formula has no stored value; open the workbook in a spreadsheet, save it, and import it again',
      ],
      [5, 'last', 'row'],
    ]);
  });

  it('hold nothing for the columns between the table and a value far beside it', async () => {
    const table = sheetXml([['a'], [1], ['x']]).replace('r="A2"', 'r="XFD2"');
    const { rows } = await read(await workbook([{ name: 'People', xml: table }]));
    expect(rows).toMatchObject([
      { line: 2, cells: [''], reason: expect.stringContaining('16384') },
      { line: 3 },
    ]);
  });

  it('beside the table refuse the row, and empty rows are passed over', async () => {
    expect(
      await rowsOf(await one([[], ['a', 'b'], ['1', '2', ' '], [null, ''], ['1', '2', null, 'lost']])),
    ).toEqual([
      [3, '1', '2'],
      [
        5,
        null,
        'the row has a value in column D, beside the last column with a name; name that column or remove the value',
      ],
    ]);
  });

  it('are read whatever the prefixes, without references, and from a sheet by its name', async () => {
    const x = 'xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"';
    const strict = `<?xml version="1.0"?><x:worksheet ${x}><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const file = await workbook([
      { name: 'Hidden', rows: [['no']], state: 'hidden' },
      { name: 'First', rows: [['b'], ['1']] },
      { name: 'Möbel & more', xml: strict },
    ]);
    expect(await read(file)).toMatchObject({ sheet: 'First', sheets: ['Hidden', 'First', 'Möbel & more'] });
    expect(await read(file, 'möbel & MORE')).toMatchObject({
      header: ['a'],
      rows: [{ line: 2, fields: ['7'] }],
    });
    expect(await refusalOf(file, 'Third')).toContain(
      'no sheet "Third"; there are "Hidden", "First", "Möbel & more"',
    );
  });

  it('come back as they were written, in pieces of any size', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ü', '😀', '<', '&', '"', ' ', '\n', '_', 'x'),
      maxLength: 9,
    });
    const value = fc.oneof(text, fc.integer(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(value, { minLength: 2, maxLength: 2 }), { maxLength: 8 }),
        fc.integer({ min: 20, max: 3_000 }),
        async (rows, size) => {
          const table = await readXlsx(chunked(await one([['a', 'b'], ...rows]), size), undefined);
          const found: string[][] = [];
          for await (const group of table.rows)
            for (const row of group) if ('fields' in row) found.push([...row.fields]);
          await table.close();
          const seen = rows.map((row) =>
            row.map((each) => (typeof each === 'boolean' ? String(each).toUpperCase() : String(each))),
          );
          const blank = (cell: string): string => (cell.trim() === '' ? '' : cell);
          expect(found).toEqual(
            seen.map((row) => row.map(blank)).filter((row) => row.some((cell) => cell !== '')),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a file that is no workbook to read', () => {
  const ole = Buffer.concat([
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    Buffer.alloc(600),
  ]);
  it.each([
    ['an empty one', Buffer.alloc(0), 'empty: the file is empty'],
    [
      'text',
      Buffer.from('email\na@example.com\n'),
      'workbook: the file is no XLSX workbook; save it as .xlsx, or send CSV',
    ],
    [
      'an old or encrypted one',
      ole,
      'old workbook (.xls), or one with a password; save it as .xlsx without a password, or as CSV',
    ],
    [
      'a broken zip',
      Buffer.from('PK\x03\x04 and then nothing', 'latin1'),
      'workbook: the file is no readable XLSX workbook',
    ],
  ])('is refused with a way out: %s', async (_, file, message) => {
    expect(await refusalOf(file)).toContain(message);
  });

  it.each([
    ['another zip', { '_rels/.rels': null }, 'the file is a zip file, but no workbook'],
    ['OpenDocument', { mimetype: 'x', 'content.xml': '<x/>' }, 'OpenDocument sheet (.ods)'],
    ['no such sheet', { 'xl/worksheets/sheet1.xml': null }, 'xl/worksheets/sheet1.xml is missing'],
    ['an empty sheet', { 'xl/worksheets/sheet1.xml': sheetXml([]) }, 'the sheet "People" is empty'],
    [
      'an error in the header',
      { 'xl/worksheets/sheet1.xml': sheetXml([[xml('<c t="e"><v>#REF!</v></c>')]]) },
      'the header (line 1) cannot be read',
    ],
    [
      'entities that grow',
      { 'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><worksheet/>' },
      'declares a document type',
    ],
    ['XML that is cut off', { 'xl/workbook.xml': '<workbook><sheets>' }, 'no readable XLSX workbook'],
    [
      'bytes that are no text',
      { 'xl/sharedStrings.xml': Buffer.from([0x3c, 0x61, 0xff, 0xfe, 0xc0]) },
      'no readable XLSX workbook',
    ],
  ])('is refused with what it is: %s', async (_, parts, message) => {
    expect(await refusalOf(await one([['a'], ['1']], { parts }))).toContain(message);
  });

  it('is refused when it is packed as a bomb is, by what is declared and by what really comes', async () => {
    const bomb = sheetXml([['a'], ['1']]).replace('</sheetData>', `${' '.repeat(24_000_000)}</sheetData>`);
    const file = await workbook([{ name: 'Bomb', xml: bomb }]);
    expect(file.length).toBeLessThan(100_000);
    expect(await refusalOf(file)).toContain(
      'tooLarge: xl/worksheets/sheet1.xml of the workbook would become 24 MB',
    );
    // The same with a declared size that is a lie: 1,000 bytes.
    const size = Buffer.alloc(4);
    size.writeUInt32LE(Buffer.byteLength(bomb));
    const lie = Buffer.from(file);
    for (let at = lie.indexOf(size); at >= 0; at = lie.indexOf(size, at + 4)) lie.writeUInt32LE(1_000, at);
    expect(await refusalOf(lie)).toContain('workbook: the file is no readable XLSX workbook');
  });

  it('is refused when a text has no end that memory could hold', async () => {
    const endless = `<worksheet><sheetData><row><c t="str"><v>${Buffer.alloc(6_000_000, 'ab cd ').toString()}</v></c></row></sheetData></worksheet>`;
    expect(await refusalOf(await workbook([{ name: 'Long', xml: endless }]))).toContain(
      'characters without a tag',
    );
  });

  it('is refused, or read, but never crashes, when bytes of it are changed', async () => {
    const good = await one([
      ['a', 'b'],
      ['1', 'x'],
      ['2', 'y'],
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const file = Buffer.from(good);
          for (const [at, byte] of changes) file[at] = byte;
          const found = await read(file).catch((error: unknown) => error);
          if (found instanceof Error) expect(found).toBeInstanceOf(UnreadableFile);
        },
      ),
      { numRuns: 150 },
    );
  });
});

it('leaves nothing on disk', async () => {
  // Other tests may spool at the same time; theirs are gone when they end.
  const left = (): string[] => spooled().filter((name) => !before.has(name));
  await expect.poll(left, { timeout: 30_000 }).toEqual([]);
});
