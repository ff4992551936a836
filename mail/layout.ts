import { fixedStep, type Step } from './message-buffer.ts';
import { SharedTail } from './shared-tail.ts';

/** A writer and the number of places where its value stands. */
export interface Slot<Turn> {
  /** One value, encoded for its place, one octet per character. */
  readonly write: (turn: Turn) => string;
  uses: number;
}

/** Less than this at the end of a mail is copied with the rest: one write is cheaper than two. */
const worthSharing = 32 * 1024;

/** Collects steps; neighbouring fixed text becomes one step and a value that is used twice is encoded once. */
export class Layout<Turn> {
  readonly slots: Slot<Turn>[] = [];
  readonly #steps: Step[] = [];
  readonly #known = new Map<string, number>();
  #fixed = '';
  /** The first step of the shared octets behind the last slot. */
  #tailAt = Number.POSITIVE_INFINITY;

  addFixed(ascii: string): void {
    this.#fixed += ascii;
  }

  addShared(octets: Uint8Array): void {
    this.#flush();
    this.#tailAt = Math.min(this.#tailAt, this.#steps.length);
    this.#steps.push(octets);
  }

  /** `key` null: the writer must run once for every place. */
  addWriter(key: string | null, write: (turn: Turn) => string): void {
    this.#flush();
    this.#tailAt = Number.POSITIVE_INFINITY;
    const known = key === null ? undefined : this.#known.get(key);
    const index = known ?? this.slots.push({ write, uses: 0 }) - 1;
    if (key !== null) this.#known.set(key, index);
    const slot = this.slots[index];
    if (slot !== undefined) slot.uses++;
    this.#steps.push(index);
  }

  finish(): { readonly steps: readonly Step[]; readonly tail: SharedTail | null } {
    this.#flush();
    const last = this.#steps.slice(this.#tailAt).map(asBuffer);
    if (last.reduce((sum, piece) => sum + piece.length, 0) < worthSharing)
      return { steps: this.#steps, tail: null };
    return { steps: this.#steps.slice(0, this.#tailAt), tail: new SharedTail(last) };
  }

  #flush(): void {
    if (this.#fixed !== '') this.#steps.push(fixedStep(this.#fixed));
    this.#fixed = '';
  }
}

function asBuffer(step: Step): Buffer {
  if (typeof step === 'number') throw new TypeError('nothing behind the last slot is filled');
  return typeof step === 'string'
    ? Buffer.from(step, 'latin1')
    : Buffer.from(step.buffer, step.byteOffset, step.byteLength);
}
