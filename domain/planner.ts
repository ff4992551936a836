import type { Calendar } from './calendar.ts';
import { limitedRoom, limitedRoomAt, type LimitedDomain } from './domain-limit.ts';
import type { Instant } from './instant.ts';
import { gapAfter, sizeOfBatch, type Jitter, type Ramp } from './pace-form.ts';
import type { Pace } from './pace.ts';
import type { ResponseRoom } from './response-room.ts';

/**
 * The planner: when the next batch is due and how large it may be. Pure; used by the running campaign, by what the
 * API shows as `next`, and by every expectation about the future, so that the forecast is the plan.
 *
 * Semantics
 * - A batch is due at the latest start (or continuation) of a batch plus the gap, never before `notBefore` (scheduled
 *   start, last resume): nothing missed in a pause is caught up, and a pause inside a gap does not move the due time.
 * - An interrupted batch goes on first, at once, with what is left of its size but never more than today's size.
 * - Deferred mails travel inside later batches, so that the pace holds; alone, they make a batch when they are due,
 *   those together that come due within a minute.
 * - Nothing leaves while the calendar is closed: a batch that would begin then waits until it opens, one that is under
 *   way ends at `until` and goes on when it opens again. Then one batch goes, and the gap counts from it.
 * - Where a domain has a limit, its recipients use no more of a batch than the limit leaves; the others are not delayed.
 * - Where responses bound the campaign, a batch is as large as they leave room for at the moment in which it begins.
 */
export interface PlanState {
  readonly now: Instant;
  readonly pace: Pace;
  readonly ramp: Ramp | null;
  readonly jitter: Jitter | null;
  readonly notBefore: Instant;
  /** Why `notBefore` is what it is: said to people who ask what the campaign waits for. */
  readonly notBeforeReason: 'startAt' | 'resumed';
  readonly latestStart: Instant | null;
  /** Number of the last batch that was begun, 0 when none. */
  readonly lastBatch: number;
  /** The last batch when it has no end yet; `left` of its size. `plannedAt` is its first due time. */
  readonly interrupted: { readonly left: number } | null;
  /** After trouble of the relay: not before this instant. */
  readonly retryAt: Instant | null;
  /** Deliveries that never were tried, those of limited domains among them. */
  readonly planned: number;
  readonly limited: readonly LimitedDomain[];
  /** Deferred deliveries by the instant at which each may be tried again, ascending (the first ones suffice). */
  readonly deferredAt: readonly Instant[];
  readonly calendar: Calendar;
  /** What open and expected responses leave room for; null when the campaign does not follow them. */
  readonly room: ResponseRoom | null;
}

export type WaitReason =
  | 'startAt'
  | 'resumed'
  | 'gap'
  | 'deferral'
  | 'relay'
  | 'window'
  | 'limit'
  | 'capacity';

export type Plan =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly batch: BatchPlan; readonly because: WaitReason }
  | { readonly kind: 'batch'; readonly batch: BatchPlan };

export interface BatchPlan {
  readonly number: number;
  readonly size: number;
  /** When it is due. In the past when something (an outage, a pause of the workers) made it late. */
  readonly at: Instant;
  readonly continues: boolean;
  /** When the calendar closes: what has not left by then waits until it opens again. Left out when it does not close. */
  readonly until?: Instant;
  /** True: the size is a guess about the moment in which it is due, and is decided then. Left out otherwise. */
  readonly tentative?: true;
}

/** What to do now: nothing any more, wait for a batch, or send it. Waits for ever (`at` Infinity) when the calendar never opens. */
export function planNext(state: PlanState): Plan {
  const next = nextBatch(state);
  if (next === null) return { kind: 'done' };
  const { because, ...batch } = next;
  return batch.at > state.now ? { kind: 'wait', batch, because } : { kind: 'batch', batch };
}

type Next = BatchPlan & { readonly because: WaitReason };

function nextBatch(state: PlanState): Next | null {
  const { interrupted, pace } = state;
  const number = interrupted === null ? state.lastBatch + 1 : state.lastBatch;
  if (interrupted !== null) {
    const due = latest([[state.notBefore, state.notBeforeReason], retry(state)]);
    const size = Math.min(interrupted.left, pace.size);
    return bounded(state, { number, size, continues: true }, due);
  }
  if (state.planned === 0 && state.deferredAt.length === 0) return null;
  const due = latest([
    [state.notBefore, state.notBeforeReason],
    state.latestStart === null
      ? null
      : [state.latestStart + gapAfter(pace, state.jitter, state.lastBatch), 'gap'],
    state.planned === 0 ? [gatherDeferred(state), 'deferral'] : null,
    retry(state),
  ]);
  return bounded(
    state,
    { number, size: sizeOfBatch(pace, state.ramp, number), continues: false },
    withinLimits(state, due),
  );
}

/**
 * When a batch of deferred mails alone should begin. The mails of one batch were deferred seconds apart: a batch for the
 * first of them would make the others wait another gap, so those that come within a minute travel together.
 */
function gatherDeferred({ deferredAt, pace }: PlanState): Instant {
  const first = deferredAt[0] ?? -Infinity;
  const together = deferredAt.filter((at) => at <= first + Math.min(pace.gapMs, gatherMs));
  return together.at(-1) ?? first;
}

const gatherMs = 60_000;

type Due = readonly [Instant, WaitReason];

function retry(state: PlanState): Due | null {
  return state.retryAt === null ? null : [state.retryAt, 'relay'];
}

/** The latest of several bounds decides; among equals the first. */
function latest(bounds: readonly (Due | null)[]): Due {
  return bounds.reduce<Due>(
    (best, due) => (due !== null && due[0] > best[0] ? due : best),
    [-Infinity, 'gap'],
  );
}

/** Later, when nobody but recipients of limited domains is left and their limits are used up at the due time. */
function withinLimits(state: PlanState, due: Due): Due {
  const at = Math.max(due[0], state.now);
  if (state.limited.length === 0 || available(state, at) > 0) return due;
  const free = limitedRoomAt(state.limited, at);
  return [Math.min(free, state.deferredAt[0] ?? Infinity), 'limit'];
}

/** How many could be taken at that instant, whatever the pace. */
function available({ planned, limited, deferredAt }: PlanState, at: Instant): number {
  const ofLimited = limited.reduce((sum, domain) => sum + domain.planned, 0);
  const due = deferredAt.filter((each) => each <= at).length;
  return planned - ofLimited + limitedRoom(limited, at) + due;
}

/** Puts the calendar, what is there, and the responses around a batch. */
function bounded(
  state: PlanState,
  batch: Pick<BatchPlan, 'number' | 'size' | 'continues'>,
  [due, dueTo]: Due,
): Next {
  const { calendar, room } = state;
  // A batch that is late begins now, so that now must be open; its due time stays what it was.
  const begins = Math.max(due, state.now);
  const opens = calendar.opensAt(begins);
  const [at, because]: Due = opens > begins ? [opens, 'window'] : [due, dueTo];
  const size = batch.continues ? batch.size : Math.min(batch.size, available(state, Math.max(at, begins)));
  const whole = { ...batch, size, at, because, ...endOfWindow(calendar, Math.max(at, begins)) };
  if (room === null || size === 0) return whole;
  const decision = room.decide(Math.max(at, begins), size);
  // A ceiling lets a batch grow with the room, but neither a ramp nor what is left of a batch.
  const grows = !batch.continues && state.ramp === null;
  const most = grows ? available(state, Math.max(at, begins)) : size;
  if (decision.size > 0) return { ...whole, size: Math.min(most, decision.size), tentative: true };
  const again = Math.max(decision.lookAgainAt, Math.max(at, begins) + 1_000);
  return { ...whole, at: calendar.opensAt(again), because: 'capacity', tentative: true };
}

function endOfWindow(calendar: Calendar, at: Instant): { until?: Instant } {
  const until = calendar.closesAt(at);
  return Number.isFinite(until) && until > at ? { until } : {};
}
