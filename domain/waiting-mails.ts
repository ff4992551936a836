import type { Instant } from './instant.ts';

/** Deferred mails that may be tried again at the same instant. */
interface WaitingGroup {
  readonly at: Instant;
  /** Attempts that each of them has had. */
  readonly attempts: number;
  count: number;
}

/** The deferred mails of a campaign that is run forward, those that are due first in front. */
export class WaitingMails {
  count = 0;
  /** Ascending by `at`; those before `#head` are gone. */
  readonly #groups: WaitingGroup[] = [];
  #head = 0;

  constructor(deferredAt: readonly Instant[]) {
    for (const at of deferredAt) this.add({ at, attempts: 1, count: 1 });
  }

  add(group: WaitingGroup): void {
    if (group.count === 0) return;
    let index = this.#groups.length;
    while (index > this.#head && (this.#groups[index - 1]?.at ?? -Infinity) > group.at) index -= 1;
    this.#groups.splice(index, 0, group);
    this.count += group.count;
  }

  /** When the first ones may be tried, each by itself, at most so many. */
  first(atMost: number): Instant[] {
    const instants: Instant[] = [];
    for (let index = this.#head; index < this.#groups.length && instants.length < atMost; index += 1) {
      const { at, count } = this.#groups[index] ?? { at: Infinity, count: 0 };
      for (let n = Math.min(count, atMost - instants.length); n > 0; n -= 1) instants.push(at);
    }
    return instants;
  }

  /**
   * Takes what a batch takes that begins at `at` and sends a mail each `mailMs`: at each mail one that is due by then, else
   * one of `available` others. Fewer than `size` when nobody is left.
   * @returns how many were taken, by the attempts that each had had: at 0 the others.
   */
  takeWith(
    available: number,
    { at, size, mailMs }: { readonly at: Instant; readonly size: number; readonly mailMs: number },
  ): number[] {
    const taken = [0];
    let [sent, fresh] = [0, 0];
    while (sent < size) {
      const next = this.#groups[this.#head];
      if (next !== undefined && next.at <= at + sent * mailMs) {
        const count = Math.min(next.count, size - sent);
        taken[next.attempts] = (taken[next.attempts] ?? 0) + count;
        this.#take(next, count);
        sent += count;
        continue;
      }
      const untilDue = next === undefined || mailMs === 0 ? size : Math.ceil((next.at - at) / mailMs);
      const others = Math.min(available - fresh, Math.min(size, untilDue) - sent);
      if (others <= 0) break;
      fresh += others;
      sent += others;
    }
    taken[0] = fresh;
    // Attempts that nobody had had leave no holes.
    return Array.from(taken, (count) => count ?? 0);
  }

  #take(group: WaitingGroup, count: number): void {
    this.count -= count;
    group.count -= count;
    if (group.count === 0) this.#head += 1;
  }
}
