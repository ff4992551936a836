import type { Calendar } from './calendar.ts';
import type { Instant } from './instant.ts';
import { paceLimits, refusePace, type Pace } from './pace.ts';

/**
 * The forms in which people think of a pace. Each becomes a batch size and a gap, which is what the planner knows and
 * what is shown; what was asked for is kept beside it.
 */
export interface PaceForm {
  /** Mails an hour, spread evenly. */
  readonly perHour?: number;
  /** The last batch begins at or before this instant. */
  readonly finishBy?: Instant;
  readonly ramp?: Ramp;
  /** Share of the gap, 0 to 0.5, by which a gap is lengthened at most, so that batches do not come like clockwork. */
  readonly jitter?: number;
}

/** "Start with 10, double each batch": the batch after number `since` has `from` mails, each next one `factor` times as many. */
export interface Ramp {
  readonly from: number;
  readonly factor: number;
  /** Number of the last batch that was begun when the ramp was asked for. */
  readonly since: number;
}

/** A pace as somebody asks for it, in exactly one of three forms: size and gap, so many an hour, or finished by an instant. */
export interface AskedPace {
  readonly size?: number | undefined;
  readonly gapMs?: number | undefined;
  readonly perHour?: number | undefined;
  readonly finishBy?: Instant | undefined;
  readonly ramp?: Omit<Ramp, 'since'> | undefined;
  readonly jitter?: number | undefined;
}

export const paceFormLimits = {
  maxPerHour: 6_000_000,
  minRampFactor: 1.01,
  maxRampFactor: 100,
  maxJitter: 0.5,
} as const;

/** Batches of a spread pace are at least so far apart: each costs the database and Temporal a little work. */
const spreadGapMs = 60_000;
/** A plan to finish in time has at most so many batches. */
const spreadBatches = 1_000;
/** So far open time is counted day by day, for the number of batches: in years there is room for as many as there may be. */
const spreadLookMs = 5 * 366 * 86_400_000;
const hourMs = 3_600_000;

/** Why a pace cannot be asked for like this (fact, value, way out), or null when it can. Knows nothing of time and recipients. */
export function refuseAskedPace(asked: AskedPace): string | null {
  const { size, gapMs, perHour, finishBy, ramp, jitter } = asked;
  const forms = [size ?? gapMs, perHour, finishBy].filter((form) => form !== undefined).length;
  if (forms !== 1)
    return `a pace is size and gap, or perHour, or finishBy (got ${forms} of them); give exactly one`;
  if (perHour === undefined && finishBy === undefined) {
    const refusal = refusePace({ size: size ?? Number.NaN, gapMs: gapMs ?? Number.NaN });
    if (refusal !== null) return refusal;
  }
  if (perHour !== undefined && !isBetween(perHour, 1, paceFormLimits.maxPerHour))
    return `perHour must be a whole number from 1 to ${paceFormLimits.maxPerHour} (got ${perHour}); for less, use a size of 1 with a long gap`;
  if (finishBy !== undefined && !Number.isSafeInteger(finishBy))
    return 'finishBy must be milliseconds since 1970 (UTC)';
  if (ramp !== undefined) {
    const refusal = refuseRamp(ramp, size);
    if (refusal !== null) return refusal;
  }
  // Not a number from a signal is null when it comes from Temporal, and null counts as 0 in a comparison.
  if (jitter !== undefined && !(Number.isFinite(jitter) && jitter >= 0 && jitter <= paceFormLimits.maxJitter))
    return `jitter must be from 0 to ${paceFormLimits.maxJitter} of the gap (got ${jitter}); for more, use a longer gap`;
  if (jitter !== undefined && finishBy !== undefined)
    return 'a pace that has to finish by an instant takes no jitter, which would make it late; leave it out or give size and gap';
  return null;
}

function refuseRamp({ from, factor }: Omit<Ramp, 'since'>, size: number | undefined): string | null {
  const { minRampFactor, maxRampFactor } = paceFormLimits;
  if (size === undefined) return 'a ramp climbs to a size; give size and gap with it';
  if (!isBetween(from, 1, size))
    return `a ramp must begin with 1 to ${size} mails, the size it climbs to (got ${from})`;
  if (!(factor >= minRampFactor && factor <= maxRampFactor))
    return `a ramp's factor must be from ${minRampFactor} to ${maxRampFactor} (got ${factor}); without a ramp, leave it out`;
  return null;
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** What a pace depends on when it is asked for. */
export interface PaceSituation {
  /** Mails still to be sent. */
  readonly recipients: number;
  /** When the next batch may go at the earliest. */
  readonly from: Instant;
  readonly calendar: Calendar;
  /** Number of the last batch that was begun. */
  readonly lastBatch: number;
}

export type ResolvedPace = { readonly pace: Pace; readonly form: PaceForm } | { readonly refusal: string };

/** Size and gap of a pace in any form; what was asked for beside them. */
export function resolvePace(asked: AskedPace, situation: PaceSituation): ResolvedPace {
  const refusal = refuseAskedPace(asked);
  if (refusal !== null) return { refusal };
  const { size = 0, gapMs = 0, perHour, finishBy, ramp, jitter = 0 } = asked;
  const swayed = jitter === 0 ? {} : { jitter };
  if (perHour !== undefined) return { pace: spreadPerHour(perHour), form: { perHour, ...swayed } };
  if (finishBy !== undefined) {
    const plan = paceToFinishBy({ ...situation, by: finishBy });
    if (plan.kind === 'impossible') return { refusal: tooEarly(finishBy, plan.earliest) };
    return { pace: plan.pace, form: { finishBy } };
  }
  const climbing = ramp === undefined ? {} : { ramp: { ...ramp, since: situation.lastBatch } };
  return { pace: { size, gapMs }, form: { ...climbing, ...swayed } };
}

function tooEarly(finishBy: Instant, earliest: Instant | null): string {
  const possible =
    earliest === null
      ? 'the windows never open; widen them'
      : `the earliest possible is ${instant(earliest)}`;
  return `it cannot be finished by ${instant(finishBy)}: ${possible}`;
}

function instant(at: Instant): string {
  // Rounded up: what is named must be possible.
  return new Date(Math.ceil(at / 1_000) * 1_000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Size of a batch: the pace's, on the way up a ramp less. */
export function sizeOfBatch(pace: Pace, ramp: Ramp | null, number: number): number {
  if (ramp === null) return pace.size;
  const step = Math.max(0, number - ramp.since - 1);
  // Far up the ramp the power is larger than any number; min() takes the pace's size then.
  return Math.max(1, Math.min(pace.size, Math.floor(ramp.from * ramp.factor ** step)));
}

/** The gap after a batch, in ms: never shorter than the pace's, longer by up to the jitter, the same at every look. */
export function gapAfter(pace: Pace, jitter: Jitter | null, number: number): number {
  if (jitter === null) return pace.gapMs;
  return pace.gapMs + Math.floor(pace.gapMs * jitter.share * fractionOf(jitter.seed, number));
}

export interface Jitter {
  readonly share: number;
  /** Differs between campaigns, so that they do not move together. */
  readonly seed: number;
}

/**
 * The pace of so many mails an hour: small batches at least a minute apart, with a gap of whole minutes, else of whole
 * seconds, where one keeps the rate exactly; otherwise the gap is rounded up, so that the rate is never exceeded.
 */
export function spreadPerHour(perHour: number): Pace {
  const least = Math.max(1, Math.ceil((perHour * spreadGapMs) / hourMs));
  const size =
    exactSize(perHour, least, least * 4, 60) ?? exactSize(perHour, least, least * 10, 3_600) ?? least;
  return { size, gapMs: Math.ceil((size * hourMs) / perHour) };
}

/** The smallest size whose gap is a whole number of the hour's parts (60: minutes, 3600: seconds). */
function exactSize(perHour: number, least: number, most: number, parts: number): number | null {
  for (let size = least; size <= Math.min(most, paceLimits.maxSize); size += 1)
    if ((size * parts) % perHour === 0) return size;
  return null;
}

export type FinishByPlan =
  | { readonly kind: 'pace'; readonly pace: Pace }
  /** Not even the fastest pace ends in time; `earliest` is when it would (null: the windows never open). */
  | { readonly kind: 'impossible'; readonly earliest: Instant | null };

/**
 * The gentlest pace whose last batch begins by an instant: the smallest batches, at least a minute apart, spread over the
 * open windows until then.
 */
export function paceToFinishBy(plan: {
  readonly recipients: number;
  readonly from: Instant;
  readonly by: Instant;
  readonly calendar: Calendar;
}): FinishByPlan {
  const { recipients, from, by, calendar } = plan;
  const count = Math.max(1, recipients);
  const lastStart = (size: number, gapMs: number): Instant =>
    slot(calendar, from, gapMs, Math.ceil(count / size));
  const earliest = lastStart(paceLimits.maxSize, paceLimits.minGapMs);
  if (earliest > by)
    return { kind: 'impossible', earliest: Number.isFinite(earliest) ? Math.ceil(earliest) : null };
  const openMs = Math.max(1, calendar.openMs(from, Math.min(by, from + spreadLookMs)));
  const batches = Math.max(1, Math.min(spreadBatches, count, Math.floor(openMs / spreadGapMs) + 1));
  let size = Math.ceil(count / batches);
  // Windows may lose a batch at each of their ends; a little larger batches make up for it.
  while (size < Math.min(count, paceLimits.maxSize) && lastStart(size, spreadGapMs) > by)
    size = Math.min(paceLimits.maxSize, Math.ceil(size * 1.05 + 0.5));
  const gapMs = longestGap(paceLimits.minGapMs, paceLimits.maxGapMs, (gap) => lastStart(size, gap) <= by);
  return { kind: 'pace', pace: { size, gapMs } };
}

/** When the n-th batch begins if each begins as soon as it may. */
function slot(calendar: Calendar, from: Instant, gapMs: number, n: number): Instant {
  let at = calendar.opensAt(from);
  for (let batch = 1; batch < n && Number.isFinite(at); batch += 1) at = calendar.opensAt(at + gapMs);
  return at;
}

/** The longest gap of whole seconds that still is in time: a longer gap never makes a batch earlier. */
function longestGap(minMs: number, maxMs: number, inTime: (gapMs: number) => boolean): number {
  let [low, high] = [Math.ceil(minMs / 1_000), Math.floor(maxMs / 1_000)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (inTime(middle * 1_000)) low = middle;
    else high = middle - 1;
  }
  return low * 1_000;
}

/** A fraction in [0, 1) that looks random and is the same for the same campaign and batch (an integer hash, murmur3's last step). */
function fractionOf(seed: number, number: number): number {
  let mixed = Math.imul(seed ^ (number + 0x9e3779b9), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}
