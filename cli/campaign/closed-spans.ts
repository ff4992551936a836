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
