import type { Instant } from './instant.ts';
import { joined, openSpans, type Span } from './open-spans.ts';
import { dayMs } from './zone-clock.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * The sending calendar: when mails may leave.
 *
 * Semantics
 * - Mails may leave at an instant when the wall clock of the zone then shows a day and a time inside a window, and the
 *   day is no holiday. Nothing else counts, so that nobody can be mailed at a time that no window names.
 * - So an hour that is skipped in spring is in no window (02:00–03:00 does not open on that day, 02:30–04:00 opens at
 *   03:00), and an hour that comes twice in autumn is open in both passages.
 * - `from` is in the window, `to` is not. Windows may overlap and touch; what touches is one window, also over midnight.
 * - A holiday is a whole local day, however long that day is. Without windows every time of every other day is open.
 */
export interface SendingWindow {
  readonly days: readonly Weekday[];
  /** Wall clock, `HH:MM`. */
  readonly from: string;
  /** Wall clock, `HH:MM`, at most `24:00`. */
  readonly to: string;
}

export interface CalendarRules {
  /** IANA name. */
  readonly timeZone: string;
  /** None: always. */
  readonly windows: readonly SendingWindow[];
  /** Local days, `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
}

export interface Calendar {
  /** The first instant at or after `at` at which mails may leave; Infinity when there is none in the next 400 days. */
  opensAt(at: Instant): Instant;
  /** For an open instant the first later one that is closed, Infinity when there is none in the next 400 days; for a closed one `at`. */
  closesAt(at: Instant): Instant;
  /** Milliseconds between two instants in which mails may leave. */
  openMs(from: Instant, to: Instant): number;
}

export const alwaysOpen: Calendar = {
  opensAt: (at) => at,
  closesAt: () => Infinity,
  openMs: (from, to) => Math.max(0, to - from),
};

/** The calendar of some rules. Throws a RangeError for an unknown zone; rules that people wrote pass `refuseCalendar` first. */
export function createCalendar(rules: CalendarRules): Calendar {
  return rules.windows.length === 0 && rules.holidays.length === 0 ? alwaysOpen : new WindowCalendar(rules);
}

/** Why a window cannot be used (fact, value, way out), or null when it can. */
export function refuseWindow({ days, from, to }: SendingWindow): string | null {
  if (days.length === 0) return `a window needs a day (got none); name days of ${weekdays.join(', ')}`;
  return from < to ? null : `a window must end after it begins (got ${from}–${to}); ${wayOut(from, to)}`;
}

function wayOut(from: string, to: string): string {
  if (from === to) return 'for a whole day take 00:00–24:00';
  if (to === '00:00') return `until midnight is ${from}–24:00`;
  return `for a night take two windows, ${from}–24:00 and 00:00–${to} on the days after`;
}

/** Why a calendar cannot be used at `now` (fact, value, way out), or null when it can. */
export function refuseCalendar(rules: CalendarRules, now: Instant): string | null {
  for (const [index, window] of rules.windows.entries()) {
    const refusal = refuseWindow(window);
    if (refusal !== null) return `window ${index + 1}: ${refusal}`;
  }
  if (createCalendar(rules).opensAt(now) < Infinity) return null;
  const days = rules.windows.length === 0 ? weekdays : weekdays.filter((day) => isNamed(rules, day));
  const span = `the ${lookAheadDays} days from ${new Date(now).toISOString().slice(0, 10)}`;
  return `mails could never leave in ${span}: every ${days.join(', ')} is a holiday (got ${rules.holidays.length} holidays); take holidays out or add days to the windows`;
}

function isNamed(rules: CalendarRules, day: Weekday): boolean {
  return rules.windows.some(({ days }) => days.includes(day));
}

const lookAheadDays = 400;

class WindowCalendar implements Calendar {
  readonly #openIn: (day: number) => readonly Span[];
  /** The open run that was asked for last, as far as it is known: most questions are about the window of today. */
  #run = { from: NaN, to: NaN };

  constructor(rules: CalendarRules) {
    const { timeZone, windows, holidays } = rules;
    this.#openIn = openSpans({
      timeZone,
      week: weekdays.map((day) => spansOf(windows, day)),
      holidays: new Set(holidays.map((date) => Date.parse(date) / dayMs)),
    });
  }

  opensAt(at: Instant): Instant {
    if (at >= this.#run.from && at < this.#run.to) return at;
    if (isBeyondTime(at)) return Infinity;
    const today = Math.floor(at / dayMs);
    for (let day = today; day <= today + lookAheadDays; day += 1)
      for (const span of this.#openIn(day)) if (span.to > at) return Math.max(span.from, at);
    return Infinity;
  }

  closesAt(at: Instant): Instant {
    if (isBeyondTime(at)) return at;
    const today = Math.floor(at / dayMs);
    const run = this.#runAt(at, today);
    if (run === undefined) return at;
    const horizon = (today + lookAheadDays + 1) * dayMs;
    while (run.to < horizon) {
      // Only a run that reaches midnight UTC can go on in the day after.
      const next = run.to % dayMs === 0 ? this.#openIn(run.to / dayMs)[0] : undefined;
      if (next === undefined || next.from > run.to) return run.to;
      run.to = next.to;
    }
    return Infinity;
  }

  #runAt(at: Instant, today: number): { readonly from: Instant; to: Instant } | undefined {
    if (at >= this.#run.from && at < this.#run.to) return this.#run;
    const span = this.#openIn(today).find(({ from, to }) => from <= at && at < to);
    if (span === undefined) return undefined;
    this.#run = { ...span };
    return this.#run;
  }

  openMs(from: Instant, to: Instant): number {
    if (isBeyondTime(from) || isBeyondTime(to)) throw new RangeError(`no open time from ${from} to ${to}`);
    let sum = 0;
    for (let day = Math.floor(from / dayMs); day * dayMs < to; day += 1)
      for (const span of this.#openIn(day))
        sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
    return sum;
  }
}

/** The windows of a weekday in milliseconds since midnight. */
function spansOf(windows: readonly SendingWindow[], day: Weekday): Span[] {
  if (windows.length === 0) return [{ from: 0, to: dayMs }];
  const ofDay = windows.filter(({ days }) => days.includes(day));
  return joined(ofDay.map(({ from, to }) => ({ from: msOf(from), to: msOf(to) })));
}

function msOf(wallClock: string): number {
  const [hours, minutes] = wallClock.split(':');
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Infinity, NaN, and what JavaScript has no date for: a plan so far away never comes, and nobody may look for it day by day. */
function isBeyondTime(at: Instant): boolean {
  return !(Math.abs(at) < endOfTime);
}

/** 8.64e15 ms is the last instant of JavaScript; the look ahead must fit in. */
const endOfTime = 8.64e15 - 1_000 * dayMs;
