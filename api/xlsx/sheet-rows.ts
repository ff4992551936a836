import { columnLimits } from '../../domain/csv-columns.ts';
import { plainNumber, sheetDate } from '../../domain/sheet-value.ts';
import { unescapeText } from './string-table.ts';
import type { Workbook } from './workbook.ts';
import { XmlFeed } from './xml-feed.ts';

/** A row that has something in it. `line` is its number in the sheet; `cells` has no holes. */
export interface SheetRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** Indices of numbers. */
  readonly native: ReadonlySet<number>;
  /** The first cell that has no value to read, and why. */
  readonly fault: { readonly field: number; readonly reason: string } | null;
}

/** Columns of a sheet end here (XFD), and nobody has a table as wide. */
const mostColumns = 16_384;
/** Below the header: no table that can be imported is wider, and what lies in between would be held for every row. */
const widestRow = 2 * columnLimits.columns;
/** Longest text of a cell; a sheet cannot have a longer one. */
const longestText = 32_767;
const longestRow = 1_000_000;

/**
 * Reads the rows of a sheet as its XML comes (ECMA-376-1 18.3), never more than one piece of it.
 *
 * Semantics
 * - Text is what is seen; of a formula it is the value that was stored with it.
 * - Numbers are written out with up to 15 digits, dates by their format as ISO, yes and no as TRUE and FALSE.
 * - A cell with an error, or a formula without a value, is a fault of its row: nothing is made up for it.
 */
export class SheetReader {
  readonly #workbook: Workbook;
  readonly #feed: XmlFeed;
  #rows: SheetRow[] = [];
  #line = 0;
  #headerSeen = false;
  #cells: string[] = [];
  #native = new Set<number>();
  #fault: SheetRow['fault'] = null;
  #size = 0;
  #column = -1;
  #type = 'n';
  #style = 0;
  #value = '';
  #hasValue = false;
  #hasFormula = false;
  #taking = false;
  #phonetic = false;

  constructor(workbook: Workbook) {
    this.#workbook = workbook;
    this.#feed = new XmlFeed({
      open: (name, attributes) => this.#open(name, attributes),
      close: (name) => this.#close(name),
      text: (text) => {
        // A little more than may be: so that too long can be seen.
        if (this.#taking && this.#value.length <= longestText) this.#value += text;
      },
    });
  }

  /** Takes the next piece and answers the rows that ended in it. */
  push(chunk: Uint8Array): SheetRow[] {
    this.#feed.write(chunk);
    return this.#flush();
  }

  end(): SheetRow[] {
    this.#feed.close();
    return this.#flush();
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row':
        this.#line = numberOr(attributes['r'], this.#line + 1);
        this.#cells = [];
        this.#native = new Set();
        this.#fault = null;
        this.#size = 0;
        this.#column = -1;
        return;
      case 'c':
        this.#column = columnOf(attributes['r']) ?? this.#column + 1;
        this.#type = attributes['t'] ?? 'n';
        this.#style = numberOr(attributes['s'], 0);
        this.#value = '';
        this.#hasValue = false;
        this.#hasFormula = false;
        return;
      case 'f':
        this.#hasFormula = true;
        return;
      case 'v':
        this.#hasValue = true;
        this.#taking = true;
        return;
      case 'rPh':
        this.#phonetic = true;
        return;
      case 't':
        this.#taking = this.#type === 'inlineStr' && !this.#phonetic;
        this.#hasValue ||= this.#taking;
    }
  }

  #close(name: string): void {
    if (name === 'v' || name === 't') this.#taking = false;
    else if (name === 'rPh') this.#phonetic = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row' && (this.#cells.some((cell) => cell.trim() !== '') || this.#fault !== null)) {
      this.#rows.push({ line: this.#line, cells: this.#cells, native: this.#native, fault: this.#fault });
      this.#headerSeen = true;
    }
  }

  #endCell(): void {
    const at = this.#column;
    if (at >= mostColumns) return this.#blame(at, 'the row has more columns than a sheet can have');
    if (!this.#hasValue) {
      if (this.#hasFormula)
        this.#blame(
          at,
          'the formula has no stored value; open the workbook in a spreadsheet, save it, and import it again',
        );
      return;
    }
    const text = this.#text(at);
    if (text.trim() === '') return;
    if (this.#headerSeen && at >= widestRow)
      return this.#blame(at, `the row has a value in column ${at + 1}, far beside the table; remove it`);
    if (text.length > longestText) return this.#blame(at, `a cell has at most ${longestText} characters`);
    this.#size += text.length;
    if (this.#size > longestRow) return this.#blame(at, 'the row is longer than 1 MB');
    while (this.#cells.length < at) this.#cells.push('');
    this.#cells[at] = text;
  }

  #text(at: number): string {
    const value = this.#value;
    switch (this.#type) {
      case 's': {
        const text = /^\d+$/.test(value.trim()) ? this.#workbook.strings.at(Number(value)) : undefined;
        if (text === undefined)
          this.#blame(at, `the workbook has no text number ${value.slice(0, 20)}; it is damaged`);
        return text ?? '';
      }
      case 'str':
      case 'inlineStr':
        return unescapeText(value);
      case 'b':
        return value.trim() === '1' || value.trim() === 'true' ? 'TRUE' : 'FALSE';
      case 'e':
        this.#blame(at, `the cell has the error ${value.slice(0, 20)}; correct it in the sheet`);
        return value;
      case 'd':
        return value.trim();
      default:
        return this.#number(at, value);
    }
  }

  #number(at: number, value: string): string {
    const meaning = this.#workbook.meanings[this.#style] ?? { kind: 'number' };
    const date = meaning.kind === 'date' ? sheetDate(value, this.#workbook.from1904) : null;
    if (date !== null) return date;
    const number = plainNumber(value);
    if (number === null) {
      this.#blame(at, `the cell has the number ${JSON.stringify(value.slice(0, 20))}, which is none`);
      return value;
    }
    if (meaning.kind === 'date') {
      this.#blame(at, `the cell is written as a date, but ${number} is none between 1900 and 9999`);
      return number;
    }
    if (meaning.kind === 'padded' && /^\d+$/.test(number)) return number.padStart(meaning.digits, '0');
    this.#native.add(at);
    return number;
  }

  /** The first fault of a row is the one that is told. */
  #blame(field: number, reason: string): void {
    this.#fault ??= { field, reason };
  }

  #flush(): SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

function numberOr(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

/** `B7` → 1. */
function columnOf(reference: string | undefined): number | null {
  const [, letters] = /^([A-Z]{1,4})\d*$/.exec(reference ?? '') ?? [];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}
