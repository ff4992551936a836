import { answeredBy, delayGridMs, type MailsOut } from './delay-grid.ts';
import type { Drain, WorkingHours } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import type { ResponseModel } from './response-model.ts';

/**
 * How many responses will be open from now on: those open today, plus what the mails out still bring, minus what the desk
 * handles while it works. A fluid with its noise (linear noise approximation), stepped over a week.
 *
 * Semantics
 * - Expected numbers are exact for mails (each answers by its age and the learned curve) and a rate for handling.
 * - The noise is that of arrivals and handling, plus the error of the learned rate, which hits all mails alike.
 * - Steps are implicit: more open now is never fewer open later, however long a step is.
 */
export interface Outlook {
  readonly open: number;
  readonly drain: Drain;
  /** Working time in each step. */
  readonly workingMs: Float64Array;
  /** Responses that mails already out bring in each step, and how wrong the learned rate may make that. */
  readonly arrivals: Float64Array;
  readonly arrivalsError: Float64Array;
  /** The same for one mail that leaves now. */
  readonly perMail: Float64Array;
  readonly perMailError: number;
}

const minute = 60_000;

/** Ends of the steps, from now: minutes at first, quarters of a day at the end of the week. */
export const outlookOffsetsMs: readonly number[] = [
  ...everyMinutes(0, 2, 15),
  ...everyMinutes(30, 5, 18),
  ...everyMinutes(120, 15, 16),
  ...everyMinutes(360, 60, 18),
  ...everyMinutes(1_440, 360, 24),
];

/** Mails of one stream with what is known of their answers. */
export interface KnownStream {
  readonly batches: readonly MailsOut[];
  /** Responses so far. */
  readonly opened: number;
  readonly model: ResponseModel;
}

/** @param streams the first one is that of the campaign which asks; null hours: always at work. */
export function lookOut(
  now: Instant,
  open: number,
  drain: Drain,
  streams: readonly [KnownStream, ...KnownStream[]],
  hours: WorkingHours | null,
): Outlook {
  const arrivals = new Float64Array(outlookOffsetsMs.length);
  const arrivalsError = new Float64Array(outlookOffsetsMs.length);
  for (const stream of streams) addStream(stream, now, arrivals, arrivalsError);
  const perMail = new Float64Array(outlookOffsetsMs.length);
  addArrivals(streams[0].model, 0, 1, perMail, new Float64Array(outlookOffsetsMs.length));
  const perMailError = streams[0].model.uncertainty;
  return { open, drain, workingMs: workingTime(now, hours), arrivals, arrivalsError, perMail, perMailError };
}

/** Calls `visit` with the expected number open, and its standard deviation, at the end of each step when `size` more mails leave now. */
export function followOpen(
  outlook: Outlook,
  size: number,
  visit: (open: number, deviation: number, step: number) => void,
): void {
  const { drain, workingMs, arrivals, arrivalsError, perMail, perMailError } = outlook;
  let open = outlook.open;
  let variance = 0;
  let error = 0;
  for (let step = 0; step < workingMs.length; step += 1) {
    const more = size * (perMail[step] ?? 0);
    const come = (arrivals[step] ?? 0) + more;
    const moreError = (arrivalsError[step] ?? 0) + more * perMailError;
    const dt = workingMs[step] ?? 0;
    const before = open + come;
    open = handleFor(drain, before, dt);
    const slope = slopeAt(drain, open) * dt;
    variance = (variance + come + (before - open)) / (1 + 2 * slope);
    error = (error + moreError) / (1 + slope);
    visit(open, Math.sqrt(variance + error * error), step);
  }
}

/** What is left of `open` after `dt` of work: the solution of left + dt × drainAt(left) = open. */
function handleFor({ perOpen, knee, perOpenAbove, limit }: Drain, open: number, dt: number): number {
  const few = open / (1 + perOpen * dt);
  if (few <= knee) return few;
  const some = (open - dt * (perOpen - perOpenAbove) * knee) / (1 + perOpenAbove * dt);
  if (some <= limit || knee >= limit) return knee >= limit ? open - dt * perOpen * knee : some;
  return open - dt * (perOpen * knee + perOpenAbove * (limit - knee));
}

function slopeAt({ perOpen, knee, perOpenAbove, limit }: Drain, open: number): number {
  if (open <= knee) return perOpen;
  return open <= limit ? perOpenAbove : 0;
}

/** A mail that was answered is not answered again: no more are expected of a stream than it has mails without an answer. */
function addStream(
  { batches, opened, model }: KnownStream,
  now: Instant,
  arrivals: Float64Array,
  error: Float64Array,
): void {
  const own = new Float64Array(arrivals.length);
  const ownError = new Float64Array(arrivals.length);
  for (const { at, size } of mergeByAge(batches, now)) addArrivals(model, now - at, size, own, ownError);
  const expected = own.reduce((sum, come) => sum + come, 0);
  const unanswered = Math.max(0, batches.reduce((sum, { size }) => sum + size, 0) - opened);
  const share = expected > unanswered ? unanswered / expected : 1;
  for (const [step, come] of own.entries()) {
    arrivals[step] = (arrivals[step] ?? 0) + come * share;
    error[step] = (error[step] ?? 0) + (ownError[step] ?? 0) * share;
  }
}

/** Plain loops with a walking bucket, because this is most of what a decision costs. */
function addArrivals(
  { answered, rate, uncertainty }: ResponseModel,
  ageMs: number,
  size: number,
  arrivals: Float64Array,
  error: Float64Array,
): void {
  let before = answeredBy(answered, ageMs);
  if (size * (rate - before) < negligible) return;
  let bucket = 0;
  for (let step = 0; step < offsets.length; step += 1) {
    const age = ageMs + (offsets[step] ?? 0);
    while (bucket < delayGridMs.length && age >= (delayGridMs[bucket] ?? 0)) bucket += 1;
    const low = bucket === 0 ? 0 : (delayGridMs[bucket - 1] ?? 0);
    const answeredLow = bucket === 0 ? 0 : (answered[bucket - 1] ?? 0);
    const high = delayGridMs[bucket];
    const upto =
      high === undefined
        ? rate
        : answeredLow + (((answered[bucket] ?? 0) - answeredLow) * (age - low)) / (high - low);
    const come = size * (upto - before);
    arrivals[step] = (arrivals[step] ?? 0) + come;
    error[step] = (error[step] ?? 0) + come * uncertainty;
    before = upto;
  }
}

const offsets = Float64Array.from(outlookOffsetsMs);
/** Less than a thousandth of a response is no news. */
const negligible = 0.001;

/** Batches of nearly the same age (10 %) answer alike: some dozen entries do for a campaign of thousands of batches. */
function mergeByAge(batches: readonly MailsOut[], now: Instant): MailsOut[] {
  const oldest = now - (delayGridMs.at(-1) ?? 0);
  const recent = batches.filter(({ at }) => at > oldest);
  if (recent.length < 20) return recent;
  const merged: MailsOut[] = [];
  let group = { at: 0, size: 0 };
  let newest = -Infinity;
  for (const batch of recent.toSorted((a, b) => b.at - a.at)) {
    if (now - batch.at <= (now - newest) * 1.1 && group.size > 0) {
      const size = group.size + batch.size;
      group.at += ((batch.at - group.at) * batch.size) / Math.max(1, size);
      group.size = size;
      continue;
    }
    newest = batch.at;
    group = { at: batch.at, size: batch.size };
    merged.push(group);
  }
  return merged;
}

function workingTime(now: Instant, hours: WorkingHours | null): Float64Array {
  const working = new Float64Array(outlookOffsetsMs.length);
  let from = now;
  let opens = hours === null ? now : hours.opensAt(now);
  let closes = hours === null ? Infinity : hours.closesAt(opens);
  for (const [step, offset] of outlookOffsetsMs.entries()) {
    const to = now + offset;
    let sum = 0;
    while (opens < to) {
      sum += Math.max(0, Math.min(to, closes) - Math.max(from, opens));
      if (closes > to || hours === null) break;
      opens = hours.opensAt(closes);
      closes = hours.closesAt(opens);
    }
    working[step] = sum;
    from = to;
  }
  return working;
}

function everyMinutes(after: number, every: number, times: number): number[] {
  return Array.from({ length: times }, (_, index) => (after + every * (index + 1)) * minute);
}
