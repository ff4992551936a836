import type { CapacityInput } from './capacity-input.ts';
import type { Instant } from './instant.ts';
import { followOpen, outlookOffsetsMs, type Outlook } from './open-outlook.ts';

/**
 * Standard deviations between the expected number open and the limit. By the simulation in test/domain: at 1 a desk may be
 * above its limit for 6 % of the time, at 1.75 for 1 to 4 %, and a roomy desk loses nothing; at 2 a tight one idles.
 */
const caution = 1.75;

/** Below this expected peak there is always room for a batch, however small the room is by count. */
export function idleLevel(limit: number): number {
  return limit / 2;
}

/** The largest size up to `upper` whose expected peak, margin included, is within the limit; 0 when there is none. */
export function largestSize(outlook: Outlook, upper: number): number {
  if (peakOf(outlook, upper) <= outlook.drain.limit) return upper;
  let [fits, tooLarge] = [0, upper];
  while (tooLarge - fits > 1) {
    const size = Math.floor((fits + tooLarge) / 2);
    if (peakOf(outlook, size) <= outlook.drain.limit) fits = size;
    else tooLarge = size;
  }
  return fits;
}

/** The expected peak with its margin; what is open now has none. */
export function peakOf(outlook: Outlook, size: number): number {
  let peak = outlook.open;
  followOpen(outlook, size, (open, deviation) => {
    peak = Math.max(peak, open + caution * deviation);
  });
  return peak;
}

/**
 * When the expected number open should leave room for `enough` mails (or has fallen by one at least), or silence could
 * begin; not sooner than in a minute and within an hour, because an expectation is no certainty.
 */
export function lookAgain(
  { now, limit, silentAfterMs, lastSignalAt }: CapacityInput,
  outlook: Outlook,
  enough: number,
): Instant {
  const answers = outlook.perMail.reduce((sum, share) => sum + share, 0);
  const target = Math.max(idleLevel(limit), limit - enough * answers);
  const lower = Math.min(target, peakOf(outlook, 0) - 1);
  let lookMs = minLookMs;
  followOpen(outlook, 0, (open, deviation, step) => {
    // The path falls in the end: the last time that it is above counts.
    if (open + caution * deviation > lower) lookMs = outlookOffsetsMs[step] ?? lookMs;
  });
  const silentAt = lastSignalAt === null ? Infinity : lastSignalAt + silentAfterMs;
  return now + Math.max(minLookMs, Math.min(lookMs, maxLookMs, silentAt - now));
}

const minLookMs = 60_000;
const maxLookMs = 60 * 60_000;
