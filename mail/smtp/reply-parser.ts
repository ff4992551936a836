import type { Reply } from '../../domain/outcome.ts';

/** One complete reply as it came: the code and the text of each line without code and separator. */
export interface WireReply {
  readonly code: number;
  readonly lines: readonly string[];
}

/** What came is not SMTP; nothing after it can be trusted. */
export class NotAReply extends Error {}

/** RFC 5321 4.5.3.1.5 allows 512 octets a line; what is longer is read but not kept. */
const keptLineBytes = 2_000;
const keptLines = 100;
const keptTextLength = 1_000;
const lineFeed = 10;
const startOfReply = /^[2-5]\d\d(?:[ -]|$)/;

/**
 * Puts replies together from bytes cut anywhere (RFC 5321 4.2). Memory is bounded however much a peer sends:
 * over-long lines and over-many lines are read and dropped. A bare line feed ends a line too.
 */
export class ReplyParser {
  /** The bytes of the line that has not ended yet, at most keptLineBytes of them. */
  #rest: Uint8Array = new Uint8Array(0);
  #lines: string[] = [];

  /** Gives each reply that `chunk` completes to `take`. Throws NotAReply when a line does not start with a reply code. */
  push(chunk: Uint8Array, take: (reply: WireReply) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const reply = this.#takeLine(this.#join(chunk, start, end));
      if (reply !== null) take(reply);
      start = end + 1;
    }
    if (start < chunk.length) this.#rest = this.#join(chunk, start, chunk.length).slice(0, keptLineBytes);
  }

  #join(chunk: Uint8Array, start: number, end: number): Uint8Array {
    const room = keptLineBytes - this.#rest.length;
    const piece = chunk.subarray(start, Math.min(end, start + room));
    if (this.#rest.length === 0) return piece;
    const joined = new Uint8Array(this.#rest.length + piece.length);
    joined.set(this.#rest);
    joined.set(piece, this.#rest.length);
    this.#rest = new Uint8Array(0);
    return joined;
  }

  #takeLine(bytes: Uint8Array): WireReply | null {
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8').trimEnd();
    if (!startOfReply.test(line)) {
      throw new NotAReply('the relay answered with something that is not an SMTP reply');
    }
    if (this.#lines.length < keptLines) this.#lines.push(line.slice(4));
    if (line.charAt(3) === '-') return null;
    const lines = this.#lines;
    this.#lines = [];
    return { code: Number(line.slice(0, 3)), lines };
  }
}

const enhancedAtStart = /^([245])\.(\d{1,3})\.(\d{1,3})(?:\s+|$)/;
/** Control characters: a NUL would be refused by PostgreSQL, the others garble a log. */
// oxlint-disable-next-line no-control-regex -- they are what has to go
const controls = /[\u0000-\u001f\u007f]+/g;

/** The reply as the ledger keeps it: enhanced code (RFC 2034, must be of the code's class) apart, lines joined, text bounded. */
export function toReply(wire: WireReply): Reply {
  let enhanced: string | null = null;
  const words: string[] = [];
  for (const line of wire.lines) {
    const found = enhancedAtStart.exec(line);
    if (found === null || found[1] !== String(wire.code).charAt(0)) {
      words.push(line);
    } else {
      enhanced ??= `${found[1]}.${found[2]}.${found[3]}`;
      words.push(line.slice(found[0].length));
    }
  }
  const text = words.join(' ').replace(controls, ' ').trim().slice(0, keptTextLength);
  return { code: wire.code, enhanced, text };
}
