import type { Outcome } from '../../domain/outcome.ts';
import { type Lane, RelayTrouble, type WireMail } from '../transport.ts';
import type { SmtpSession } from './session.ts';

/** What a lane needs of its pool. */
export interface LaneWork {
  /** Whether the session can or should take no further mail. */
  isWorn(session: SmtpSession): boolean;
  /** Ends `session` and opens another in its place. Throws RelayTrouble. */
  replace(session: SmtpSession): Promise<SmtpSession>;
  takeBack(session: SmtpSession): void;
}

/** A place of the pool with its connection, which it replaces when it is worn or was closed by the relay. */
export class PooledLane implements Lane {
  #session: SmtpSession;
  readonly #work: LaneWork;
  #released = false;

  constructor(session: SmtpSession, work: LaneWork) {
    this.#session = session;
    this.#work = work;
  }

  async send(mail: WireMail, mayProceed: () => boolean): Promise<Outcome> {
    if (this.#released) throw new Error('this lane was released; acquire another one');
    let touched = false;
    try {
      if (!this.#work.isWorn(this.#session)) {
        const asked = (): boolean => (touched = mayProceed());
        const outcome = await this.#session.send(mail, asked);
        if (outcome !== 'stale') return outcome;
      }
      this.#session = await this.#work.replace(this.#session);
      const outcome = await this.#session.send(mail, mayProceed);
      if (outcome === 'stale') return { kind: 'notSent', touched, text: 'the relay closed the connection' };
      return touched && outcome.kind === 'notSent' ? { ...outcome, touched } : outcome;
    } catch (error) {
      if (!(error instanceof RelayTrouble)) throw error;
      return { kind: 'notSent', touched, text: error.message };
    }
  }

  release(): void {
    if (this.#released) throw new Error('this lane was released already');
    this.#released = true;
    this.#work.takeBack(this.#session);
  }
}
