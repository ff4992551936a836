import type { Instant } from './instant.ts';
import { planNext, type PlanState } from './planner.ts';

/** Where a recipient stands. `ahead` counts those of the same kind who come first. */
export type Place =
  | { readonly kind: 'planned'; readonly ahead: number }
  | { readonly kind: 'deferred'; readonly notBefore: Instant; readonly ahead: number };

export interface ExpectedBatch {
  readonly batch: number;
  readonly at: Instant;
}

/**
 * The batch in which a recipient will be tried if nothing changes: the planner itself, run forward batch by batch. null when the plan
 * ends before (it does not know of everybody, or no batch is near).
 */
export function expectBatch(start: PlanState, place: Place): ExpectedBatch | null {
  let state = start;
  let ahead = place.ahead;
  for (let steps = 0; steps < maxSteps; steps++) {
    const plan = planNext(state);
    if (plan.kind === 'done') return null;
    const { number, size } = plan.batch;
    const at = Math.max(plan.batch.at, state.now);
    const due = Math.min(size, state.deferredAt.filter((each) => each <= at).length);
    const fresh = Math.min(size - due, state.planned);
    if (place.kind === 'planned' && ahead < fresh) return { batch: number, at };
    if (place.kind === 'deferred' && place.notBefore <= at && ahead < due) return { batch: number, at };
    ahead = Math.max(0, ahead - (place.kind === 'planned' ? fresh : due));
    state = {
      ...state,
      now: at,
      latestStart: at,
      lastBatch: number,
      interrupted: null,
      retryAt: null,
      planned: state.planned - fresh,
      deferredAt: state.deferredAt.slice(due),
    };
  }
  return null;
}

/** As many batches as the largest campaigns have at the smallest sensible size. */
const maxSteps = 100_000;
