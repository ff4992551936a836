import type { Act, Bounds } from './explanation-facts.ts';
import type { Instant } from './instant.ts';
import { describeGap } from './pace.ts';

/** "by anna at 2026-12-01T09:00:00Z: two more people at the desk" */
export function describeAct({ at, by, reason }: Act): string {
  return `by ${by} at ${instant(at)}${reason === null || reason === '' ? '' : `: ${tidy(reason)}`}`;
}

/** Only of windows that are closed. */
export function describeClosed({ opensAt, timeZone }: NonNullable<Bounds['window']>): string {
  const opens =
    opensAt === null || !Number.isFinite(opensAt)
      ? 'none opens any more'
      : `the next one opens at ${instant(opensAt)}`;
  return `no window is open, ${opens} (${timeZone})`;
}

export function describeLimit({ domain, count, everyMs, freeAt }: NonNullable<Bounds['limit']>): string {
  const rule = `${domain} gets at most ${count} every ${describeGap(everyMs)}`;
  return freeAt === null
    ? `${rule}, which leaves room now`
    : `${rule}, and has had them until ${instant(freeAt)}`;
}

/** Replies and reasons come from outside: one line, without a full stop of their own. */
export function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/** To the second, in UTC. */
export function instant(at: Instant | null): string {
  return at === null ? 'an unknown time' : new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
