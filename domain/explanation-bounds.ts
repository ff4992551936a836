import type { Check } from './explanation.ts';
import type { Instant } from './instant.ts';
import { describeGap } from './pace.ts';
import { sayInstant as instant } from './say-instant.ts';

/**
 * What bounds the batches of a campaign, as the explanation of one recipient tells it. Each null where the campaign has no
 * such rule, or where the mail has gone.
 */
export interface Bounds {
  /** Windows and holidays: `opensAt` null while they are open, `closesAt` null while they are closed; Infinity for never. */
  readonly window: {
    readonly timeZone: string;
    readonly opensAt: Instant | null;
    readonly closesAt: Instant | null;
  } | null;
  /** The limit of this recipient's domain; `freeAt` null while it leaves room. */
  readonly limit: {
    readonly domain: string;
    readonly count: number;
    readonly everyMs: number;
    readonly freeAt: Instant | null;
  } | null;
  /** What the responses allow, in the words of the decision. */
  readonly capacity: { readonly heldBack: boolean; readonly sentence: string } | null;
}

export const noBounds: Bounds = { window: null, limit: null, capacity: null };

/** What makes it later than the pace alone would. */
export function boundBy({ window, limit, capacity }: Bounds): string {
  const closed = window === null || window.opensAt === null ? null : describeClosed(window);
  const used = limit === null || limit.freeAt === null ? null : describeLimit(limit);
  const held = capacity === null || !capacity.heldBack ? null : capacity.sentence;
  const reasons = [closed, used, held].filter((reason) => reason !== null);
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}

/** Windows, limits and responses, where the campaign has them. */
export function boundChecks({ window, limit, capacity }: Bounds): Check[] {
  const checks: Check[] = [];
  if (window !== null)
    checks.push({
      check: 'window',
      passed: window.opensAt === null,
      evidence:
        window.opensAt === null
          ? `a window is open${until(window.closesAt)} (${window.timeZone})`
          : describeClosed(window),
    });
  if (limit !== null)
    checks.push({ check: 'limit', passed: limit.freeAt === null, evidence: describeLimit(limit) });
  if (capacity !== null)
    checks.push({ check: 'capacity', passed: !capacity.heldBack, evidence: capacity.sentence });
  return checks;
}

function until(closesAt: Instant | null): string {
  return closesAt === null || !Number.isFinite(closesAt) ? '' : ` until ${instant(closesAt)}`;
}

function describeClosed({ opensAt, timeZone }: NonNullable<Bounds['window']>): string {
  const opens =
    opensAt === null || !Number.isFinite(opensAt)
      ? 'none opens any more'
      : `the next one opens at ${instant(opensAt)}`;
  return `no window is open, ${opens} (${timeZone})`;
}

function describeLimit({ domain, count, everyMs, freeAt }: NonNullable<Bounds['limit']>): string {
  const rule = `${domain} gets at most ${count} every ${describeGap(everyMs)}`;
  return freeAt === null
    ? `${rule}, which leaves room now`
    : `${rule}, and has had them until ${instant(freeAt)}`;
}
