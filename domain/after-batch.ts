import { roomOf, takeFrom, type LimitedDomain } from './domain-limit.ts';
import type { Instant } from './instant.ts';
import type { BatchPlan, PlanState } from './planner.ts';

/** What a batch takes: deferred mails that are due first, then limited domains as far as they may, then everybody else. */
export interface BatchTakes {
  readonly deferred: number;
  /** By index of `PlanState.limited`. */
  readonly limited: readonly number[];
  /** Recipients of domains without a limit. */
  readonly others: number;
}

/** When a planned batch begins: at its due time, or now when it is late. */
export function beginOf(state: PlanState, batch: BatchPlan): Instant {
  return Math.max(batch.at, state.now);
}

/** Who a planned batch takes, in the order of the claim. */
export function takesOf(state: PlanState, batch: BatchPlan): BatchTakes {
  const at = beginOf(state, batch);
  const due = state.deferredAt.filter((each) => each <= at).length;
  const deferred = Math.min(batch.size, due);
  let left = batch.size - deferred;
  const limited = state.limited.map((domain) => {
    const taken = Math.min(left, domain.planned, roomOf(domain, at));
    left -= taken;
    return taken;
  });
  return { deferred, limited, others: Math.min(left, unlimited(state)) };
}

/** The state after a batch that went as planned: everybody taken, nobody deferred. For forecasts and expectations. */
export function afterBatch(state: PlanState, batch: BatchPlan): PlanState {
  const at = beginOf(state, batch);
  const { deferred, limited, others } = takesOf(state, batch);
  const ofLimited = limited.reduce((sum, count) => sum + count, 0);
  return {
    ...state,
    now: at,
    latestStart: at,
    lastBatch: batch.number,
    interrupted: null,
    retryAt: null,
    planned: state.planned - ofLimited - others,
    limited: state.limited.map((domain: LimitedDomain, index) => takeFrom(domain, at, limited[index] ?? 0)),
    deferredAt: state.deferredAt.slice(deferred),
    room: state.room?.after(at, batch.size) ?? null,
  };
}

/** Recipients of domains without a limit that never were tried. */
function unlimited({ planned, limited }: PlanState): number {
  return planned - limited.reduce((sum, domain) => sum + domain.planned, 0);
}
