import type { Instant } from './instant.ts';
import type { RelayTroubleCode } from './outcome.ts';
import { describeGap } from './pace.ts';

/**
 * Guards: when a campaign holds itself, with a cause that a person must acknowledge. Pure.
 *
 * Semantics
 * - A share is the count in a window of the last `of`, divided by `of` or by what was looked at, whichever is more: the first
 *   bounce of a campaign is not 100 %, and so many bad ones that the rest of the window cannot mend it hold at once.
 * - A guard holds when its value reaches the threshold and warns from a part of it on. Null switches it off.
 * - The window begins anew when a person resumes a held campaign: the same evidence does not hold twice.
 */
export interface Guards {
  /** Refusals that say that the address will never take mail, among the last attempts. */
  readonly hardBounces: ShareLimit | null;
  /** People who complained, among those who were mailed (at least `of` are assumed). */
  readonly complaints: ShareLimit | null;
  /** "Come again later", among the last attempts. */
  readonly deferrals: ShareLimit | null;
  /** More open responses than the capacity, without a break. */
  readonly overCapacity: { readonly afterMs: number } | null;
  /** The next batch is late, although nothing closed the campaign. */
  readonly behindPlan: { readonly byMs: number } | null;
}

interface ShareLimit {
  /** 0–1. */
  readonly share: number;
  readonly of: number;
}

export const guardNames = ['hardBounces', 'complaints', 'deferrals', 'overCapacity', 'behindPlan'] as const;
export type GuardName = (typeof guardNames)[number];

/** Why a campaign holds itself: the relay as a whole, or a guard. */
export type HoldCause = RelayTroubleCode | GuardName;

/**
 * Bounces: senders with more than 5–10 % are stopped by the large providers. Complaints: from 0.30 % on they refuse, 0.10 % is
 * what they ask for. Deferrals: more than a greylisting relay makes when each second batch is tried again. Lateness is off:
 * a machine that was switched off over the weekend goes on by itself on Monday, unless somebody says that it shall not.
 */
export const defaultGuards: Guards = {
  hardBounces: { share: 0.08, of: 100 },
  complaints: { share: 0.003, of: 1_000 },
  deferrals: { share: 0.6, of: 200 },
  overCapacity: { afterMs: 30 * 60_000 },
  behindPlan: null,
};

/** What was counted since the window began. */
export interface GuardFacts {
  readonly now: Instant;
  /** Attempts in the window of the last `of`, and how many of them are of the guard's kind. */
  readonly hardBounces: Counted;
  readonly deferrals: Counted;
  /** People who complained since the window began, among all who were mailed. */
  readonly complaints: Counted;
  /** How long responses have been above the capacity; null when they are not, or nobody counts them. */
  readonly overCapacityMs: number | null;
  /** How long the next batch has been due, with nothing that closed the campaign; null when none is. */
  readonly lateMs: number | null;
}

interface Counted {
  readonly count: number;
  readonly among: number;
}

export interface Finding {
  readonly guard: GuardName;
  readonly level: 'warn' | 'hold';
  /** A share (0–1) or milliseconds, as the threshold. */
  readonly value: number;
  readonly threshold: number;
  /** "hard bounces 12 of the last 100 (12 %), threshold 8 %: check the list's age and source" */
  readonly sentence: string;
}

/** What stands out, in the order of the guards; a `hold` is one that holds the campaign. */
export function judgeGuards(guards: Guards, facts: GuardFacts): Finding[] {
  return guardNames.flatMap((guard) => {
    const measured = measure(guard, guards, facts);
    if (measured === null || measured.value <= 0) return [];
    const { value, threshold } = measured;
    if (value >= threshold) return [found(guard, 'hold', measured)];
    return value >= threshold * warnFrom[guard] ? [found(guard, 'warn', measured)] : [];
  });
}

/** The first guard that holds the campaign, or null. */
export function holdingGuard(findings: readonly Finding[]): Finding | null {
  return findings.find(({ level }) => level === 'hold') ?? null;
}

export function isGuardName(cause: string): cause is GuardName {
  return guardNames.some((guard) => guard === cause);
}

interface Measured {
  readonly value: number;
  readonly threshold: number;
  readonly words: string;
}

/** Part of the threshold from which a guard warns. */
const warnFrom: Readonly<Record<GuardName, number>> = {
  hardBounces: 1 / 2,
  complaints: 1 / 3,
  deferrals: 1 / 2,
  overCapacity: 1 / 2,
  behindPlan: 1 / 2,
};

function measure(guard: GuardName, guards: Guards, facts: GuardFacts): Measured | null {
  switch (guard) {
    case 'hardBounces':
      return shareOf(guards.hardBounces, facts.hardBounces, 'hard bounces', 'the last ');
    case 'complaints':
      return shareOf(guards.complaints, facts.complaints, 'complaints', '');
    case 'deferrals':
      return shareOf(guards.deferrals, facts.deferrals, 'deferrals', 'the last ');
    case 'overCapacity':
      return lasting(guards.overCapacity?.afterMs, facts.overCapacityMs, 'responses above the capacity for');
    case 'behindPlan':
      return lasting(guards.behindPlan?.byMs, facts.lateMs, 'behind the plan by');
  }
}

function shareOf(limit: ShareLimit | null, counted: Counted, what: string, the: string): Measured | null {
  if (limit === null) return null;
  const base = Math.max(limit.of, counted.among);
  const value = counted.count / base;
  // What was really looked at is said; the assumed size of the window only where the share is of it.
  const of =
    counted.among >= limit.of ? `${the}${counted.among}` : `${counted.among} so far, counted as ${limit.of}`;
  return {
    value,
    threshold: limit.share,
    words: `${what} ${counted.count} of ${of} (${percent(value)}), threshold ${percent(limit.share)}`,
  };
}

function lasting(limitMs: number | undefined, ms: number | null, what: string): Measured | null {
  if (limitMs === undefined || ms === null) return null;
  return {
    value: ms,
    threshold: limitMs,
    words: `${what} ${describeGap(ms)}, threshold ${describeGap(limitMs)}`,
  };
}

function found(guard: GuardName, level: Finding['level'], { value, threshold, words }: Measured): Finding {
  return { guard, level, value, threshold, sentence: `${words}: ${whatToCheck[guard]}` };
}

const whatToCheck: Readonly<Record<GuardName, string>> = {
  hardBounces: "check the list's age and source",
  complaints: 'check whether these people expect this mail, and whether they can easily end it',
  deferrals: "check the relay's queue and reputation; a smaller pace may help",
  overCapacity: 'check the staff at the desk; a smaller pace or a larger capacity helps',
  behindPlan: 'check what held the worker up, and whether the mail still makes sense this late',
};

/** Two digits that tell: 12 %, 0.3 %, 0.05 %. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
