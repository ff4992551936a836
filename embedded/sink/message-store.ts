import {
  closeSync,
  createReadStream,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { readIndex } from './index-file.ts';

const entrySchema = z.object({
  n: z.number(),
  at: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  messageId: z.string().nullable(),
  /** As it stands in the header, still encoded. */
  subject: z.string(),
  offset: z.number(),
  size: z.number(),
});

/** One accepted message: `n` counts from 1, `offset` and `size` are bytes in the message file. */
export type Entry = z.infer<typeof entrySchema>;

/** Every `stride`-th line's place is kept in memory: 1,000,000 messages cost 8 kB. */
const stride = 1_000;

/**
 * What the sink accepted, in two append-only files: the messages one after the other, and one line of JSON for each.
 * Memory does not grow with them. Both are written before a message is acknowledged, so a kill loses nothing.
 */
export class MessageStore {
  readonly #messages: number;
  readonly #index: number;
  readonly #indexPath: string;
  readonly #places: number[];
  #count: number;
  #messagesSize: number;
  #indexSize: number;
  #waiting: { messages: Buffer[]; lines: Buffer[] } = { messages: [], lines: [] };

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#indexPath = join(dir, 'index.ndjson');
    this.#messages = openSync(join(dir, 'messages.eml'), 'a+', 0o600);
    this.#index = openSync(this.#indexPath, 'a+', 0o600);
    const found = readIndex(this.#index, stride);
    // A kill in the middle of a line: its message was not acknowledged, so it was not accepted.
    ftruncateSync(this.#index, found.size);
    this.#places = found.places;
    this.#count = found.lines;
    this.#indexSize = found.size;
    this.#messagesSize = fstatSync(this.#messages).size;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a message; it is on its way to the disk after `flush`. */
  add(mail: { from: string; recipients: readonly string[]; message: Buffer }): void {
    const head = headOf(mail.message);
    const entry: Entry = {
      n: this.#count + 1,
      at: new Date().toISOString(),
      from: mail.from,
      to: [...mail.recipients],
      messageId: headerOf(head, messageIdHeader),
      subject: headerOf(head, subjectHeader) ?? '',
      offset: this.#messagesSize,
      size: mail.message.length,
    };
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    if (this.#count % stride === 0) this.#places.push(this.#indexSize);
    this.#count += 1;
    this.#messagesSize += mail.message.length;
    this.#indexSize += line.length;
    this.#waiting.messages.push(mail.message);
    this.#waiting.lines.push(line);
  }

  /** Hands what was added to the system: messages first, so that no line points to bytes that are not there. */
  flush(): void {
    const { messages, lines } = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = { messages: [], lines: [] };
    writevSync(this.#messages, messages);
    writevSync(this.#index, lines);
  }

  /** Entries with n > `after`, oldest first, at most `limit`. */
  async list(after: number, limit: number): Promise<Entry[]> {
    const found: Entry[] = [];
    if (limit <= 0) return found;
    for await (const entry of this.entries(after)) if (found.push(entry) >= limit) break;
    return found;
  }

  async get(n: number): Promise<Entry | undefined> {
    return n < 1 ? undefined : (await this.list(n - 1, 1))[0];
  }

  /** Every entry with n > `after`, read from the disk as it is asked for. */
  async *entries(after = 0): AsyncGenerator<Entry> {
    const start = this.#places[Math.floor(after / stride)];
    if (start === undefined || this.#indexSize === 0) return;
    const input = createReadStream(this.#indexPath, { start, end: this.#indexSize - 1 });
    try {
      for await (const line of createInterface({ input })) {
        const entry = entrySchema.parse(JSON.parse(line));
        if (entry.n > after) yield entry;
      }
    } finally {
      input.destroy();
    }
  }

  raw(entry: Entry): Buffer {
    const bytes = Buffer.alloc(entry.size);
    readSync(this.#messages, bytes, 0, entry.size, entry.offset);
    return bytes;
  }

  close(): void {
    this.flush();
    closeSync(this.#messages);
    closeSync(this.#index);
  }
}

function headOf(message: Buffer): string {
  const end = message.indexOf('\r\n\r\n');
  return message.toString('utf8', 0, end === -1 ? Math.min(message.length, 16_384) : end);
}

const messageIdHeader = /^message-id:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;
const subjectHeader = /^subject:[ \t]*((?:[^\r\n]|\r\n[ \t])*)/im;

function headerOf(head: string, header: RegExp): string | null {
  const value = header.exec(head)?.[1];
  return value === undefined ? null : value.replaceAll(/\r\n[ \t]+/g, ' ').trim();
}
