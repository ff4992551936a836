import type { Outcome } from '../../domain/outcome.ts';
import type { WireMail } from '../transport.ts';
import type { Capabilities } from './capabilities.ts';
import { ConnectionLost, type Conversation } from './conversation.ts';
import type { Timeouts } from './timeouts.ts';
import { type Connection, runTransaction, type Stale } from './transaction.ts';
import { WriteBuffer } from './write-buffer.ts';

/**
 * One connection to the relay, ready for mails one after the other.
 *
 * **Semantics** `send` gives exactly one outcome for every mail (domain/outcome.ts) and never throws for what a relay or a
 * network can do. When the session can take no further mail `usable` is false. `stale` as an answer means: the peer had
 * closed this reused connection before it said a byte to this mail, no byte of the message left; try a fresh one.
 */
export class SmtpSession {
  readonly #conversation: Conversation;
  readonly #connection: Connection;
  #carried = 0;
  #ended = false;

  constructor(conversation: Conversation, offers: Capabilities, timeouts: Timeouts) {
    this.#conversation = conversation;
    this.#connection = { conversation, offers, timeouts, buffer: new WriteBuffer() };
  }

  /** How many mails it was given. */
  get carried(): number {
    return this.#carried;
  }

  /** False when the connection is gone, or when the relay spoke unasked: an idle 421 says that it will be. */
  get usable(): boolean {
    return !this.#ended && this.#conversation.alive && !this.#conversation.hasReply;
  }

  /** Calls `listener` when `usable` may have become false while nothing was being sent. */
  watch(listener: () => void): void {
    this.#conversation.onDisturbed = listener;
  }

  async send(mail: WireMail, mayProceed: () => boolean): Promise<Outcome | Stale> {
    const reused = this.#carried > 0;
    if (!this.usable) return 'stale';
    this.#carried += 1;
    // Should mayProceed throw, the transaction is left in the middle: nothing more may go over this connection.
    let goesOn = false;
    try {
      const result = await runTransaction(this.#connection, mail, mayProceed, reused);
      goesOn = result.goesOn;
      return result.outcome;
    } finally {
      if (!goesOn) this.destroy();
    }
  }

  /** Says goodbye and ends the connection, within the time for it. */
  async quit(): Promise<void> {
    if (this.usable) {
      this.#ended = true;
      try {
        this.#conversation.write('QUIT\r\n');
        await this.#conversation.next(this.#connection.timeouts.quitMs);
      } catch (error) {
        // A relay that closes without its 221 has understood as well.
        if (!(error instanceof ConnectionLost)) throw error;
      }
    }
    this.destroy();
  }

  destroy(): void {
    this.#ended = true;
    this.#conversation.destroy();
  }
}
