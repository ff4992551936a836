import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does a piece of work for a key at most once per `everyMs`, however often it is asked for: the first time at once, and
 * once more at the end of the time when it was asked for meanwhile. So the last one that asks is never lost, also not by
 * `close`, which does at once what is still due. `work` must not throw.
 */
export class Throttle {
  readonly #everyMs: number;
  readonly #work: (key: string) => Promise<void>;
  readonly #turns = new Map<string, { again: boolean; readonly ended: Promise<void> }>();
  readonly #closing = new AbortController();

  constructor(everyMs: number, work: (key: string) => Promise<void>) {
    this.#everyMs = everyMs;
    this.#work = work;
  }

  ask(key: string): void {
    const turn = this.#turns.get(key);
    if (turn === undefined) this.#begin(key);
    else turn.again = true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#turns.size > 0) await Promise.all([...this.#turns.values()].map(({ ended }) => ended));
  }

  #begin(key: string): void {
    const turn = { again: true, ended: Promise.resolve() };
    this.#turns.set(key, turn);
    turn.ended = this.#run(key, turn);
  }

  async #run(key: string, turn: { again: boolean }): Promise<void> {
    while (turn.again) {
      turn.again = false;
      await Promise.all([this.#work(key), this.#pause()]);
    }
    this.#turns.delete(key);
  }

  async #pause(): Promise<void> {
    // Cut short by close: then nothing has to be spread any more.
    await delay(this.#everyMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
