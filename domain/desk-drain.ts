import type { Instant } from './instant.ts';

/** When somebody answers: the part of a calendar that capacity needs (see domain/calendar.ts). */
export interface WorkingHours {
  opensAt(at: Instant): Instant;
  closesAt(at: Instant): Instant;
  openMs(from: Instant, to: Instant): number;
}

/** How fast responses are handled, as counted. */
export interface HandledResponses {
  /** In all, and how long each was open on average, waiting included. Null when none was handled. */
  readonly count: number;
  readonly meanOpenMs: number | null;
  /** The same of the last hour or so: working time in it, responses handled in it, average number open in it. */
  readonly lately: { readonly workingMs: number; readonly count: number; readonly meanOpen: number };
}

/**
 * Responses handled per working millisecond as a function of how many are open. What has been seen is a point: with
 * `knee` open on average, the desk handled `knee × perOpen`. With fewer open it handles less in proportion; with more it
 * handles somewhat more (`perOpenAbove` for each, up to the limit): a desk that never was full has not shown what it can
 * do, and one that is full has its knee near the limit, so that little is added.
 */
export interface Drain {
  readonly perOpen: number;
  readonly knee: number;
  readonly perOpenAbove: number;
  readonly limit: number;
}

/** Seen responses weigh as much as the stated handling time at this number. */
const statedWeight = 10;
/** By the simulation in test/domain: 0 keeps a small desk half idle, 1 fills a full one above its limit. */
const elasticity = 1 / 3;
/** Nobody handles a response in less: reports that come in bulk, opened and handled at once, are no proof of speed. */
const fastestMs = 1_000;

/** @param handlingMs stated time from opened to handled, or null: then nothing is handled until it has been seen. */
export function drainOf(handled: HandledResponses, handlingMs: number | null, limit: number): Drain {
  const { workingMs, count, meanOpen } = handled.lately;
  const usualMs = handlingMs ?? handled.meanOpenMs;
  const openTime = meanOpen * workingMs;
  const seen = openTime === 0 ? 0 : count;
  const weight = usualMs === null ? 0 : statedWeight;
  const time = Math.max(openTime + weight * (usualMs ?? 0), (seen + weight) * fastestMs);
  const perOpen = time === 0 ? 0 : (seen + weight) / time;
  const stated = handlingMs === null ? 0 : (1 / handlingMs) * (statedWeight / (statedWeight + handled.count));
  return {
    perOpen,
    knee: openTime === 0 ? limit : meanOpen,
    perOpenAbove: Math.min(perOpen, Math.max(stated, perOpen * elasticity)),
    limit,
  };
}

/**
 * The drain for expectations of a longer time. Decisions count on no more than was seen, and are corrected in minutes; in a
 * forecast, which corrects nothing, that would add up. So a desk keeps its speed here until half as many are open as were
 * on average, and where nothing is known of handling, half an hour is assumed: a forecast in which nobody is ever helped
 * would have no end.
 */
export function expectedDrain(handled: HandledResponses, handlingMs: number | null, limit: number): Drain {
  const seen = drainOf(handled, handlingMs, limit);
  const { perOpen, knee, perOpenAbove } =
    seen.perOpen > 0 ? seen : drainOf(handled, assumedHandlingMs, limit);
  const half = Math.min(knee, limit) / 2;
  // As fast as seen with a full desk, not faster.
  const above = (perOpenAbove * Math.max(0, limit - knee)) / (limit - half);
  return { perOpen: perOpen * 2, knee: half, perOpenAbove: above, limit };
}

const assumedHandlingMs = 30 * 60_000;

/** Responses handled per working millisecond with `open` open. */
export function drainAt(drain: Drain, open: number): number {
  const above = Math.max(0, Math.min(open, drain.limit) - drain.knee);
  return drain.perOpen * Math.min(open, drain.knee) + drain.perOpenAbove * above;
}
