import type { RecordedOutcome } from '../../db/ledger/outcomes.ts';

const groupMs = 10;
/** Outcomes are kept this long while the database is away; then they become doubts that a later look settles. */
const patienceMs = 60_000;

/**
 * Writes outcomes in groups: a quarter of the window or 10 ms. A group that the database did not take is tried again,
 * because an outcome that is lost is a doubt for a person to settle.
 */
export class OutcomeWriter {
  readonly #write: (outcomes: readonly RecordedOutcome[]) => Promise<void>;
  readonly #onWritten: (outcomes: readonly RecordedOutcome[]) => void;
  readonly #groupSize: number;
  #group: RecordedOutcome[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #writing = new Set<Promise<void>>();
  #failure: unknown = null;

  constructor(options: {
    write: (outcomes: readonly RecordedOutcome[]) => Promise<void>;
    onWritten: (outcomes: readonly RecordedOutcome[]) => void;
    groupSize: number;
  }) {
    this.#write = options.write;
    this.#onWritten = options.onWritten;
    this.#groupSize = Math.max(1, options.groupSize);
  }

  add(outcome: RecordedOutcome): void {
    this.#group.push(outcome);
    if (this.#group.length >= this.#groupSize) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), groupMs);
  }

  /** Waits until everything is written. Throws when the database stayed away for longer than our patience. */
  async drain(): Promise<void> {
    this.#flush();
    while (this.#writing.size > 0) await Promise.all(this.#writing);
    if (this.#failure !== null) throw this.#failure;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const group = this.#group;
    this.#group = [];
    if (group.length === 0) return;
    const writing = this.#writeWithPatience(group)
      .then(() => this.#onWritten(group))
      .catch((error: unknown) => {
        this.#failure = error;
        this.#onWritten(group);
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #writeWithPatience(group: readonly RecordedOutcome[]): Promise<void> {
    await persist(() => this.#write(group), patienceMs);
  }
}

/** Repeats work on the database until it succeeds, with growing pauses; rethrows when `patience` is over. */
export async function persist<T>(work: () => Promise<T>, patience: number = patienceMs): Promise<T> {
  const until = performance.now() + patience;
  for (let pauseMs = 50; ; pauseMs = Math.min(1_000, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() + pauseMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
