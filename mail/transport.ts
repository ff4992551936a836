import type { Outcome, RelayTroubleCode, Reply } from '../domain/outcome.ts';
import type { SharedTail } from './shared-tail.ts';

/**
 * One mail ready for the wire. `message`, and `tail` behind it where there is one, are the whole RFC 5322 message with CRLF line ends,
 * not dot-stuffed, without the final dot.
 */
export interface WireMail {
  /** Envelope sender and recipient, bare addresses, already checked (no CR, LF, NUL, no angle brackets). */
  readonly from: string;
  readonly to: string;
  readonly message: Uint8Array;
  readonly tail?: SharedTail | null;
  /** ENVID for relays that offer DSN (RFC 3461): an opaque id, ASCII. */
  readonly envelopeId?: string;
}

/** A place on the wire: one transaction at a time. */
export interface Lane {
  /**
   * Sends one mail and says what became of it; never throws for what a relay or network can do.
   * `mayProceed` is asked just before the first byte and again just before the message body leaves;
   * false withdraws the mail (kind `notSent`). Sender refused (5xx to MAIL) is reported as refused, stage 'mail'.
   */
  send(mail: WireMail, mayProceed: () => boolean): Promise<Outcome>;
  /** Gives the place back; must be called exactly once. */
  release(): void;
}

/** How mails leave: our SMTP pool, or any nodemailer transport with the certainty it can give. */
export interface Transport {
  /** Waits for a free place. Throws RelayTrouble when none can be had, AbortError's reason when `signal` fires. */
  acquire(signal: AbortSignal): Promise<Lane>;
  close(): Promise<void>;
}

/** The relay cannot be used at all now. `reply` holds its words when it said some; they belong into the database, never into Temporal. */
export class RelayTrouble extends Error {
  readonly code: RelayTroubleCode;
  readonly reply: Reply | null;

  constructor(code: RelayTroubleCode, message: string, reply: Reply | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RelayTrouble';
    this.code = code;
    this.reply = reply;
  }
}
