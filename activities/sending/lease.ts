/** Shorter than what must pass before another attempt can begin: heartbeat timeout (8 s) minus heartbeat throttle (2 s). */
const leaseMs = 4_000;
const confirmEveryMs = 1_000;

/**
 * The right to put mails on the wire. It rests on having seen, a moment ago, that this attempt's token is still the
 * newest. A process that was frozen finds its lease outdated when it wakes, and must ask before it sends another byte.
 */
export class Lease {
  readonly #confirm: () => Promise<boolean>;
  readonly #timer: NodeJS.Timeout;
  #confirmed = now();
  #asking: Promise<void> | null = null;

  /** `confirm` asks the database whether this attempt may go on; when it throws, nothing is confirmed. */
  constructor(confirm: () => Promise<boolean>) {
    this.#confirm = confirm;
    this.#timer = setInterval(() => void this.renew(), confirmEveryMs);
  }

  isValid(): boolean {
    const { steadyMs, wallMs } = now();
    return steadyMs - this.#confirmed.steadyMs < leaseMs && wallMs - this.#confirmed.wallMs < leaseMs;
  }

  /** Asks now; several callers share one question. */
  async renew(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    await this.#asking;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    // The answer is as old as the question: a process frozen in between must not believe it.
    const asked = now();
    try {
      if (await this.#confirm()) this.#confirmed = asked;
    } catch {
      // The database is away: the lease runs out by itself, and the next question may find it back.
    }
  }
}

/**
 * Both clocks, and the one that says more has passed is believed: the steady one stands still while the machine sleeps, the
 * one on the wall may be set back.
 */
function now(): { readonly steadyMs: number; readonly wallMs: number } {
  return { steadyMs: performance.now(), wallMs: Date.now() };
}
