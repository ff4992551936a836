import { alwaysOpen, createCalendar, type Calendar, type CalendarRules } from '../../domain/calendar.ts';
import type { Campaign } from '../answers.ts';
import type { MarkedSpan } from './timeline-marks.ts';

/** The times between two instants at which no window is open: the campaign's own calendar, by the code that the planner uses. */
export function closedSpans(campaign: Campaign, fromMs: number, toMs: number): MarkedSpan[] {
  const { timeZone, windows, holidays } = campaign;
  const calendar = calendarOf({ timeZone, windows, holidays });
  const spans: MarkedSpan[] = [];
  for (let atMs = fromMs; atMs < toMs && spans.length < mostSpans;) {
    const opensMs = calendar.opensAt(atMs);
    if (opensMs > atMs) spans.push({ mark: 'closed', fromMs: atMs, toMs: Math.min(opensMs, toMs) });
    if (opensMs >= toMs) break;
    atMs = calendar.closesAt(opensMs);
  }
  return spans;
}

/** True when no window opens any more within the time that a plan looks ahead: nothing will leave until the calendar is changed. */
export function neverOpens(campaign: Campaign, now: Date): boolean {
  const rules = calendarRules(campaign);
  return rules !== null && !Number.isFinite(calendarOf(rules).opensAt(now.getTime()));
}

/** Windows and holidays in the campaign's zone; null when it may send at any time. */
function calendarRules(campaign: Campaign): CalendarRules | null {
  const { windows, holidays, timeZone } = campaign;
  return windows.length + holidays.length === 0 ? null : { timeZone, windows, holidays };
}

/** A zone that this Node does not know is no reason to show nothing: its windows alone are left out. */
function calendarOf(rules: CalendarRules): Calendar {
  try {
    return createCalendar(rules);
  } catch (error) {
    if (error instanceof RangeError) return alwaysOpen;
    throw error;
  }
}

/** Two a day for more than a year: beyond what a terminal could show apart. */
const mostSpans = 1_000;
