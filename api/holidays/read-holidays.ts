import { yearlyDates } from '../../domain/yearly-dates.ts';
import { dayMs } from '../../domain/zone-clock.ts';
import { parseIcalendar, type EventProperties } from './parse-icalendar.ts';
import { readYearlyRule } from './read-yearly-rule.ts';
import { UnreadableIcalendar } from './unreadable-icalendar.ts';

export interface HolidayFile {
  /** `YYYY-MM-DD` within the range, ascending, each once. */
  readonly dates: readonly string[];
  /** Whole-day events that were read, also those that lie outside of the range. */
  readonly read: number;
  /** Events with a time of day: appointments, no holidays. */
  readonly timed: number;
  readonly cancelled: number;
  /** Events that could not be read, or not wholly, and why. */
  readonly notRead: readonly { readonly summary: string; readonly reason: string }[];
}

/** First and last day, `YYYY-MM-DD`, both in it. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The holidays of an iCalendar file (RFC 5545): every day of every whole-day event within the range, yearly ones for each year.
 * Throws UnreadableIcalendar when the text is no iCalendar file.
 */
export function readHolidays(text: string, range: DateRange): HolidayFile {
  const dates = new Set<string>();
  const notRead: { summary: string; reason: string }[] = [];
  const events = parseIcalendar(text);
  if (events.length > maxEvents)
    throw new UnreadableIcalendar(
      `the file holds too many events (got ${events.length}, at most ${maxEvents}); give one with holidays only`,
    );
  const replaced = replacedDates(events);
  const count = { read: 0, timed: 0, cancelled: 0 };
  for (const event of events) {
    const kind = kindOf(event);
    if (kind !== 'wholeDay') {
      count[kind] += 1;
      continue;
    }
    const { days, reason } = daysOf(event, range, replaced.get(uidOf(event)) ?? []);
    if (reason !== null) notRead.push({ summary: textOf(event, 'summary') ?? 'no summary', reason });
    else count.read += 1;
    for (const day of days) dates.add(day);
  }
  return { dates: [...dates].sort(), ...count, notRead };
}

const maxEvents = 5_000;

function kindOf(event: EventProperties): 'wholeDay' | 'timed' | 'cancelled' {
  if (textOf(event, 'status')?.toUpperCase() === 'CANCELLED') return 'cancelled';
  return /T\d/.test(textOf(event, 'dtstart') ?? '') ? 'timed' : 'wholeDay';
}

/** By UID, the dates of a repeated event that an event of its own stands for (RECURRENCE-ID): moved, or cancelled. */
function replacedDates(events: readonly EventProperties[]): Map<string, string[]> {
  const replaced = new Map<string, string[]>();
  for (const event of events) {
    const date = dateOf(event.get('recurrence-id')?.[0]);
    if (date !== null) replaced.set(uidOf(event), [...(replaced.get(uidOf(event)) ?? []), date]);
  }
  return replaced;
}

function uidOf(event: EventProperties): string {
  return textOf(event, 'uid') ?? '';
}

function textOf(event: EventProperties, property: string): string | undefined {
  const value = event.get(property)?.[0];
  return typeof value === 'string' ? value : undefined;
}

interface Days {
  readonly days: readonly string[];
  /** Why not all of them are here, or null. */
  readonly reason: string | null;
}

function daysOf(event: EventProperties, range: DateRange, replaced: readonly string[]): Days {
  const start = dateOf(event.get('dtstart')?.[0]);
  if (start === null) return { days: [], reason: 'its start is no date' };
  const length = lengthOf(event, start);
  const { starts, reason } = startsOf(event, start, range);
  const moved = event.has('recurrence-id') ? [] : replaced;
  const left = new Set([...(event.get('exdate') ?? []).map(dateOf), ...moved]);
  const days = starts.filter((each) => !left.has(each)).flatMap((each) => daysFrom(each, length, range));
  return { days, reason };
}

/** The first days of an event and of its repetitions. */
function startsOf(
  event: EventProperties,
  start: string,
  range: DateRange,
): { starts: string[]; reason: string | null } {
  const starts = [start, ...(event.get('rdate') ?? []).map(dateOf).filter((date) => date !== null)];
  let reason: string | null = null;
  for (const value of event.get('rrule') ?? []) {
    const rule = readYearlyRule(value);
    if (typeof rule === 'string') reason = `it ${rule}; only its first day is taken`;
    // A day of the year before may be the first of many.
    else starts.push(...yearlyDates(start, rule, yearOf(range.from) - 1, yearOf(range.to)));
  }
  return { starts, reason };
}

/** In days. DTEND is the day after the last one; some programs write the last one itself, so that nothing would be left. */
function lengthOf(event: EventProperties, start: string): number {
  const end = dateOf(event.get('dtend')?.[0]);
  const weeksAndDays = /^P(?:(\d{1,4})W)?(?:(\d{1,4})D)?/.exec(textOf(event, 'duration') ?? 'P1D');
  const days = Number(weeksAndDays?.[1] ?? 0) * 7 + Number(weeksAndDays?.[2] ?? 0);
  return Math.max(1, end === null ? days : (Date.parse(end) - Date.parse(start)) / dayMs);
}

function daysFrom(start: string, length: number, range: DateRange): string[] {
  const first = Math.max(Date.parse(start), Date.parse(range.from));
  const end = Math.min(Date.parse(start) + length * dayMs, Date.parse(range.to) + dayMs);
  const days: string[] = [];
  for (let at = first; at < end; at += dayMs) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4));
}

/** A real date, or null. Without VALUE=DATE the parser leaves the `T` of a time that is not there. */
function dateOf(value: unknown): string | null {
  const date = /^(\d{4}-\d\d-\d\d)(?:T.*)?$/.exec(String(value))?.[1];
  if (date === undefined) return null;
  const at = Date.parse(date);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? null : date;
}
