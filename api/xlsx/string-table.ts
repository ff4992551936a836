import { UnreadableFile } from '../import/unreadable-file.ts';
import { readXml } from './xml-feed.ts';

/** Texts in one block of bytes: strings of their own would take several times as much. */
const maxBytes = 128_000_000;
const mostStrings = 5_000_000;

/** The shared strings of a workbook, by their index. */
export class StringTable {
  #bytes = Buffer.allocUnsafe(65_536);
  #used = 0;
  #ends = new Uint32Array(1_024);
  #count = 0;

  /** Throws UnreadableFile beyond the bounds. */
  add(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.#used + length > maxBytes || this.#count >= mostStrings)
      throw new UnreadableFile(
        'tooLarge',
        `the workbook has more than ${mostStrings} texts or ${maxBytes / 1e6} MB of them; save the sheet as CSV, which has no limit`,
      );
    if (this.#used + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#used + length));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    if (this.#count >= this.#ends.length) {
      const larger = new Uint32Array(this.#ends.length * 2);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#used += this.#bytes.write(text, this.#used);
    this.#ends[this.#count++] = this.#used;
  }

  /** Undefined: there is no such text. */
  at(index: number): string | undefined {
    const end = index < this.#count ? this.#ends[index] : undefined;
    if (end === undefined) return undefined;
    return this.#bytes.toString('utf8', index === 0 ? 0 : (this.#ends[index - 1] ?? 0), end);
  }
}

/** Reads `xl/sharedStrings.xml`: the runs of a text make one, phonetic hints are left out (ECMA-376-1 18.4). */
export async function readStringTable(source: AsyncIterable<Uint8Array>): Promise<StringTable> {
  const table = new StringTable();
  let text = '';
  let inText = false;
  let phonetic = false;
  await readXml(source, {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic = true;
      else if (name === 't') inText = !phonetic;
    },
    close: (name) => {
      if (name === 'si') table.add(unescapeText(text));
      else if (name === 'rPh') phonetic = false;
      else if (name === 't') inText = false;
    },
    text: (data) => {
      if (inText) text += data;
    },
  });
  return table;
}

/** Characters that XML has no place for are written `_x000D_` (ECMA-376-1 22.9.2.19). NUL and half characters stay so: no database keeps them. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (written, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? written : String.fromCharCode(code);
  });
}
