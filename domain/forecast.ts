import type { Calendar } from './calendar.ts';
import type { Instant } from './instant.ts';
import { describeGap } from './pace.ts';
import type { ClosedBy } from './plan-answer.ts';
import {
  lastInstant,
  runForward,
  type PlannedRun,
  type PlannedStart,
  type RunConditions,
} from './planned-run.ts';
import type { PlanState } from './planner.ts';

export interface ForecastOptions {
  /** What keeps the campaign from going on, null when nothing does. */
  readonly closedBy: Exclude<ClosedBy, 'calendar'> | null;
  /** From one mail of a batch to the next as the relay usually takes them, in ms; 0 when it does not matter. */
  readonly mailMs: number;
  /** What has gone less well so far than planned; null: nothing. */
  readonly disturbance: Disturbance | null;
  /** How many batches are listed at most; 20,000 when left out. */
  readonly maxBatches?: number;
}

interface Disturbance {
  /** Share of the attempts so far that were deferred, 0 to 1. */
  readonly deferralShare: number;
  /** Backoff after the first, second … attempt, in ms. */
  readonly backoffMs: readonly number[];
  /** From one mail to the next when the relay is slow, in ms. */
  readonly slowMailMs: number;
}

export interface Forecast {
  /** Starts of batches and, where a window's end interrupts one, their continuations. */
  readonly batches: readonly PlannedStart[];
  /** When the last mail will have left; null when nobody can know, see `because`. */
  readonly finishAt: Instant | null;
  /** Why there is no `finishAt`. */
  readonly because: string | null;
  /** There are more batches than are listed; `finishAt` is then carried forward from those. */
  readonly truncated: boolean;
  /** What it rests on, in short sentences. */
  readonly assumptions: readonly string[];
  /** With disturbance: the end without any more of it, and with as much as so far. */
  readonly range?: { readonly early: Instant; readonly late: Instant };
}

/**
 * The batches still to come and the end of a campaign, by the planner that the campaign itself follows: without disturbance
 * the run does exactly this. For what-if, change the state's pace, calendar or room first.
 * `state.deferredAt` must hold all deferred mails, ascending.
 */
export function forecast(state: PlanState, options: ForecastOptions): Forecast {
  const { closedBy, mailMs, disturbance, maxBatches = 20_000 } = options;
  if (closedBy === 'cancelling')
    return {
      batches: [],
      ...unknown('the campaign is being cancelled: nothing more leaves'),
      truncated: false,
    };
  const run = runForward(state, { mailMs, deferralShare: 0, backoffMs: [] }, maxBatches);
  const common = { batches: run.starts, truncated: run.ended === 'cut' };
  const assumptions = assumptionsOf(state, options, run);
  if (closedBy !== null) return { ...common, ...unknown(closedReasons[closedBy], assumptions) };
  const finishAt = endOf(run, state);
  if (finishAt === null) return { ...common, ...unknown(whyUnknown(run), assumptions) };
  const known = { ...common, finishAt, because: null, assumptions };
  if (disturbance === null) return known;
  const late = endOf(runForward(state, conditionsOf(mailMs, disturbance), maxBatches), state);
  return late === null ? known : { ...known, range: { early: finishAt, late: Math.max(finishAt, late) } };
}

function unknown(
  because: string,
  assumptions: readonly string[] = [],
): Pick<Forecast, 'finishAt' | 'because' | 'assumptions'> {
  return { finishAt: null, because, assumptions };
}

const closedReasons = {
  paused: 'the campaign is paused: the batches are those of a resume now',
  held: 'the campaign is held: the batches are those of a resume now',
  mainGate: 'the main gate is closed: the batches are those of opening it now',
} as const;

function whyUnknown({ ended, left }: PlannedRun): string {
  if (ended === 'never')
    return `no window opens within 400 days for the last ${left} mails; widen the windows or take out holidays`;
  if (ended === 'heldBack')
    return `responses leave no room for the last ${left} mails; see to those that are open or raise the capacity`;
  return `the last of ${left} mails more would leave after the year 9999; choose a faster pace`;
}

function conditionsOf(mailMs: number, { slowMailMs, deferralShare, backoffMs }: Disturbance): RunConditions {
  return { mailMs: Math.max(mailMs, slowMailMs), deferralShare, backoffMs };
}

/** Null when it never ends. */
function endOf(run: PlannedRun, { calendar }: PlanState): Instant | null {
  if (run.ended === 'never' || run.ended === 'heldBack') return null;
  const end =
    run.ended === 'done' ? run.endsAt : calendar.opensAt(run.endsAt + carriedForwardMs(run, calendar));
  return end <= lastInstant ? Math.round(end) : null;
}

const yearMs = 364 * 86_400_000;

/** How long the rest of a run that was cut takes, at the rate of the open time of its last year. */
function carriedForwardMs({ starts, endsAt, left }: PlannedRun, calendar: Calendar): number {
  const last = starts.at(-1);
  if (last === undefined) return Infinity;
  const before = starts.findLastIndex(({ at }) => at <= last.at - yearMs);
  const lately = starts.slice(Math.max(0, before), -1);
  const sent = lately.reduce((sum, { size }) => sum + size, 0);
  const msPerMail = calendar.openMs(lately[0]?.at ?? last.at, last.at) / sent;
  const openShare = calendar.openMs(endsAt, endsAt + yearMs) / yearMs;
  const ms = (left * msPerMail) / openShare;
  return Number.isNaN(ms) ? Infinity : ms;
}

function assumptionsOf(
  state: PlanState,
  { mailMs, disturbance }: ForecastOptions,
  run: PlannedRun,
): string[] {
  const sentences = [
    'Nobody pauses the campaign or changes its pace.',
    'Everybody gets the mail: nobody is skipped.',
  ];
  if (mailMs > 0) sentences.push(`The relay takes a mail every ${describeMs(mailMs)}.`);
  if (state.room !== null)
    sentences.push(
      'Responses come and are handled as expected; each batch is as large as they leave room for.',
    );
  if (run.ended === 'cut')
    sentences.push(`After ${run.starts.length} batches the rest goes on at the same rate.`);
  if (disturbance !== null) sentences.push(...assumptionsOfRange(mailMs, disturbance));
  return sentences;
}

function assumptionsOfRange(mailMs: number, { deferralShare, backoffMs, slowMailMs }: Disturbance): string[] {
  const share = `${Math.round(deferralShare * 1_000) / 10} %`;
  const backoff = backoffMs.map((ms) => describeGap(ms)).join(', ');
  const late = [];
  if (deferralShare > 0)
    late.push(`${share} of all attempts are deferred, each to be tried again after ${backoff}`);
  if (slowMailMs > mailMs) late.push(`the relay takes a mail every ${describeMs(slowMailMs)}`);
  if (late.length === 0) return [];
  return ['At the earliest, nobody else is deferred.', `At the latest, ${late.join(', and ')}.`];
}

function describeMs(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms * 10) / 10} ms` : describeGap(ms);
}
