import type { Plan, PlanState } from './planner.ts';

/** The batch of mails that leave one by one, out of turn. No gap counts from it and it uses up nobody's place. */
export const singlesBatch = 0;

/**
 * Mails that somebody wants to leave at once come before everything else, as a batch of their own: the next batch is due when
 * it was. They wait for nothing but a relay in trouble and a window that has closed meanwhile. Null when there are none. Pure.
 */
export function planSingles(
  state: Pick<PlanState, 'now' | 'retryAt' | 'notBefore' | 'calendar'>,
  singles: number,
): Plan | null {
  if (singles === 0) return null;
  const { now, retryAt, notBefore, calendar } = state;
  const free = Math.max(now, notBefore, retryAt ?? -Infinity);
  const at = calendar.opensAt(free);
  const closes = calendar.closesAt(at);
  const until = Number.isFinite(closes) && closes > at ? { until: closes } : {};
  const batch = { number: singlesBatch, size: singles, at, continues: false, ...until };
  if (at <= now) return { kind: 'batch', batch };
  return { kind: 'wait', batch, because: at > free ? 'window' : free === retryAt ? 'relay' : 'resumed' };
}
