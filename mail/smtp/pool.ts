import { setMaxListeners } from 'node:events';
import { type Lane, RelayTrouble, type Transport } from '../transport.ts';
import { openSession } from './open-session.ts';
import { type LaneWork, PooledLane } from './pooled-lane.ts';
import type { Relay } from './relay.ts';
import type { SmtpSession } from './session.ts';
import { standardTimeouts, type Timeouts } from './timeouts.ts';

export interface PoolOptions {
  /** The most connections at once. Default 10. */
  readonly connections?: number;
  /** Mails after which a connection is replaced. Default 1,000: fewer cost handshakes, more meet the limits of relays. */
  readonly mailsPerConnection?: number;
  /** After how long an unused connection is closed. Default 30 s: below the idle limits of relays (often 60 s or more). */
  readonly idleMs?: number;
  /** How long no new connection is tried after one failed; doubled with each failure up to 30 s. Default 1 s. */
  readonly coolDownMs?: number;
  readonly timeouts?: Partial<Timeouts>;
}

const longestCoolDownMs = 30_000;

/**
 * The connections to one relay, shared by everybody who sends.
 *
 * **Semantics** At most `connections` lanes are out at a time; whoever waits is served in order. Connections are opened when
 * they are needed. While none is known to work, one is tried and the others wait for its result, so that a relay in
 * trouble is not stormed; when it fails, all who wait get the RelayTrouble, and so does who comes within the cool-down.
 * When some connections work and a further one is refused (the relay allows fewer), the pool works with those it has.
 *
 * **Implementation** A *place* is the right to one connection; it is idle, out with a lane, or being opened.
 */
export class SmtpPool implements Transport {
  readonly #relay: Relay;
  readonly #timeouts: Timeouts;
  readonly #options: Required<Omit<PoolOptions, 'timeouts'>>;
  readonly #waiters: Waiter[] = [];
  /** The longest unused first; the last one is taken, so that what is not needed grows old and is closed. */
  readonly #idle: Idle[] = [];
  readonly #goodbyes = new Set<Promise<void>>();
  #out = 0;
  #opening = 0;
  #failures = 0;
  #trouble: { readonly error: Error; readonly until: number; readonly total: boolean } | null = null;
  #sweeper: NodeJS.Timeout | null = null;
  readonly #ending = new AbortController();

  constructor(relay: Relay, options: PoolOptions = {}) {
    this.#relay = relay;
    this.#timeouts = { ...standardTimeouts, ...options.timeouts };
    this.#options = {
      connections: options.connections ?? 10,
      mailsPerConnection: options.mailsPerConnection ?? 1_000,
      idleMs: options.idleMs ?? 30_000,
      coolDownMs: options.coolDownMs ?? 1_000,
    };
  }

  async acquire(signal: AbortSignal): Promise<Lane> {
    signal.throwIfAborted();
    if (this.#closed) throw new RelayTrouble('relayUnreachable', closedText);
    // A lane that is free needs no waiter and no listener on the signal: this is the way of nearly every mail.
    const session = this.#waiters.length === 0 ? this.#takeIdle() : undefined;
    if (session !== undefined) return this.#handOut(session);
    return await this.#waitInLine(signal);
  }

  /** Says goodbye on every connection. Lanes that are out end theirs when they are released; what is being opened is given up. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#rejectAll(new RelayTrouble('relayUnreachable', closedText));
    for (const { session } of this.#idle.splice(0)) void this.#sayGoodbye(session);
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    while (this.#goodbyes.size > 0) await Promise.all(this.#goodbyes);
  }

  #waitInLine(signal: AbortSignal): Promise<Lane> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const settled = (): void => signal.removeEventListener('abort', giveUp);
      const waiter: Waiter = { resolve, reject, settled };
      // Many may wait under one signal: that is no leak, and Node need not warn of it.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  get #closed(): boolean {
    return this.#ending.signal.aborted;
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      const session = this.#takeIdle();
      if (session === undefined) break;
      const waiter = this.#waiters.shift();
      waiter?.settled();
      waiter?.resolve(this.#handOut(session));
    }
    while (this.#waiters.length > this.#opening && this.#mayOpen()) void this.#openForWaiter();
    const hope = this.#out + this.#opening + this.#goodbyes.size > 0;
    if (this.#waiters.length > 0 && !hope) this.#refuseAll();
  }

  #takeIdle(): SmtpSession | undefined {
    for (let place = this.#idle.pop(); place !== undefined; place = this.#idle.pop()) {
      if (!this.#isWorn(place.session)) return place.session;
      void this.#sayGoodbye(place.session);
    }
    return undefined;
  }

  #mayOpen(): boolean {
    // A connection that is ending still counts with a relay that allows only so many.
    const places = this.#out + this.#idle.length + this.#opening + this.#goodbyes.size;
    if (this.#closed || places >= this.#options.connections) return false;
    const nothingWorks = this.#out + this.#idle.length === 0;
    if (nothingWorks && this.#opening > 0) return false;
    if (this.#trouble === null || performance.now() >= this.#trouble.until) return true;
    // A refusal of one connection too many is no reason to stay without any.
    return nothingWorks && !this.#trouble.total;
  }

  async #openForWaiter(): Promise<void> {
    this.#opening += 1;
    try {
      const session = await openSession(this.#relay, this.#timeouts, this.#ending.signal);
      this.#opening -= 1;
      this.#trouble = null;
      this.#failures = 0;
      this.#rest(session);
    } catch (error) {
      this.#opening -= 1;
      this.#remember(error instanceof Error ? error : new Error(String(error)));
    }
    this.#serve();
  }

  #remember(error: Error): void {
    const pause = Math.min(longestCoolDownMs, this.#options.coolDownMs * 2 ** this.#failures);
    this.#failures += 1;
    const total = this.#out + this.#idle.length === 0;
    this.#trouble = { error, until: performance.now() + pause, total };
  }

  #refuseAll(): void {
    const trouble = this.#trouble?.error ?? new RelayTrouble('relayUnreachable', closedText);
    this.#rejectAll(trouble);
  }

  #rejectAll(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) {
      waiter.settled();
      waiter.reject(error);
    }
  }

  #handOut(session: SmtpSession): Lane {
    this.#out += 1;
    return new PooledLane(session, this.#laneWork);
  }

  readonly #laneWork: LaneWork = {
    isWorn: (session) => this.#isWorn(session),
    replace: async (session) => {
      await this.#sayGoodbye(session);
      if (this.#closed) throw new RelayTrouble('relayUnreachable', closedText);
      return await openSession(this.#relay, this.#timeouts, this.#ending.signal);
    },
    takeBack: (session) => {
      this.#out -= 1;
      this.#rest(session);
      this.#serve();
    },
  };

  #rest(session: SmtpSession): void {
    if (this.#closed || this.#isWorn(session)) {
      void this.#sayGoodbye(session);
      return;
    }
    session.watch(this.#dropDead);
    this.#idle.push({ session, since: performance.now() });
    this.#sweeper ??= setInterval(() => this.#sweep(), Math.max(10, this.#options.idleMs / 4)).unref();
  }

  readonly #dropDead = (): void => {
    for (let at = this.#idle.length - 1; at >= 0; at -= 1) {
      const session = this.#idle[at]?.session;
      if (session === undefined || session.usable) continue;
      this.#idle.splice(at, 1);
      session.destroy();
    }
  };

  #sweep(): void {
    const oldest = performance.now() - this.#options.idleMs;
    while (this.#idle[0] !== undefined && this.#idle[0].since < oldest) {
      const old = this.#idle.shift();
      if (old !== undefined) void this.#sayGoodbye(old.session);
    }
    if (this.#idle.length > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }

  #isWorn(session: SmtpSession): boolean {
    return !session.usable || session.carried >= this.#options.mailsPerConnection;
  }

  #sayGoodbye(session: SmtpSession): Promise<void> {
    const goodbye = session.quit().finally(() => {
      this.#goodbyes.delete(goodbye);
      this.#serve();
    });
    this.#goodbyes.add(goodbye);
    return goodbye;
  }
}

const closedText = 'the connections to the relay were closed by this program; it is stopping';

interface Waiter {
  readonly resolve: (lane: Lane) => void;
  readonly reject: (error: Error) => void;
  /** To be called before either: forgets the signal. */
  readonly settled: () => void;
}

interface Idle {
  readonly session: SmtpSession;
  readonly since: number;
}
