import type { Instant } from './instant.ts';
import type { Pace } from './pace.ts';

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
 * - `opensAt` maps an instant to the first one at or after it at which mails may leave (windows, holidays).
 */
export interface PlanState {
  readonly now: Instant;
  readonly pace: Pace;
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
  /** Deliveries that never were tried (may be counted only up to the pace's size). */
  readonly planned: number;
  /** Deferred deliveries by the instant at which each may be tried again, ascending (the first ones suffice). */
  readonly deferredAt: readonly Instant[];
  readonly opensAt: (at: Instant) => Instant;
}

export type WaitReason = 'startAt' | 'resumed' | 'gap' | 'deferral' | 'relay' | 'window';

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
}

/** What to do now: nothing any more, wait for a batch, or send it. */
export function planNext(state: PlanState): Plan {
  const next = nextBatch(state);
  if (next === null) return { kind: 'done' };
  const { because, ...batch } = next;
  return batch.at > state.now ? { kind: 'wait', batch, because } : { kind: 'batch', batch };
}

function nextBatch(state: PlanState): (BatchPlan & { because: WaitReason }) | null {
  const { interrupted, pace } = state;
  if (interrupted !== null) {
    const due = latest([[state.notBefore, state.notBeforeReason], retry(state)]);
    return {
      number: state.lastBatch,
      size: Math.min(interrupted.left, pace.size),
      continues: true,
      ...inWindow(state, due),
    };
  }
  if (state.planned === 0 && state.deferredAt.length === 0) return null;
  const due = latest([
    [state.notBefore, state.notBeforeReason],
    state.latestStart === null ? null : [state.latestStart + pace.gapMs, 'gap'],
    state.planned === 0 ? [gatherDeferred(state), 'deferral'] : null,
    retry(state),
  ]);
  const window = inWindow(state, due);
  const when = Math.max(window.at, state.now);
  const available = state.planned + state.deferredAt.filter((at) => at <= when).length;
  return { number: state.lastBatch + 1, size: Math.min(pace.size, available), continues: false, ...window };
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

function inWindow(state: PlanState, [at, because]: Due): { at: Instant; because: WaitReason } {
  const opens = state.opensAt(at);
  return opens > at ? { at: opens, because: 'window' } : { at, because };
}
