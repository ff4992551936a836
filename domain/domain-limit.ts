import type { Instant } from './instant.ts';

/** "No more than 20 every 10 minutes to gmail.com": a receiving domain and what it may get in any stretch of time. */
export interface DomainLimit {
  readonly domain: string;
  readonly count: number;
  readonly everyMs: number;
}

/** A limit at work in a campaign. */
export interface LimitedDomain extends DomainLimit {
  /** Recipients at this domain that never were tried. */
  readonly planned: number;
  /** Mails taken for this domain, ascending; those longer ago than `everyMs` are of no interest. */
  readonly taken: readonly Taken[];
}

export interface Taken {
  readonly at: Instant;
  readonly count: number;
}

/** How many recipients of limited domains may be taken at that instant. */
export function limitedRoom(domains: readonly LimitedDomain[], at: Instant): number {
  return domains.reduce((sum, domain) => sum + Math.min(domain.planned, roomOf(domain, at)), 0);
}

/** The first instant at or after `at` at which a recipient of some limited domain may be taken; Infinity when none is left. */
export function limitedRoomAt(domains: readonly LimitedDomain[], at: Instant): Instant {
  return domains.reduce((first, domain) => Math.min(first, freeAt(domain, at)), Infinity);
}

/** What a limit leaves at that instant. */
export function roomOf({ count, everyMs, taken }: LimitedDomain, at: Instant): number {
  const recent = taken.reduce((sum, each) => (each.at > at - everyMs ? sum + each.count : sum), 0);
  return Math.max(0, count - recent);
}

/** The domain after so many mails were taken for it at that instant. */
export function takeFrom(domain: LimitedDomain, at: Instant, count: number): LimitedDomain {
  if (count === 0) return domain;
  const taken = [...domain.taken.filter((each) => each.at > at - domain.everyMs), { at, count }];
  return { ...domain, planned: domain.planned - count, taken };
}

/** The first instant at or after `at` at which a recipient of this domain may be taken; Infinity when none is left. */
export function freeAt(domain: LimitedDomain, at: Instant): Instant {
  return domain.planned === 0 ? Infinity : roomAt(domain, at);
}

/** The first instant at or after `at` at which the limit leaves room for somebody. */
function roomAt(domain: LimitedDomain, at: Instant): Instant {
  if (roomOf(domain, at) > 0) return at;
  const frees = domain.taken.map((each) => each.at + domain.everyMs).filter((each) => each > at);
  return frees.find((each) => roomOf(domain, each) > 0) ?? at;
}

/**
 * When deferred mails may be tried again, ascending: at their own time, but not before the limit of their domain leaves room.
 * @param limit 0, or the place of the domain in `domains` counted from 1
 */
export function deferredWithinLimits(
  deferred: readonly { readonly at: Instant; readonly limit: number }[],
  domains: readonly LimitedDomain[],
  now: Instant,
): Instant[] {
  const free = domains.map((domain) => roomAt(domain, now));
  return deferred
    .map(({ at, limit }) => Math.max(at, free[limit - 1] ?? -Infinity))
    .toSorted((one, other) => one - other);
}
