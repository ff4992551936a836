/** One record, or why it is none. `line` is the line of the file on which it begins; the first line is 1. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[]; readonly ascii: boolean }
  /** `field` is the index of the field with the fault; `lastLine` is where the record ended; `raw` is how it begins, as bytes. */
  | {
      readonly line: number;
      readonly lastLine: number;
      readonly fault: CsvFault;
      readonly field: number;
      readonly raw: string;
    };

export type CsvFault = 'textAfterQuote' | 'tooLong' | 'nul' | 'quoteNotClosed';

/** As much of a record with a fault is kept for the person who mends it. */
const maxRawBytes = 10_000;
/** A record of more bytes than this is a fault; what goes beyond is read and dropped. */
const maxRecordBytes = 1_000_000;

type Mode = 'start' | 'plain' | 'quoted' | 'quoteSeen';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits a CSV file into records and never holds more than one record and one chunk (RFC 4180, and what exports really do).
 *
 * Semantics
 * - It works on bytes, given as strings with one character per byte (latin1): quote, delimiter and line ends are ASCII in every
 *   encoding that is accepted, so records are cut before anybody knows how each of them is encoded.
 * - A quote opens only at the start of a field; elsewhere it is an ordinary character (`5" pipe`).
 * - A line ends with LF, CRLF or CR. An empty line is no record.
 * - Every record comes out, with its fields or with a fault, and a fault does not spoil the next record. Only a quote that is never
 *   closed makes the rest of the file one record; its fault has the line on which that began.
 *
 * Why not a library: docs/decisions/0003-own-csv-reader.md.
 */
export class RecordReader {
  readonly #delimiter: number;
  #mode: Mode = 'start';
  #line = 1;
  #beginLine = 1;
  #beginOffset = 0;
  /** Bytes of the file before the current chunk. */
  #offset = 0;
  /** The last byte that was read. */
  #last = 0;
  #fields: string[] = [];
  #index = 0;
  /** What earlier chunks (or the text before a doubled quote) hold of the current field. */
  #held = '';
  /** The current record as it is written, as far as it is in earlier chunks. */
  #raw = '';
  #ascii = true;
  #fault: { kind: CsvFault; field: number } | null = null;
  #records: CsvRecord[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Takes the next chunk and answers the records that ended in it. */
  push(chunk: string): CsvRecord[] {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk.charCodeAt(at);
      if (byte > 0x7f) this.#ascii = false;
      else if (byte === 0) this.#blame('nul');
      if (byte === lineFeed || byte === carriageReturn) {
        const secondHalf = byte === lineFeed && this.#last === carriageReturn;
        this.#last = byte;
        if (!secondHalf) this.#line++;
        if (this.#mode === 'quoted') continue;
        if (secondHalf) this.#beginOffset = this.#offset + at + 1;
        else this.#endRecord(chunk, from, at);
        from = at + 1;
        continue;
      }
      this.#last = byte;
      from = this.#take(chunk, byte, from, at);
    }
    this.#keepRest(chunk, from);
    this.#offset += chunk.length;
    return this.#flush();
  }

  /** After the last chunk: the record that had no line end. */
  end(): CsvRecord[] {
    if (this.#mode === 'quoted') this.#fault = { kind: 'quoteNotClosed', field: this.#index };
    // What ends at the end of the file counts as a line, with or without a line end.
    if (this.#last !== lineFeed && this.#last !== carriageReturn) this.#line++;
    this.#endRecord('', 0, 0);
    return this.#flush();
  }

  /** One byte that ends no line. Answers where the part of the field that is not held yet begins. */
  #take(chunk: string, byte: number, from: number, at: number): number {
    switch (this.#mode) {
      case 'start':
        if (byte === this.#delimiter) return this.#endField(chunk, at, at);
        this.#mode = byte === quote ? 'quoted' : 'plain';
        return byte === quote ? at + 1 : at;
      case 'plain':
        return byte === this.#delimiter ? this.#endField(chunk, from, at) : from;
      case 'quoted':
        if (byte !== quote) return from;
        this.#hold(chunk, from, at);
        this.#mode = 'quoteSeen';
        return at + 1;
      case 'quoteSeen':
        if (byte === this.#delimiter) return this.#endField(chunk, at, at);
        // A doubled quote stands for one: the second is kept as the first byte of what follows.
        if (byte === quote) this.#mode = 'quoted';
        else if (byte !== 0x20) {
          this.#blame('textAfterQuote');
          this.#mode = 'plain';
        }
        return byte === quote ? at : at + 1;
    }
  }

  #endField(chunk: string, from: number, at: number): number {
    this.#hold(chunk, from, at);
    if (this.#fault === null) this.#fields.push(this.#held);
    this.#held = '';
    this.#index++;
    this.#mode = 'start';
    return at + 1;
  }

  #endRecord(chunk: string, from: number, at: number): void {
    const size = this.#offset + at - this.#beginOffset;
    if (this.#index > 0 || this.#mode !== 'start') {
      if (size > maxRecordBytes) this.#blame('tooLong');
      this.#endField(chunk, this.#mode === 'plain' ? from : at, at);
      const line = this.#beginLine;
      this.#records.push(
        this.#fault === null
          ? { line, fields: this.#fields, ascii: this.#ascii }
          : {
              line,
              lastLine: this.#line - 1,
              fault: this.#fault.kind,
              field: this.#fault.field,
              raw: (this.#raw + chunk.slice(this.#beginIn(), at)).slice(0, maxRawBytes),
            },
      );
    }
    this.#fields = [];
    this.#index = 0;
    this.#raw = '';
    this.#ascii = true;
    this.#fault = null;
    this.#mode = 'start';
    this.#beginLine = this.#line;
    this.#beginOffset = this.#offset + at + 1;
  }

  /** Where the current record begins in the current chunk. */
  #beginIn(): number {
    return Math.max(0, this.#beginOffset - this.#offset);
  }

  #keepRest(chunk: string, from: number): void {
    const begin = this.#beginIn();
    if (this.#raw.length < maxRawBytes) this.#raw += chunk.slice(begin, begin + maxRawBytes);
    if (this.#offset + chunk.length - this.#beginOffset > maxRecordBytes) this.#blame('tooLong');
    if (this.#mode === 'plain' || this.#mode === 'quoted') this.#hold(chunk, from, chunk.length);
  }

  #hold(chunk: string, from: number, to: number): void {
    if (this.#fault !== null) this.#held = '';
    else if (to > from) this.#held += chunk.slice(from, to);
  }

  /** The first fault of a record is the one that is told. Its fields are of no use any more. */
  #blame(kind: CsvFault): void {
    this.#fault ??= { kind, field: this.#index };
    this.#fields = [];
    this.#held = '';
  }

  #flush(): CsvRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
