import { setMaxListeners } from 'node:events';
import type { Outcome, Reply } from '../domain/outcome.ts';
import { judgeNodemailerError } from './nodemailer-error.ts';
import { wholeMessage } from './shared-tail.ts';
import { toReply } from './smtp/reply-parser.ts';
import type { Lane, Transport, WireMail } from './transport.ts';

/** What we need of a nodemailer transporter, whatever transport is in it (`createTransport(…)` gives one). */
export interface NodemailerSender {
  sendMail(mail: {
    envelope: { from: string; to: string };
    raw: Buffer;
    disableFileAccess: boolean;
    disableUrlAccess: boolean;
  }): Promise<unknown>;
  close(): void;
}

/**
 * Any nodemailer transport (sendmail, SES, stream, JSON, SMTP, a plugin) as a Transport, with the certainty it can give:
 *
 * - it resolves → accepted, with its response as the reply (250 when it gives no code);
 * - it rejects → see `judgeNodemailerError`; what does not tell where it failed is `unknown`.
 *
 * There is no moment between envelope and message here, so `mayProceed` is asked once, before the mail is handed over.
 * Nothing is opened in `acquire`, so it never throws RelayTrouble; at most `connections` mails are handed over at a time.
 */
export class NodemailerTransport implements Transport {
  readonly #sender: NodemailerSender;
  readonly #connections: number;
  readonly #waiters: (() => void)[] = [];
  #out = 0;

  constructor(sender: NodemailerSender, connections: number) {
    this.#sender = sender;
    this.#connections = connections;
  }

  async acquire(signal: AbortSignal): Promise<Lane> {
    signal.throwIfAborted();
    if (this.#out < this.#connections) this.#out += 1;
    else await this.#waitInLine(signal);
    return new NodemailerLane(this.#sender, () => this.#takeBack());
  }

  async close(): Promise<void> {
    this.#sender.close();
  }

  #waitInLine(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(served), 1);
        reject(signal.reason);
      };
      const served = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      // Many may wait under one signal: that is no leak, and Node need not warn of it.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(served);
    });
  }

  /** The place goes on to the next who waits, or is free. */
  #takeBack(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#out -= 1;
    else next();
  }
}

class NodemailerLane implements Lane {
  readonly #sender: NodemailerSender;
  readonly #giveBack: () => void;
  #released = false;

  constructor(sender: NodemailerSender, giveBack: () => void) {
    this.#sender = sender;
    this.#giveBack = giveBack;
  }

  async send(mail: WireMail, mayProceed: () => boolean): Promise<Outcome> {
    if (this.#released) throw new Error('this lane was released; acquire another one');
    if (!mayProceed()) return { kind: 'notSent', touched: false, text: 'withdrawn' };
    try {
      const info = await this.#sender.sendMail({
        envelope: { from: mail.from, to: mail.to },
        // A transport may read the message more than once and hand it on as it likes: it gets one piece of its own.
        raw: asBuffer(wholeMessage({ message: mail.message, tail: mail.tail ?? null })),
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { kind: 'accepted', reply: replyOf(info) };
    } catch (error) {
      return judgeNodemailerError(error);
    }
  }

  release(): void {
    if (this.#released) throw new Error('this lane was released already');
    this.#released = true;
    this.#giveBack();
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function replyOf(info: unknown): Reply {
  const response =
    typeof info === 'object' && info !== null && 'response' in info && typeof info.response === 'string'
      ? info.response
      : 'handed over';
  const coded = /^(2\d\d)[ -](.*)$/s.exec(response);
  return toReply({ code: Number(coded?.[1] ?? 250), lines: [coded?.[2] ?? response] });
}
