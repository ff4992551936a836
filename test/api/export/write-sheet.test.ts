import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { Cell, Sheet } from '../../../api/export/cell.ts';
import { writeCsv } from '../../../api/export/write-csv.ts';
import { writeXlsx } from '../../../api/export/write-xlsx.ts';
import { columnName } from '../../../api/export/xlsx-sheet.ts';
import { withoutFormulaGuard } from '../../../domain/csv-cell.ts';
import { hostileTexts } from '../../support/hostile-text.ts';
import { readSheet, unzip } from '../../support/read-xlsx.ts';

const texts = [
  ...hostileTexts,
  '=1+1',
  '+49 30 1234',
  '-1',
  '@x',
  '\t=1',
  '\r=1',
  'two\nlines',
  'a,"b";c\td',
  "'=quoted",
  ' blanks ',
  '_x000D_',
  'bell\u0007 and \uFFFF',
];

function sheetOf(rows: readonly (readonly Cell[])[], header = ['text', 'other']): Sheet {
  return { header, pages: pagesOf(rows) };
}

// oxlint-disable-next-line require-await -- a source like the database's
async function* pagesOf(rows: readonly (readonly Cell[])[]): AsyncGenerator<readonly (readonly Cell[])[]> {
  for (let at = 0; at < rows.length; at += 5) yield rows.slice(at, at + 5);
}

describe('a CSV file', () => {
  const read = async (sheet: Sheet, delimiter = ','): Promise<string[][]> => {
    let text = '';
    for await (const part of writeCsv(sheet, { delimiter, bom: false })) text += part;
    return parse(text, { delimiter });
  };

  it.each([',', ';', '\t'])(
    'with %j between its cells has no formula in it and loses no text',
    async (by) => {
      const [, ...rows] = await read(sheetOf(texts.map((text) => [text, 'x'])), by);
      for (const [cell = ''] of rows) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      expect(rows.map(([cell = '']) => withoutFormulaGuard(cell))).toEqual(texts);
    },
  );

  it('has numbers, days, yes and no as an import reads them', async () => {
    const row: Cell[] = [-1.5, { day: '2026-12-01' }, true, false, null, ''];
    expect(await read(sheetOf([row], ['a', 'b', 'c', 'd', 'e', 'f']))).toEqual([
      ['a', 'b', 'c', 'd', 'e', 'f'],
      ['-1.5', '2026-12-01', 'yes', 'no', '', ''],
    ]);
  });

  it('begins with a byte order mark when one is wanted, and guards the names of attributes', async () => {
    const parts = writeCsv(sheetOf([], ['=cmd', 'b']), { delimiter: ',', bom: true });
    expect((await parts.next()).value).toBe("\uFEFF'=cmd,b\r\n");
  });
});

describe('a workbook', () => {
  const read = async (sheet: Sheet, rowsPerSheet?: number) =>
    unzip(await buffer(writeXlsx(sheet, rowsPerSheet)));

  it('holds every text as text, whatever it is', async () => {
    const cells = readSheet(await read(sheetOf(texts.map((text) => [text, null]))));
    expect(cells.get('A1')).toMatchObject({ text: 'text', type: 'inlineStr' });
    for (const [index, text] of texts.entries())
      expect(cells.get(`A${index + 2}`), text).toEqual({ type: 'inlineStr', style: '', text });
    expect(cells.has('B2')).toBe(false);
  });

  it('has numbers, days, yes and no with their types', async () => {
    const days = ['2026-12-01', '1900-03-01', '1900-02-28'].map((day): Cell => ({ day }));
    const cells = readSheet(await read(sheetOf([[-1.5, true, false, ...days]])));
    expect([...cells.values()].slice(2)).toEqual([
      { type: '', style: '', text: '-1.5' },
      { type: 'b', style: '', text: '1' },
      { type: 'b', style: '', text: '0' },
      { type: '', style: '1', text: '46357' },
      { type: '', style: '1', text: '61' },
      { type: 'inlineStr', style: '', text: '1900-02-28' },
    ]);
  });

  it('goes on with a second sheet when the first is full', async () => {
    const rows = Array.from({ length: 12 }, (_, index): Cell[] => [index + 1]);
    const parts = await read(sheetOf(rows), 6);
    const sheets = [1, 2, 3, 4].map((n) => [...readSheet(parts, n).values()].map(({ text }) => text));
    expect(sheets).toEqual([
      ['text', 'other', '1', '2', '3', '4', '5'],
      ['text', 'other', '6', '7', '8', '9', '10'],
      ['text', 'other', '11', '12'],
      [],
    ]);
    expect(
      parts
        .get('xl/workbook.xml')
        ?.toString()
        .match(/<sheet /g),
    ).toHaveLength(3);
    const empty = await read(sheetOf([]));
    expect(readSheet(empty).size).toBe(2);
  });

  it('names columns as spreadsheets do', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
  });

  it('ends with the fault when its rows break off', async () => {
    const broken: Sheet = {
      header: ['a'],
      // oxlint-disable-next-line require-await, require-yield -- a source that fails
      pages: (async function* (): AsyncGenerator<Cell[][]> {
        throw new Error('the database is away');
      })(),
    };
    await expect(buffer(writeXlsx(broken))).rejects.toThrow('the database is away');
  });
});

/** A source without an end in sight; counts what was asked of it. */
function countedPages(): { sheet: Sheet; asked: () => number } {
  let pages = 0;
  const text = 'of some length '.repeat(5);
  const pagesOf = async function* (): AsyncGenerator<Cell[][]> {
    while (pages < 1_000) {
      pages++;
      await turn();
      yield Array.from({ length: 500 }, (_, index): Cell[] => [`${pages} ${index * 7_919} ${text}`, index]);
    }
  };
  return { sheet: { header: ['a', 'b'], pages: pagesOf() }, asked: () => pages };
}

it.each([
  [
    'CSV',
    (sheet: Sheet) =>
      Readable.from(writeCsv(sheet, { delimiter: ',', bom: false }), {
        objectMode: false,
      }),
  ],
  ['XLSX', (sheet: Sheet) => writeXlsx(sheet)],
])('%s: nothing is read from the database that nobody takes', async (_name, write) => {
  const { sheet, asked } = countedPages();
  // As a response whose reader does not read.
  const file = write(sheet).pipe(new PassThrough());
  for (let turns = 0; turns < 3_000; turns++) await turn();
  // A page has 45 kB of CSV; streams hold 64 kB each, and compressed pages are smaller.
  expect(asked()).toBeGreaterThan(0);
  expect(asked()).toBeLessThan(100);
  const before = asked();
  let bytes = 0;
  for await (const chunk of file) {
    bytes += (chunk as Buffer).length;
    if (asked() > before + 20) break;
  }
  expect(bytes).toBeGreaterThan(10_000);
  for (let turns = 0; turns < 1_000; turns++) await turn();
  expect(asked()).toBeLessThan(before + 150);
});
