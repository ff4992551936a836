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
const nothing = Buffer.alloc(0);
const startOfReply = /^[2-5]\d\d(?:[ -]|$)/;

/**
 * Puts replies together from bytes cut anywhere (RFC 5321 4.2). Memory is bounded however much a peer sends:
 * over-long lines and over-many lines are read and dropped. A bare line feed ends a line too.
 */
export class ReplyParser {
  /** The bytes of the line that has not ended yet, at most keptLineBytes of them. */
  #rest: Buffer = nothing;
  #lines: string[] = [];

  /** Gives each reply that `chunk` completes to `take`. Throws NotAReply when a line does not start with a reply code. */
  push(chunk: Buffer, take: (reply: WireReply) => void): void {
    if (this.#rest.length === 0 && chunk.length <= keptLineBytes && chunk.at(-1) === lineFeed) {
      this.#pushWhole(chunk, take);
    } else {
      this.#pushPiece(chunk, take);
    }
  }

  /** What nearly always comes: whole lines in one piece. Decoded at once, which is several times faster. */
  #pushWhole(chunk: Buffer, take: (reply: WireReply) => void): void {
    const text = chunk.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const reply = this.#takeLine(text.slice(start, end));
      if (reply !== null) take(reply);
      start = end + 1;
    }
  }

  #pushPiece(chunk: Buffer, take: (reply: WireReply) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const reply = this.#takeLine(this.#join(chunk, start, end).toString('utf8'));
      if (reply !== null) take(reply);
      start = end + 1;
    }
    if (start < chunk.length) this.#rest = Buffer.from(this.#join(chunk, start, chunk.length));
  }

  #join(chunk: Buffer, start: number, end: number): Buffer {
    const room = keptLineBytes - this.#rest.length;
    const piece = chunk.subarray(start, Math.min(end, start + room));
    if (this.#rest.length === 0) return piece;
    const joined = Buffer.concat([this.#rest, piece]);
    this.#rest = nothing;
    return joined;
  }

  #takeLine(ended: string): WireReply | null {
    const line = ended.trimEnd();
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
