import type { Outcome, Stage } from '../../domain/outcome.ts';
import type { SharedTail } from '../shared-tail.ts';
import type { WireMail } from '../transport.ts';
import type { Capabilities } from './capabilities.ts';
import { ConnectionLost, type Conversation } from './conversation.ts';
import { type StuffedMessage, stuffDots } from './dot-stuff.ts';
import { type Envelope, impossible, writeEnvelope } from './envelope.ts';
import { toReply, type WireReply } from './reply-parser.ts';
import type { Timeouts } from './timeouts.ts';
import type { WriteBuffer } from './write-buffer.ts';

/** The reused connection was dead before this mail: nothing was decided, a fresh one should carry it. */
export type Stale = 'stale';

export interface Result {
  readonly outcome: Outcome | Stale;
  /** Whether the connection is in a known state and may carry another mail. */
  readonly goesOn: boolean;
}

/** What a transaction works with; the same for all mails of a session. */
export interface Connection {
  readonly conversation: Conversation;
  readonly offers: Capabilities;
  readonly timeouts: Timeouts;
  readonly buffer: WriteBuffer;
}

/** Above this many bytes the final dot waits until the network took the message, so that a loss before is certain. */
const oneWriteBytes = 64 * 1024;

/**
 * One mail, from MAIL to the reply to the final dot.
 *
 * **Semantics** The first negative reply decides; a reply counts only when it is complete. Until the write that holds the
 * final dot is handed over, whatever happens is `notSent` (or the relay's own refusal); from then on only a complete
 * reply decides, everything else is `unknown` (RFC 1047).
 *
 * **Implementation** With PIPELINING MAIL, RCPT and DATA leave in one write (RFC 2920). Ending the connection is the one
 * certain way out once DATA was answered 354: RSET would be read as a line of the message.
 */
export async function runTransaction(
  connection: Connection,
  mail: WireMail,
  mayProceed: () => boolean,
  reused: boolean,
): Promise<Result> {
  const envelope = writeEnvelope(mail, connection.offers);
  if ('kind' in envelope) return { outcome: envelope, goesOn: true };
  const stuffed = stuffDots(mail.message);
  if (stuffed === null) return { outcome: smuggling(), goesOn: true };
  const message = { ...stuffed, tail: mail.tail ?? null };
  if (!mayProceed()) return { outcome: withdrawn(false), goesOn: true };
  return await new Transaction(connection, reused).run(envelope, message, mayProceed);
}

/** A message as it goes on the wire, with the octets between its body and its end that it shares with others. */
interface ReadyMessage extends StuffedMessage {
  readonly tail: SharedTail | null;
}

class Transaction {
  readonly #connection: Connection;
  readonly #conversation: Conversation;
  readonly #timeouts: Timeouts;
  readonly #reused: boolean;
  #dotLeft = false;
  #decision: Outcome | null = null;

  constructor(connection: Connection, reused: boolean) {
    this.#connection = connection;
    this.#conversation = connection.conversation;
    this.#timeouts = connection.timeouts;
    this.#reused = reused;
  }

  async run(envelope: Envelope, message: ReadyMessage, mayProceed: () => boolean): Promise<Result> {
    this.#conversation.listenAfresh();
    try {
      const { pipelining } = this.#connection.offers;
      const negotiated = pipelining ? await this.#pipelined(envelope) : await this.#oneByOne(envelope);
      if (negotiated !== null) return negotiated;
      if (!mayProceed()) return this.#over(withdrawn(true));
      return await this.#deliver(message);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      return this.#over(this.#decision ?? this.#lost(error));
    }
  }

  /** Null when the relay waits for the message. */
  async #pipelined(envelope: Envelope): Promise<Result | null> {
    const { mailMs, rcptMs, dataMs } = this.#timeouts;
    this.#conversation.write(`${envelope.mail}${envelope.rcpt}DATA\r\n`);
    if (this.#closing('mail', await this.#conversation.next(mailMs))) return this.#closedAtMail();
    if (this.#closing('rcpt', await this.#conversation.next(rcptMs))) return this.#over(this.#decided());
    const data = await this.#conversation.next(dataMs);
    if (this.#decision === null) return await this.#afterData(data);
    if (data.code === 354) return await this.#sendNothing();
    const inStep = data.code !== 421 && !isPositive(data);
    return inStep ? await this.#reset() : this.#over(this.#decided());
  }

  async #oneByOne(envelope: Envelope): Promise<Result | null> {
    const { mailMs, rcptMs, dataMs } = this.#timeouts;
    this.#conversation.write(envelope.mail);
    if (this.#closing('mail', await this.#conversation.next(mailMs))) return this.#closedAtMail();
    if (this.#decision !== null) return { outcome: this.#decision, goesOn: true };
    this.#conversation.write(envelope.rcpt);
    if (this.#closing('rcpt', await this.#conversation.next(rcptMs))) return this.#over(this.#decided());
    if (this.#decision !== null) return await this.#reset();
    this.#conversation.write('DATA\r\n');
    return await this.#afterData(await this.#conversation.next(dataMs));
  }

  /** Takes the reply to MAIL or RCPT; true when the relay ends the session with it (421). */
  #closing(stage: Stage, wire: WireReply): boolean {
    if (this.#decision === null && !isPositive(wire)) this.#decision = judge(stage, wire);
    return wire.code === 421 || this.#decision?.kind === 'notSent';
  }

  /**
   * A 421 to MAIL on a connection that carried mails before speaks of the connection (idle too long, mails enough), not of
   * this mail: a fresh one may carry it. On a fresh one it stands.
   */
  #closedAtMail(): Result {
    const decision = this.#decided();
    return this.#over(this.#reused && decision.kind === 'deferred' ? 'stale' : decision);
  }

  async #afterData(wire: WireReply): Promise<Result | null> {
    if (wire.code === 354) return null;
    // 2xx to DATA makes no sense: the relay does not wait for a message, and what it thinks is not known.
    if (isPositive(wire)) return this.#over(notSent('the relay did not ask for the message'));
    this.#decision = judge('data', wire);
    return wire.code === 421 || wire.code < 400 ? this.#over(this.#decision) : await this.#reset();
  }

  /** The relay refused the recipient, yet asks for a message: an empty one, whose reply says nothing (RFC 2920 3.1). */
  async #sendNothing(): Promise<Result> {
    this.#conversation.write('.\r\n');
    const ignored = await this.#conversation.next(this.#timeouts.finalMs);
    return { outcome: this.#decided(), goesOn: ignored.code !== 421 };
  }

  /** Ends a transaction that DATA did not end: with its MAIL still standing the next one would be refused (503). */
  async #reset(): Promise<Result> {
    this.#conversation.write('RSET\r\n');
    const done = await this.#conversation.next(this.#timeouts.mailMs);
    return { outcome: this.#decided(), goesOn: isPositive(done) };
  }

  async #deliver({ body, end, tail }: ReadyMessage): Promise<Result> {
    const inOneWrite = tail === null && body.length <= oneWriteBytes;
    if (!inOneWrite) for (const piece of [body, ...(tail?.pieces ?? [])]) await this.#writeBlocks(piece);
    if (this.#conversation.hasReply) return await this.#answeredTooEarly();
    this.#handOver(inOneWrite ? this.#connection.buffer.join(body, end) : end);
    const wire = await this.#conversation.next(this.#timeouts.finalMs);
    // A relay that answers before it can have read everything is out of step.
    const goesOn = wire.code !== 421 && !this.#conversation.isWriting;
    if (isPositive(wire)) return { outcome: { kind: 'accepted', reply: toReply(wire) }, goesOn };
    if (wire.code >= 400) return { outcome: judge('message', wire), goesOn };
    return this.#over({ kind: 'unknown', text: `the relay answered ${wire.code} to the finished message` });
  }

  /** The message without its end, until all of it was taken by the network or the relay spoke. */
  async #writeBlocks(body: Uint8Array): Promise<void> {
    for (let from = 0; from < body.length && !this.#conversation.hasReply; from += oneWriteBytes) {
      await this.#conversation.flush(body.subarray(from, from + oneWriteBytes), this.#timeouts.blockMs);
    }
  }

  /** A reply before the final dot: the relay gives up. Its refusal decides, and nothing can have been delivered. */
  async #answeredTooEarly(): Promise<Result> {
    return this.#over(judge('message', await this.#conversation.next(this.#timeouts.blockMs)));
  }

  /** The point of no return. */
  #handOver(bytes: Uint8Array): void {
    // A connection that is known to be gone takes nothing: the loss is still a certain one.
    this.#dotLeft = this.#conversation.alive;
    this.#conversation.write(bytes);
  }

  #lost(error: ConnectionLost): Outcome | Stale {
    if (this.#dotLeft) return { kind: 'unknown', text: `${error.message} after the message was finished` };
    if (this.#reused && error.how === 'closed' && !this.#conversation.heard) return 'stale';
    return notSent(`${error.message} before the message was finished`);
  }

  #over(outcome: Outcome | Stale): Result {
    return { outcome, goesOn: false };
  }

  #decided(): Outcome {
    return this.#decision ?? notSent('the relay ended the transaction');
  }
}

function isPositive(wire: WireReply): boolean {
  return wire.code < 300;
}

function judge(stage: Stage, wire: WireReply): Outcome {
  if (wire.code < 400) return notSent(`the relay answered ${wire.code} where that makes no sense`);
  return { kind: wire.code < 500 ? 'deferred' : 'refused', stage, reply: toReply(wire) };
}

function notSent(text: string): Outcome {
  return { kind: 'notSent', touched: true, text };
}

function withdrawn(touched: boolean): Outcome {
  return { kind: 'notSent', touched, text: 'withdrawn' };
}

function smuggling(): Outcome {
  const text = 'The message has a dot behind a bare CR or LF, which relays read in different ways';
  return impossible('message', 554, '5.6.0', text);
}
