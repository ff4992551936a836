import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Cell, Sheet } from './cell.ts';
import { contentTypes, packageRelations, styles, workbook, workbookRelations } from './xlsx-parts.ts';
import { rowXml, sheetEnd, sheetStart } from './xlsx-sheet.ts';

/** What a sheet of Excel has. */
const maxRows = 1_048_576;

/**
 * The sheet as an Excel workbook (ECMA-376), made while it is read: rows are compressed as they come. What does not fit on
 * one sheet goes on in a second one with the same header. Texts are inline strings, so that none of them can be a formula.
 */
export function writeXlsx(sheet: Sheet, rowsPerSheet = maxRows): Readable {
  const zip = new ZipFile();
  // yazl's output is a PassThrough, whose type it gives as the older interface.
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  addParts(zip, output, sheet, rowsPerSheet).catch((error: unknown) =>
    output.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return output;
}

async function addParts(zip: ZipFile, output: Readable, sheet: Sheet, rowsPerSheet: number): Promise<void> {
  const rows = new RowSource(sheet);
  let sheets = 0;
  do {
    sheets++;
    const xml = Readable.from(sheetXml(sheet.header, rows, rowsPerSheet), {
      objectMode: false,
      highWaterMark: 65_536,
    });
    // Whoever asked for the file may go away in the middle of it.
    output.once('close', () => xml.destroy());
    zip.addReadStream(xml, `xl/worksheets/sheet${sheets}.xml`, { compress: true });
    await finished(xml);
  } while (!(await rows.isDone()));
  for (const [name, text] of [
    ['xl/workbook.xml', workbook(sheets)],
    ['xl/_rels/workbook.xml.rels', workbookRelations(sheets)],
    ['xl/styles.xml', styles],
    ['_rels/.rels', packageRelations],
    ['[Content_Types].xml', contentTypes(sheets)],
  ] as const)
    zip.addBuffer(Buffer.from(text), name);
  zip.end();
}

async function* sheetXml(
  header: readonly string[],
  rows: RowSource,
  rowsPerSheet: number,
): AsyncGenerator<string> {
  yield sheetStart + rowXml(1, header);
  for (let number = 2; number <= rowsPerSheet && !(await rows.isDone());) {
    const some = rows.take(rowsPerSheet - number + 1);
    yield some.map((row, index) => rowXml(number + index, row)).join('');
    number += some.length;
  }
  yield sheetEnd;
}

type Row = readonly Cell[];

/** The rows of a sheet across its pages, of which it holds one. */
class RowSource {
  readonly #pages: AsyncIterator<readonly Row[]>;
  #page: readonly Row[] = [];
  #at = 0;
  #ended = false;

  constructor({ pages }: Sheet) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** False: at least one row can be taken. */
  async isDone(): Promise<boolean> {
    while (!this.#ended && this.#at >= this.#page.length) {
      const next = await this.#pages.next();
      this.#ended = next.done === true;
      this.#page = next.done === true ? [] : next.value;
      this.#at = 0;
    }
    return this.#ended;
  }

  /** What is left of the page, at most so many. */
  take(count: number): readonly Row[] {
    const some = this.#page.slice(this.#at, this.#at + count);
    this.#at += some.length;
    return some;
  }
}
