import type { CapacityInput } from '../../domain/capacity-input.ts';
import { decideCapacity, type CapacityDecision } from '../../domain/capacity.ts';
import { delayGridMs, type MailsOut } from '../../domain/delay-grid.ts';
import type { WorkingHours } from '../../domain/desk-drain.ts';
import type { ResponsePrior } from '../../domain/response-model.ts';

/**
 * A mailing and the desk that answers for it, event by event: mails leave in batches, some are answered after a random
 * delay, the responses queue for `staff` people, each of whom handles one at a time. Everything random belongs to a mail
 * (whether it is answered, when, how long that takes) and comes from the seed, so that two paces meet the same people.
 */
export interface Desk {
  readonly staff: number;
  /** Mean time that one person needs for one response. */
  readonly handlingMs: number;
  readonly limit: number;
  readonly hours: WorkingHours | null;
}

export interface Answers {
  readonly rate: number;
  readonly delay: 'exponential' | 'lognormal';
  /** Half of the responses come within this time. */
  readonly medianMs: number;
  /** Standard deviation of the logarithm (lognormal only). */
  readonly spread?: number;
  /** Responses from elsewhere that arrive together. */
  readonly burst?: { readonly atMs: number; readonly count: number };
}

export interface Mailing {
  readonly startAt: number;
  readonly mails: number;
  readonly size: number;
  readonly gapMs: number;
  readonly desk: Desk;
  readonly answers: Answers;
  readonly seed: number;
}

/** How the pace follows; null: it is fixed. */
export interface Following {
  readonly prior: ResponsePrior;
  readonly handlingMs: number | null;
  readonly ceiling?: number;
  /** Look again at every report, or only at the instants that the decisions name. */
  readonly wake: 'reports' | 'looks';
}

export interface Run {
  /** Working time from the first mail to the last response handled, to the last mail, and with more open than the limit. */
  readonly runMs: number;
  readonly lastMailMs: number;
  readonly aboveMs: number;
  readonly peak: number;
  readonly responses: number;
  readonly decisions: readonly CapacityDecision[];
  readonly batches: readonly MailsOut[];
}

type Happening =
  | { readonly at: number; readonly what: 'look' }
  | {
      readonly at: number;
      readonly what: 'opened';
      readonly handlingMs: number;
      readonly sentAt: number | null;
    }
  | { readonly at: number; readonly what: 'handled'; readonly openedAt: number }
  | { readonly at: number; readonly what: 'desk' };

export function simulate(mailing: Mailing, following: Following | null): Run {
  return new Simulation(mailing, following).run();
}

class Simulation {
  readonly #mailing: Mailing;
  readonly #following: Following | null;
  readonly #coming = new EventQueue();
  readonly #batches: MailsOut[] = [];
  readonly #decisions: CapacityDecision[] = [];
  readonly #waiting: { openedAt: number; handlingMs: number }[] = [];
  readonly #counts = delayGridMs.map((uptoMs) => ({ uptoMs, count: 0 }));
  /** Number open after each change, for averages. */
  readonly #levels: { at: number; open: number }[] = [];
  readonly #handledAt: number[] = [];
  #handledMs = 0;
  #now: number;
  #left: number;
  #busy = 0;
  #opened = 0;
  #lastSignalAt: number | null = null;
  #nextLook = Infinity;

  constructor(mailing: Mailing, following: Following | null) {
    this.#mailing = mailing;
    this.#following = following;
    this.#now = mailing.startAt;
    this.#left = mailing.mails;
  }

  run(): Run {
    const { startAt, desk, answers, seed } = this.#mailing;
    this.#look(startAt);
    const burst = answers.burst;
    const random = mulberry32(seed ^ 0x5eed);
    for (let call = 0; call < (burst?.count ?? 0); call += 1)
      this.#coming.push({
        at: startAt + (burst?.atMs ?? 0) + random() * 60_000,
        what: 'opened',
        handlingMs: desk.handlingMs * exponential(random),
        sentAt: null,
      });
    for (let next = this.#coming.pop(); next !== undefined; next = this.#coming.pop()) {
      this.#now = next.at;
      this.#happen(next);
    }
    return this.#result();
  }

  #happen(next: Happening): void {
    switch (next.what) {
      case 'look':
        if (next.at === this.#nextLook) this.#send();
        return;
      case 'opened':
        this.#opened += 1;
        if (next.sentAt !== null) this.#count(next.at - next.sentAt);
        this.#waiting.push({ openedAt: next.at, handlingMs: next.handlingMs });
        break;
      case 'handled':
        this.#busy -= 1;
        this.#handledAt.push(next.at);
        this.#handledMs += next.at - next.openedAt;
        break;
      case 'desk':
        this.#work();
        return;
    }
    this.#lastSignalAt = this.#now;
    this.#work();
    this.#levels.push({ at: this.#now, open: this.#waiting.length + this.#busy });
    // A report wakes a batch that is held back; a look costs something, so not oftener than every ten seconds.
    const last = this.#decisions.at(-1);
    if (last?.size === 0 && this.#following?.wake === 'reports')
      this.#look(Math.min(this.#nextLook, Math.max(this.#now, this.#lookedAt + 10_000)));
  }
  #lookedAt = -Infinity;

  /** Everybody who is free takes the next response; a call that began before closing time is finished. */
  #work(): void {
    const { staff, hours } = this.#mailing.desk;
    if (this.#waiting.length === 0) return;
    const opens = hours === null ? this.#now : hours.opensAt(this.#now);
    if (opens > this.#now) {
      this.#coming.push({ at: opens, what: 'desk' });
      return;
    }
    while (this.#busy < staff) {
      const response = this.#waiting.shift();
      if (response === undefined) return;
      this.#busy += 1;
      this.#coming.push({
        at: this.#now + response.handlingMs,
        what: 'handled',
        openedAt: response.openedAt,
      });
    }
  }

  #look(at: number): void {
    const { hours } = this.#mailing.desk;
    this.#nextLook = hours === null ? at : hours.opensAt(at);
    this.#coming.push({ at: this.#nextLook, what: 'look' });
  }

  #send(): void {
    const { size, gapMs } = this.#mailing;
    this.#nextLook = Infinity;
    this.#lookedAt = this.#now;
    if (this.#left === 0) return;
    const wanted = Math.min(size, this.#left);
    const decision = this.#following === null ? null : decideCapacity(this.#input(this.#following), wanted);
    if (decision !== null) this.#decisions.push(decision);
    const mails = Math.min(this.#left, decision?.size ?? wanted);
    if (mails === 0) return this.#look(Math.max(this.#now + 1, decision?.lookAgainAt ?? 0));
    for (let mail = 0; mail < mails; mail += 1) this.#mail(this.#mailing.mails - this.#left + mail);
    this.#left -= mails;
    this.#batches.push({ at: this.#now, size: mails });
    if (this.#left > 0) this.#look(this.#now + gapMs);
  }

  #mail(number: number): void {
    const { answers, desk, seed } = this.#mailing;
    const random = mulberry32(seed * 1_000_003 + number);
    const [answered, delay, handling] = [
      random() < answers.rate,
      delayOf(answers, random),
      exponential(random),
    ];
    if (!answered) return;
    this.#coming.push({
      at: this.#now + delay,
      what: 'opened',
      handlingMs: desk.handlingMs * handling,
      sentAt: this.#now,
    });
  }

  #count(delayMs: number): void {
    const bucket = this.#counts.find(({ uptoMs }) => delayMs <= uptoMs);
    if (bucket !== undefined) bucket.count += 1;
  }

  #input({ prior, handlingMs, ceiling }: Following): CapacityInput {
    const { desk } = this.#mailing;
    const handled = this.#handledAt.length;
    return {
      now: this.#now,
      limit: desk.limit,
      open: this.#waiting.length + this.#busy,
      stream: { batches: this.#batches, delays: this.#counts, opened: this.#opened, prior },
      others: [],
      handled: {
        count: handled,
        meanOpenMs: handled === 0 ? null : this.#handledMs / handled,
        lately: this.#lately(),
      },
      handlingMs,
      floor: 0,
      ceiling: ceiling ?? null,
      silentAfterMs: 3_600_000,
      lastSignalAt: this.#lastSignalAt,
      heldBack: this.#decisions.at(-1)?.kind === 'heldBack',
      hours: desk.hours,
    };
  }

  #lately(): CapacityInput['handled']['lately'] {
    const from = Math.max(this.#mailing.startAt, this.#now - 3_600_000);
    let area = 0;
    let until = this.#now;
    for (let index = this.#levels.length - 1; index >= 0 && until > from; index -= 1) {
      const level = this.#levels[index];
      if (level === undefined) break;
      const start = Math.max(from, level.at);
      area += level.open * this.#workingMs(start, until);
      until = start;
    }
    const workingMs = this.#workingMs(from, this.#now);
    const count = this.#handledAt.filter((at) => at > from).length;
    return { workingMs, count, meanOpen: workingMs === 0 ? 0 : area / workingMs };
  }

  #workingMs(from: number, to: number): number {
    const { hours } = this.#mailing.desk;
    return hours === null ? to - from : hours.openMs(from, to);
  }

  #result(): Run {
    const { startAt, desk } = this.#mailing;
    let [aboveMs, open, since, peak] = [0, 0, startAt, 0];
    for (const level of this.#levels) {
      if (open > desk.limit) aboveMs += this.#workingMs(since, level.at);
      ({ open } = level);
      since = level.at;
      peak = Math.max(peak, open);
    }
    return {
      runMs: this.#workingMs(startAt, Math.max(since, this.#batches.at(-1)?.at ?? 0)),
      lastMailMs: this.#workingMs(startAt, this.#batches.at(-1)?.at ?? startAt),
      aboveMs,
      peak,
      responses: this.#opened,
      decisions: this.#decisions,
      batches: this.#batches,
    };
  }
}

function delayOf({ delay, medianMs, spread = 1 }: Answers, random: () => number): number {
  if (delay === 'exponential') return (medianMs / Math.LN2) * exponential(random);
  return medianMs * Math.exp(spread * normal(random));
}

function exponential(random: () => number): number {
  return -Math.log(1 - random());
}

function normal(random: () => number): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random());
}

/** A small seeded generator (Tommy Ettinger's mulberry32): the same numbers on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What comes next, earliest first (a binary heap). */
class EventQueue {
  readonly #heap: Happening[] = [];

  push(happening: Happening): void {
    const heap = this.#heap;
    let index = heap.push(happening) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.at <= happening.at) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = happening;
  }

  pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= last.at) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
