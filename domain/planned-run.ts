import { afterBatch, beginOf } from './after-batch.ts';
import { limitedRoom } from './domain-limit.ts';
import type { Instant } from './instant.ts';
import { planNext, type BatchPlan, type PlanState } from './planner.ts';
import { WaitingMails } from './waiting-mails.ts';

/**
 * A campaign run forward by its own planner: what it will do if nobody steers it. The forecast's engine; the simulated
 * campaign of the tests does the same one mail at a time, and both must agree.
 *
 * Semantics
 * - A batch begins when the planner says, or when the one before ends, and lasts `mailMs` for each of its mails.
 * - What has not left when the window ends stays in the batch, which goes on when the window opens again.
 * - Deferred mails are taken as soon as they are due, before new ones. Of what is taken, `deferralShare` is deferred
 *   (again) and comes back after `backoffMs`; after as many attempts as there are backoffs a mail counts as given up.
 */
export interface RunConditions {
  /** From one mail to the next, in ms; 0: a batch takes no time. */
  readonly mailMs: number;
  /** 0 to 1. */
  readonly deferralShare: number;
  readonly backoffMs: readonly number[];
}

/** One start or continuation of a batch. */
export interface PlannedStart {
  readonly batch: number;
  readonly at: Instant;
  /** Mails that leave before the batch ends or is interrupted. */
  readonly size: number;
  readonly continues: boolean;
}

export interface PlannedRun {
  readonly starts: readonly PlannedStart[];
  /** Everybody is done; no window ever opens again; responses leave no room; the run is longer than was asked for, or than dates reach. */
  readonly ended: 'done' | 'never' | 'heldBack' | 'cut';
  /** When the last of `starts` ends; where there is none, the beginning. */
  readonly endsAt: Instant;
  /** Mails that have not left. */
  readonly left: number;
}

/** Runs a campaign forward from a state for at most `maxStarts` starts. */
export function runForward(from: PlanState, conditions: RunConditions, maxStarts: number): PlannedRun {
  const run = new Run(from, conditions);
  let ended: PlannedRun['ended'] | null = null;
  for (let idle = 0; ended === null;) {
    const before = run.starts.length;
    if (idle > maxIdleLooks) ended = 'heldBack';
    else if (before >= maxStarts && run.left > 0) ended = 'cut';
    else ended = run.look();
    idle = run.starts.length > before ? 0 : idle + 1;
  }
  return { starts: run.starts, ended, endsAt: run.endsAt, left: run.left };
}

/** Where responses hold a campaign back, it looks every few minutes before a batch starts: a week of that is enough. */
const maxIdleLooks = 2_000;

/** What can be written as a date of four digits. */
export const lastInstant: Instant = Date.UTC(9999, 11, 31);

class Run {
  readonly starts: PlannedStart[] = [];
  endsAt: Instant;
  /** Changed in place: a forecast has many batches, and nobody else sees it. */
  readonly #state: { -readonly [K in keyof PlanState]: PlanState[K] };
  readonly #waiting: WaitingMails;
  readonly #conditions: RunConditions;
  /** By attempt: parts of mails that the share of deferrals leaves over. */
  readonly #carried: number[] = [];

  constructor(from: PlanState, conditions: RunConditions) {
    this.endsAt = from.now;
    this.#state = { ...from };
    this.#waiting = new WaitingMails(from.deferredAt);
    this.#conditions = conditions;
  }

  get left(): number {
    return this.#state.planned + this.#waiting.count;
  }

  /** One look of the campaign: a batch, or time that passes. */
  look(): PlannedRun['ended'] | null {
    // The running campaign, too, sees no more of them than a batch can hold.
    this.#state.deferredAt = this.#waiting.first(this.#state.pace.size);
    const plan = planNext(this.#state);
    if (plan.kind === 'done') return 'done';
    if (plan.batch.at === Infinity) return 'never';
    if (plan.batch.at > lastInstant) return 'cut';
    if (plan.kind === 'wait' && plan.because === 'capacity') this.#state.now = plan.batch.at;
    else this.#send(plan.batch);
    return null;
  }

  #send(batch: BatchPlan): void {
    const { mailMs } = this.#conditions;
    const at = beginOf(this.#state, batch);
    const inWindow = mailMs === 0 ? Infinity : Math.ceil(((batch.until ?? Infinity) - at) / mailMs);
    const size = Math.min(batch.size, inWindow);
    const taken = this.#waiting.takeWith(freshAt(this.#state, at), { at, size, mailMs });
    const handed = taken.reduce((sum, count) => sum + count, 0);
    const inBatch = this.#state.interrupted?.left ?? batch.size;
    this.endsAt = at + handed * mailMs;
    this.#takeFresh(batch, taken[0] ?? 0);
    Object.assign(this.#state, {
      now: this.endsAt,
      latestStart: at,
      lastBatch: batch.number,
      retryAt: null,
      // Only the window's end interrupts; otherwise it is used up, or nobody was left for it.
      interrupted: handed === inWindow && handed < batch.size ? { left: inBatch - handed } : null,
      room: this.#state.room?.after(at, handed) ?? null,
    } satisfies Partial<PlanState>);
    if (handed > 0) this.starts.push({ batch: batch.number, at, size: handed, continues: batch.continues });
    this.#defer(taken);
  }

  #takeFresh(batch: BatchPlan, count: number): void {
    if (this.#state.limited.length > 0) {
      const after = afterBatch({ ...this.#state, deferredAt: [] }, { ...batch, size: count });
      this.#state.limited = after.limited;
    }
    this.#state.planned -= count;
  }

  /** Puts back what is deferred of a batch. `taken` by the attempts that the mails had had before. */
  #defer(taken: readonly number[]): void {
    const { deferralShare, backoffMs } = this.#conditions;
    if (deferralShare === 0) return;
    for (const [made, backoff] of backoffMs.entries()) {
      const deferred = (this.#carried[made] ?? 0) + (taken[made] ?? 0) * deferralShare;
      this.#carried[made] = deferred % 1;
      this.#waiting.add({ at: this.endsAt + backoff, attempts: made + 1, count: Math.floor(deferred) });
    }
  }
}

/** Mails that never were tried and may be taken at that instant. */
function freshAt({ planned, limited }: PlanState, at: Instant): number {
  if (limited.length === 0) return planned;
  const ofLimited = limited.reduce((sum, domain) => sum + domain.planned, 0);
  return planned - ofLimited + limitedRoom(limited, at);
}
