import { alwaysOpen, type Calendar } from '../../domain/calendar.ts';
import type { Jitter, Ramp } from '../../domain/pace-form.ts';
import type { Pace } from '../../domain/pace.ts';
import { planNext, type Plan, type PlanState } from '../../domain/planner.ts';

/** What happens to a campaign from outside, at seconds after its beginning. */
export type Happening =
  | { readonly at: number; readonly what: 'pause' | 'resume' }
  | { readonly at: number; readonly what: 'setPace'; readonly pace: Pace }
  /** The relay refuses everybody for so many seconds, also in mid-batch. */
  | { readonly at: number; readonly what: 'outage'; readonly lasts: number };

/** One start or continuation of a batch, with what was in force at that moment. */
export interface Start {
  readonly at: number;
  readonly number: number;
  readonly continues: boolean;
  readonly size: number;
  readonly handed: number;
  readonly pace: Pace;
  readonly notBefore: number;
  readonly retryAt: number | null;
  /** The earliest instant at which anybody could have begun it: the last change or the end of the batch before. */
  readonly wokenAt: number;
}

export interface Options {
  readonly recipients: number;
  readonly pace: Pace;
  readonly startAt: number;
  /** When it is looked at first; 0 when left out. */
  readonly beginsAt?: number;
  readonly happenings: readonly Happening[];
  /** Milliseconds that one mail takes. */
  readonly mailMs: number;
  /** The n-th attempt of a mail is deferred for so many ms, or not (null). */
  readonly defer: (attempt: number) => number | null;
  /** Always open when left out. */
  readonly calendar?: Calendar;
  readonly ramp?: Ramp | null;
  readonly jitter?: Jitter | null;
  /** Mails that were deferred before, by the instant at which each may be tried again. */
  readonly deferredAt?: readonly number[];
}

const outageBackoffMs = [2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000];

/**
 * A campaign that is run as the workflow and the sender run it, without them: every look asks the planner, time jumps to
 * the next thing that can happen. Everything that a database would keep is a field here.
 */
export class SimulatedCampaign {
  readonly starts: Start[] = [];
  /** Mails with a final outcome. */
  settled = 0;
  #now = 0;
  #pace: Pace;
  #notBefore: number;
  #notBeforeReason: 'startAt' | 'resumed' = 'startAt';
  #paused = false;
  #latestStart: number | null = null;
  #lastBatch = 0;
  #left: number | null = null;
  #retryAt: number | null = null;
  #failures = 0;
  #downUntil = 0;
  #planned: number;
  #deferred: number[] = [];
  #attempts = 0;
  #wokenAt = 0;
  readonly #coming: Happening[];
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.#pace = options.pace;
    this.#planned = options.recipients;
    this.#deferred = [...(options.deferredAt ?? [])];
    this.#notBefore = options.startAt;
    this.#now = options.beginsAt ?? 0;
    this.#coming = [...options.happenings].sort((a, b) => a.at - b.at);
  }

  /** @returns whether it ended before `maxSteps` looks. */
  run(maxSteps: number): boolean {
    for (let step = 0; step < maxSteps; step += 1) {
      this.#takeHappenings();
      if (this.#paused) {
        const next = this.#coming[0];
        if (next === undefined) return false;
        this.#now = next.at;
        continue;
      }
      const plan = planNext(this.#state());
      if (plan.kind === 'done') return true;
      if (plan.kind === 'wait') this.#now = Math.min(plan.batch.at, this.#coming[0]?.at ?? Infinity);
      else this.#send(plan.batch);
    }
    return false;
  }

  /** Everything that is known of it, for a forecast: with all deferred mails. */
  get state(): PlanState {
    return { ...this.#state(), deferredAt: this.#deferred.toSorted((a, b) => a - b) };
  }

  /** Whether nothing more comes from outside, and it is not paused. */
  get isUndisturbed(): boolean {
    return this.#coming.length === 0 && !this.#paused;
  }

  #state(): PlanState {
    const { calendar = alwaysOpen, ramp = null, jitter = null } = this.#options;
    return {
      now: this.#now,
      pace: this.#pace,
      notBefore: this.#notBefore,
      notBeforeReason: this.#notBeforeReason,
      latestStart: this.#latestStart,
      lastBatch: this.#lastBatch,
      interrupted: this.#left === null ? null : { left: this.#left },
      retryAt: this.#retryAt,
      planned: this.#planned,
      // No more than the size: what a look at the database reads.
      deferredAt: this.#deferred.toSorted((a, b) => a - b).slice(0, this.#pace.size),
      calendar,
      ramp,
      jitter,
      limited: [],
      room: null,
    };
  }

  #send({ number, size, continues, until = Infinity }: Extract<Plan, { kind: 'batch' }>['batch']): void {
    const before = {
      notBefore: this.#notBefore,
      retryAt: this.#retryAt,
      wokenAt: this.#wokenAt,
      pace: this.#pace,
    };
    const at = this.#now;
    this.#latestStart = at;
    this.#lastBatch = number;
    if (this.#left === null) this.#left = size;
    let handed = 0;
    for (; handed < size; this.#now += this.#options.mailMs) {
      this.#takeHappenings();
      size = Math.min(size, handed + this.#left);
      if (handed === size || this.#paused || this.#now < this.#downUntil || this.#now >= until) break;
      if (!this.#handOver()) break;
      handed += 1;
      this.#left -= 1;
    }
    if (this.#now < this.#downUntil) {
      this.#retryAt = this.#now + (outageBackoffMs[Math.min(this.#failures, 6)] ?? 0);
      this.#failures = handed > 0 ? 1 : this.#failures + 1;
    } else {
      this.#retryAt = null;
      this.#failures = 0;
      // Used up, or nobody was left for it; not when the window ended before.
      if (!this.#paused && (this.#now < until || handed === size)) this.#left = null;
    }
    this.#wokenAt = this.#now;
    this.starts.push({ at, number, continues, size, handed, ...before });
  }

  #handOver(): boolean {
    const due = this.#deferred.findIndex((at) => at <= this.#now);
    if (due !== -1) this.#deferred.splice(due, 1);
    else if (this.#planned > 0) this.#planned -= 1;
    else return false;
    const again = this.#options.defer((this.#attempts += 1));
    if (again === null) this.settled += 1;
    else this.#deferred.push(this.#now + again);
    return true;
  }

  #takeHappenings(): void {
    for (let next = this.#coming[0]; next !== undefined && next.at <= this.#now; next = this.#coming[0]) {
      this.#coming.shift();
      this.#happen(next);
      this.#wokenAt = this.#now;
    }
  }

  #happen(happening: Happening): void {
    switch (happening.what) {
      case 'pause':
        this.#paused = true;
        return;
      case 'resume':
        if (!this.#paused) return;
        this.#paused = false;
        this.#retryAt = null;
        this.#notBefore = Math.max(this.#now, this.#options.startAt);
        this.#notBeforeReason = 'resumed';
        return;
      case 'setPace':
        // A smaller pace shrinks the batch that is under way.
        if (this.#left !== null)
          this.#left = Math.max(0, this.#left - Math.max(0, this.#pace.size - happening.pace.size));
        this.#pace = happening.pace;
        return;
      case 'outage':
        this.#downUntil = Math.max(this.#downUntil, this.#now + happening.lasts);
    }
  }
}
