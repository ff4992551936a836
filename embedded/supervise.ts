import { setTimeout as delay } from 'node:timers/promises';

/** A process that was started and has answered. */
export interface Running {
  readonly pid: number;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** Starts it, and keeps it running from now on. Resolves when it answers. */
  start(): Promise<void>;
  /** Ends it in an orderly way; it stays down until `start`. */
  stop(): Promise<void>;
  /** Sends it the signal (default SIGKILL) and waits for its end; it stays down until `start`. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** SIGKILL as if somebody else had done it: the supervision starts it again. */
  crash(): Promise<void>;
}

export interface SuperviseOptions {
  readonly name: string;
  /** Resolves when it answers; gives up (and leaves no process) when the signal is aborted. */
  readonly start: (signal: AbortSignal) => Promise<Running>;
  readonly say: (line: string) => void;
  /** Told after every start and end, to record who runs. */
  readonly changed: (pid: number | undefined) => void;
}

const firstWaitMs = 250;
const longestWaitMs = 10_000;
/** Whoever has run so long had no trouble in starting: the next wait is short again. */
const steadyMs = 30_000;

/** Keeps a part running: when it ends by itself it is started again after a short wait that grows while it keeps failing. */
export function supervise(options: SuperviseOptions): Part {
  return new Supervision(options);
}

class Supervision implements Part {
  readonly #options: SuperviseOptions;
  #running: Running | undefined;
  /** Aborted: it shall be down. */
  #up = AbortSignal.abort();
  #takeDown: () => void = () => undefined;
  #starting: Promise<void> = Promise.resolve();
  #waitMs = firstWaitMs;
  /** Resolves when the end of the last process has been told. */
  #settled: Promise<void> = Promise.resolve();

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  async start(): Promise<void> {
    if (this.#up.aborted) {
      const controller = new AbortController();
      this.#up = controller.signal;
      this.#takeDown = () => controller.abort(new Error(`${this.name} was stopped`));
      this.#starting = this.#launch().catch((error: unknown) => {
        this.#takeDown();
        throw error;
      });
    }
    await this.#starting;
  }

  async stop(): Promise<void> {
    await this.#down(async (running) => await running.stop());
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#down(async (running) => await running.kill(signal));
  }

  async crash(): Promise<void> {
    await this.#running?.kill('SIGKILL');
  }

  async #down(end: (running: Running) => Promise<void>): Promise<void> {
    this.#takeDown();
    // A start that is under way is waited for: else its process would outlive us.
    await this.#starting.catch(() => undefined);
    if (this.#running !== undefined) await end(this.#running);
    // Whoever took it down may remove the folder next, where its end is still to be written.
    await this.#settled;
  }

  async #launch(): Promise<void> {
    const startedAt = Date.now();
    const running = await this.#options.start(this.#up);
    this.#running = running;
    this.#options.changed(running.pid);
    this.#settled = running.ended.then(() => {
      if (this.#running === running) this.#running = undefined;
      this.#options.changed(undefined);
      if (Date.now() - startedAt >= steadyMs) this.#waitMs = firstWaitMs;
      if (!this.#up.aborted) this.#starting = this.#startAgain();
      return undefined;
    });
  }

  async #startAgain(): Promise<void> {
    const { say, name } = this.#options;
    say(`${name} has ended; it is started again`);
    while (!this.#up.aborted) {
      await delay(this.#waitMs, undefined, { signal: this.#up }).catch(() => undefined);
      this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
      if (this.#up.aborted) return;
      try {
        return await this.#launch();
      } catch (error) {
        say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
