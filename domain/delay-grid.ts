import type { Instant } from './instant.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Upper bounds of the buckets in which delays of responses are counted (from the mail to the response), each bound
 * belonging to its bucket. Log-spaced: what matters is whether an answer takes 5 or 10 minutes, or one day or two.
 * Responses that take longer than the last bound count as none: no batch waits a week for them.
 */
export const delayGridMs: readonly number[] = [
  ...[1, 2, 3, 5, 8, 12, 20, 30, 45].map((count) => count * minute),
  ...[1, 1.5, 2, 3, 4, 6, 8, 12].map((count) => count * hour),
  ...[1, 2, 4, 7].map((count) => count * day),
];

/** How many responses came with a delay up to this bound and above the one before. Bounds are those of `delayGridMs`. */
export interface DelayCount {
  readonly uptoMs: number;
  readonly count: number;
}

/** Mails that left together. */
export interface MailsOut {
  readonly at: Instant;
  readonly size: number;
}

/** The share of mails answered up to each bound of the grid; between two bounds it grows evenly. */
export type AnsweredCurve = Float64Array;

/** The share of mails that have been answered when they are `ageMs` old, by a curve over the grid. */
export function answeredBy(curve: AnsweredCurve, ageMs: number): number {
  if (ageMs <= 0) return 0;
  const bucket = bucketOf(ageMs);
  const high = delayGridMs[bucket];
  const answered = bucket === 0 ? 0 : (curve[bucket - 1] ?? 0);
  if (high === undefined) return answered;
  const low = bucket === 0 ? 0 : (delayGridMs[bucket - 1] ?? 0);
  return answered + (((curve[bucket] ?? 0) - answered) * (ageMs - low)) / (high - low);
}

/** The bucket that an age is within; the number of buckets when it is older than all. */
export function bucketOf(ageMs: number): number {
  let bucket = 0;
  while (bucket < delayGridMs.length && ageMs >= (delayGridMs[bucket] ?? 0)) bucket += 1;
  return bucket;
}
