import { afterBatch, beginOf, takesOf } from './after-batch.ts';
import type { Instant } from './instant.ts';
import { planNext, type PlanState } from './planner.ts';

/** Where a recipient stands. `ahead` counts those of the same kind who come first. */
export type Place =
  /** `limit` is the index of the limit of their domain, null without one. */
  | { readonly kind: 'planned'; readonly ahead: number; readonly limit: number | null }
  | { readonly kind: 'deferred'; readonly notBefore: Instant; readonly ahead: number };

export interface ExpectedBatch {
  readonly batch: number;
  readonly at: Instant;
}

/**
 * The batch in which a recipient will be tried if nothing changes: the planner itself, run forward batch by batch. null when the plan
 * ends before (it does not know of everybody, no batch is near, or the windows never open).
 */
export function expectBatch(start: PlanState, place: Place): ExpectedBatch | null {
  let state = start;
  let ahead = place.ahead;
  for (let steps = 0; steps < maxSteps; steps++) {
    const plan = planNext(state);
    if (plan.kind === 'done' || !Number.isFinite(plan.batch.at)) return null;
    if (plan.kind === 'wait' && plan.because === 'capacity') {
      // Nothing leaves then; it is looked at again.
      state = { ...state, now: plan.batch.at, room: state.room?.heldBack() ?? null };
      continue;
    }
    const at = beginOf(state, plan.batch);
    const taken = takenOf(place, takesOf(state, plan.batch));
    const mayGo = place.kind === 'planned' || place.notBefore <= at;
    if (mayGo && ahead < taken) return { batch: plan.batch.number, at };
    ahead = Math.max(0, ahead - taken);
    state = afterBatch(state, plan.batch);
  }
  return null;
}

function takenOf(place: Place, takes: ReturnType<typeof takesOf>): number {
  if (place.kind === 'deferred') return takes.deferred;
  return place.limit === null ? takes.others : (takes.limited[place.limit] ?? 0);
}

/** As many batches as the largest campaigns have at the smallest sensible size. */
const maxSteps = 100_000;
