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
  readonly #onFailure: (error: unknown) => void;
  readonly #groupSize: number;
  #group: RecordedOutcome[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #writing = new Set<Promise<void>>();

  constructor(options: {
    write: (outcomes: readonly RecordedOutcome[]) => Promise<void>;
    onWritten: (outcomes: readonly RecordedOutcome[]) => void;
    /** The database did not take a group for longer than our patience; nothing more should be begun. */
    onFailure: (error: unknown) => void;
    groupSize: number;
  }) {
    this.#write = options.write;
    this.#onWritten = options.onWritten;
    this.#onFailure = options.onFailure;
    this.#groupSize = Math.max(1, options.groupSize);
  }

  add(outcome: RecordedOutcome): void {
    this.#group.push(outcome);
    if (this.#group.length >= this.#groupSize) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), groupMs);
  }

  /** Waits until everything is written or given up. */
  async drain(): Promise<void> {
    this.#flush();
    while (this.#writing.size > 0) await Promise.all(this.#writing);
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
        // Their room in the window is not given back: nobody may add intents to outcomes that nobody recorded.
        this.#onFailure(error);
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
