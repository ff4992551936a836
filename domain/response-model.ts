import { bucketOf, delayGridMs, type AnsweredCurve, type DelayCount, type MailsOut } from './delay-grid.ts';
import type { Instant } from './instant.ts';

/**
 * How many of a campaign's mails are answered, and when: learned from its own mails and responses, from a stated prior on.
 *
 * Semantics
 * - Mails that are out for a short time have had little chance to be answered (censoring): in each bucket of the delay
 *   grid, responses are compared only with the mails that are old enough to have passed it.
 * - "Few answers so far" may mean few or slow. Both are weighed: a rate (Gamma posterior) is learned for each of nine time
 *   scales from a quarter to four times the stated delay, and each scale counts as much as the data speak for it.
 * - Each bucket's own data outweigh this shape as soon as more mails than the prior's strength have passed the bucket.
 * - Responses whose mail is not known (`opened` above the sum of the counts) are spread like those whose mail is.
 */
export interface ResponseStream {
  /** Mails handed over, in any order. Those older than the grid may be given as one entry. */
  readonly batches: readonly MailsOut[];
  readonly delays: readonly DelayCount[];
  /** Responses in all, also those that could not be traced to a mail. */
  readonly opened: number;
  readonly prior: ResponsePrior;
  /** In a forecast: what was learned when it was made. Expected responses teach nothing new but certainty. */
  readonly believed?: ResponseModel;
}

/** What is assumed until the campaign's own data say otherwise. */
export interface ResponsePrior {
  /** Expected share of the mails that are answered. */
  readonly rate: number;
  /** Half of the responses come within this time. */
  readonly delayMs: number;
  /** The prior weighs as much as so many mails. */
  readonly strength: number;
}

export interface ResponseModel {
  /** Share of the mails that is answered at last. */
  readonly rate: number;
  readonly answered: AnsweredCurve;
  /** Relative standard error of the rate: 0.2 when it may well be a fifth more or less. */
  readonly uncertainty: number;
}

/** What the responses teach as of `at`; mails that left later are not counted. */
export function learnResponses(stream: ResponseStream, at: Instant): ResponseModel {
  const { prior, believed } = stream;
  if (believed !== undefined) return { ...believed, uncertainty: uncertaintyOf(prior, stream.opened) };
  const shapes = timeScales.map((scale) => bucketShares(prior.delayMs * scale));
  const out = exposure(stream.batches, at);
  const counts = countsOnGrid(stream, out, shapes[asStated] ?? []);
  // A response proves a mail, whatever the clocks of two systems say about its age.
  const exposed = out.map((mails, bucket) => Math.max(mails, counts[bucket] ?? 0));
  const expected = expectedShares(prior, shapes, counts, exposed);
  const answered = new Float64Array(delayGridMs.length);
  let rate = 0;
  for (const [bucket, count] of counts.entries()) {
    const mails = exposed[bucket] ?? 0;
    rate += (count + (expected[bucket] ?? 0) * prior.strength) / (mails + prior.strength);
    answered[bucket] = rate;
  }
  return { rate, answered, uncertainty: uncertaintyOf(prior, sumOf(counts)) };
}

function uncertaintyOf({ rate, strength }: ResponsePrior, responses: number): number {
  return 1 / Math.sqrt(rate * strength + responses);
}

/** How many mails have passed each bucket; one that is within it counts for the part that is over. */
function exposure(batches: readonly MailsOut[], at: Instant): number[] {
  const within = delayGridMs.map(() => 0);
  // Mails that have passed bucket n - 1 and no later one, at n: summed up from the end below.
  const passed = [0, ...within];
  for (const batch of batches) {
    const ageMs = at - batch.at;
    if (ageMs <= 0) continue;
    const bucket = bucketOf(ageMs);
    passed[bucket] = (passed[bucket] ?? 0) + batch.size;
    const high = delayGridMs[bucket];
    if (high === undefined) continue;
    const low = bucket === 0 ? 0 : (delayGridMs[bucket - 1] ?? 0);
    within[bucket] = (within[bucket] ?? 0) + (batch.size * (ageMs - low)) / (high - low);
  }
  let older = 0;
  for (let bucket = within.length - 1; bucket >= 0; bucket -= 1) {
    older += passed[bucket + 1] ?? 0;
    within[bucket] = (within[bucket] ?? 0) + older;
  }
  return within;
}

function countsOnGrid(
  { delays, opened }: ResponseStream,
  exposed: readonly number[],
  stated: readonly number[],
): number[] {
  const byBound = new Map(delays.map(({ uptoMs, count }) => [uptoMs, count]));
  const counts = delayGridMs.map((bound) => byBound.get(bound) ?? 0);
  const traced = sumOf(counts);
  if (opened <= traced) return counts;
  if (traced > 0) return counts.map((count) => (count * opened) / traced);
  const likely = exposed.map((mails, bucket) => mails * (stated[bucket] ?? 0));
  const all = sumOf(likely);
  return all === 0 ? counts : likely.map((share) => (share * opened) / all);
}

/**
 * The share of mails that should answer in each bucket, over all time scales. For one scale the number of responses is
 * Poisson with a Gamma rate, so that its likelihood has a closed form (negative binomial); common factors are left out.
 */
function expectedShares(
  prior: ResponsePrior,
  shapes: readonly (readonly number[])[],
  counts: readonly number[],
  exposed: readonly number[],
): number[] {
  const pseudoResponses = prior.rate * prior.strength;
  const responses = pseudoResponses + sumOf(counts);
  const fits = shapes.map((shape, index) => {
    const chances = shape.map((share, bucket) => share * (exposed[bucket] ?? 0));
    const scaled = pseudoResponses + prior.rate * sumOf(chances);
    const likelihood = counts.reduce(
      (sum, count, bucket) =>
        count === 0 ? sum : sum + count * Math.log(Math.max(chances[bucket] ?? 0, rare)),
      (pseudoResponses - responses) * Math.log(scaled) - 0.5 * ((index - asStated) / scalesPerDeviation) ** 2,
    );
    return { shape, likelihood, rate: (prior.rate * responses) / scaled };
  });
  const best = Math.max(...fits.map(({ likelihood }) => likelihood));
  const weights = fits.map(({ likelihood }) => Math.exp(likelihood - best));
  const total = sumOf(weights);
  return delayGridMs.map((_, bucket) =>
    fits.reduce(
      (sum, fit, index) => sum + ((weights[index] ?? 0) / total) * fit.rate * (fit.shape[bucket] ?? 0),
      0,
    ),
  );
}

const rare = 1e-9;
const timeScales = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4] as const;
const asStated = 4;
/** A stated delay may well be wrong by a factor of two: two steps of the scales are one standard deviation. */
const scalesPerDeviation = 2;

/** The shares of a lognormal delay (deviation 1: most answers within a third to three times the median) by bucket. */
function bucketShares(medianMs: number): number[] {
  let before = 0;
  return delayGridMs.map((bound, bucket) => {
    const upto = bucket === delayGridMs.length - 1 ? 1 : normalDistribution(Math.log(bound / medianMs));
    const share = Math.max(0, upto - before);
    before = upto;
    return share;
  });
}

/** Abramowitz and Stegun 26.2.17, absolute error below 1e-7. */
function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = Math.exp((-x * x) / 2) * 0.3989422804 * polynomial;
  return x > 0 ? 1 - tail : tail;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
