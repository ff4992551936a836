import type { CapacityInput } from './capacity-input.ts';
import { answeredBy, delayGridMs, type MailsOut } from './delay-grid.ts';
import { drainOf, expectedDrain } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import { followOpen, lookOut, type KnownStream } from './open-outlook.ts';
import { learnResponses, type ResponseModel } from './response-model.ts';

/** How many responses are expected to be open while the batches of a forecast leave, against the capacity. */
export interface ExpectedOpen {
  readonly limit: number;
  /** Highest expected number, and when. What is open now counts. */
  readonly peak: number;
  readonly peakAt: Instant;
  /** Standard deviation at the peak: with a peak of 24 and 4 here, 28 would be no surprise. */
  readonly peakDeviation: number;
  /** Time for which more than the limit are expected, closed hours of the desk included. */
  readonly aboveMs: number;
  /** Half an hour from opened to handled is assumed: nothing is stated and nothing was handled yet. */
  readonly assumesHandling: boolean;
  /** The curve from now to when the last mails are as good as answered. */
  readonly points: readonly { readonly at: Instant; readonly open: number }[];
}

/**
 * @param input what is known now (a draft: nothing yet, the stated prior decides)
 * @param batches those to come, by the forecast, ascending; what is due in the past leaves now
 */
export function expectedOpen(
  input: CapacityInput,
  batches: readonly { readonly batch: number; readonly at: Instant; readonly size: number }[],
): ExpectedOpen {
  const { now, limit, open, hours } = input;
  const own = { ...input.stream, model: learnResponses(input.stream, now) };
  const others = input.others.map((stream) => ({ ...stream, model: learnResponses(stream, now) }));
  const coming = batches.map(({ at, size }) => ({ at: Math.max(at, now), size }));
  const ends = cellEnds(now, coming, own.model);
  const drain = expectedDrain(input.handled, input.handlingMs, limit);
  const assumesHandling = drainOf(input.handled, input.handlingMs, limit).perOpen === 0;
  const outlook = {
    ...lookOut(now, open, drain, [{ ...own, batches: [] }], null),
    workingMs: Float64Array.from(ends, (end, cell) => {
      const from = ends[cell - 1] ?? now;
      return hours === null ? end - from : hours.openMs(from, end);
    }),
    ...arrivalsIn(now, ends, [{ ...own, batches: [...own.batches, ...coming] }, ...others]),
  };
  let peak = { at: now, open, deviation: 0 };
  let aboveMs = 0;
  const points = [{ at: now, open }];
  followOpen(outlook, 0, (level, deviation, cell) => {
    const at = ends[cell] ?? now;
    if (level > peak.open) peak = { at, open: level, deviation };
    if (level > limit) aboveMs += at - (ends[cell - 1] ?? now);
    points.push({ at, open: level });
  });
  return {
    limit,
    peak: peak.open,
    peakAt: peak.at,
    peakDeviation: peak.deviation,
    aboveMs,
    assumesHandling,
    points,
  };
}

const cellMs = 5 * 60_000;
const maxCellsOfGap = 12;
const tailCells = 60;

/** Ends of the cells in which the curve is drawn: every batch begins one, a gap has some, and the last answers have theirs. */
function cellEnds(now: Instant, coming: readonly MailsOut[], model: ResponseModel): Instant[] {
  const ends: Instant[] = [];
  let from = now;
  const divide = (to: Instant, cells: number): void => {
    for (let cell = 1; cell <= cells; cell += 1) ends.push(from + ((to - from) * cell) / cells);
    from = to;
  };
  for (const { at } of coming)
    if (at > from) divide(at, Math.min(maxCellsOfGap, Math.ceil((at - from) / cellMs)));
  divide(from + settledAfterMs(model), tailCells);
  return ends;
}

/** The age at which 99 % of those who answer have answered. */
function settledAfterMs({ answered, rate }: ResponseModel): number {
  return delayGridMs.find((_, bucket) => (answered[bucket] ?? 0) >= 0.99 * rate) ?? delayGridMs.at(-1) ?? 0;
}

function arrivalsIn(
  now: Instant,
  ends: readonly Instant[],
  streams: readonly KnownStream[],
): { arrivals: Float64Array; arrivalsError: Float64Array } {
  const arrivals = new Float64Array(ends.length);
  const arrivalsError = new Float64Array(ends.length);
  for (const { batches, model } of streams) {
    const settledMs = settledAfterMs(model);
    for (const batch of batches) {
      let before = answeredBy(model.answered, now - batch.at);
      for (let cell = firstAfter(ends, batch.at); cell < ends.length; cell += 1) {
        const end = ends[cell] ?? now;
        const upto = answeredBy(model.answered, end - batch.at);
        const come = batch.size * (upto - before);
        arrivals[cell] = (arrivals[cell] ?? 0) + come;
        arrivalsError[cell] = (arrivalsError[cell] ?? 0) + come * model.uncertainty;
        before = upto;
        if (end - batch.at > settledMs) break;
      }
    }
  }
  return { arrivals, arrivalsError };
}

/** The first cell that ends after `at`. */
function firstAfter(ends: readonly Instant[], at: Instant): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
