/**
 * The worker's credit of intents without a recorded outcome (DESIGN: intent window). After any crash no more mails than
 * this are in doubt. Batches that send at the same time share it evenly: none can starve another.
 */
export class IntentWindow {
  readonly size: number;
  #free: number;
  readonly #holders = new Map<symbol, number>();
  readonly #waiting = new Set<() => void>();

  constructor(size: number) {
    this.size = size;
    this.#free = size;
  }

  /** A batch begins; `onRoom` is called whenever room has become free. */
  enter(onRoom: () => void): IntentShare {
    const holder = Symbol('batch');
    this.#holders.set(holder, 0);
    this.#waiting.add(onRoom);
    return {
      quota: () => this.#quota(),
      available: () => Math.max(0, Math.min(this.#quota() - (this.#holders.get(holder) ?? 0), this.#free)),
      reserve: (count) => this.#release(holder, -count),
      release: (count) => this.#release(holder, count),
      leave: () => {
        this.#release(holder, this.#holders.get(holder) ?? 0);
        this.#holders.delete(holder);
        this.#waiting.delete(onRoom);
      },
    };
  }

  #quota(): number {
    return Math.max(1, Math.floor(this.size / Math.max(1, this.#holders.size)));
  }

  #release(holder: symbol, count: number): void {
    this.#holders.set(holder, (this.#holders.get(holder) ?? 0) - count);
    this.#free += count;
    if (count > 0) for (const onRoom of this.#waiting) onRoom();
  }
}

/** One batch's part of the window. */
export interface IntentShare {
  /** The even part of the window that this batch may hold at the most, at present. */
  quota(): number;
  /** How many more intents may be claimed now. */
  available(): number;
  /** Takes room; not more than `available()`. */
  reserve(count: number): void;
  /** Gives back room: for outcomes that were recorded, or claims that found fewer rows. */
  release(count: number): void;
  leave(): void;
}
