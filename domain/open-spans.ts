import type { Instant } from './instant.ts';
import { dayMs, zoneClock, type OffsetStretch } from './zone-clock.ts';

/** From `from` up to, not including, `to`. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** What is open on the wall clock of a zone. */
export interface WallClockRules {
  readonly timeZone: string;
  /** By weekday, Monday first: spans in milliseconds since local midnight, ascending, none touching another. */
  readonly week: readonly (readonly Span[])[];
  /** Local days that are closed, in days since 1970-01-01. */
  readonly holidays: ReadonlySet<number>;
}

/**
 * The open spans of one UTC day (days since 1970), ascending, none touching another: what the wall clock allows, turned
 * into instants one stretch of constant offset at a time, so that nothing needs to know what a change of clocks is.
 */
export function openSpans(rules: WallClockRules): (day: number) => readonly Span[] {
  const clock = zoneClock(rules.timeZone);
  const known = new Map<number, readonly Span[]>();
  return (day) => {
    const cached = known.get(day);
    if (cached !== undefined) return cached;
    const spans = joined(clock.stretchesOf(day).flatMap((stretch) => spansIn(stretch, rules)));
    if (known.size >= maxDays) known.clear();
    known.set(day, spans);
    return spans;
  };
}

/** Some years: a forecast walks through them again and again. */
const maxDays = 2_000;

function spansIn({ from, to, offsetMs }: OffsetStretch, { week, holidays }: WallClockRules): Span[] {
  const spans: Span[] = [];
  const lastDay = Math.ceil((to + offsetMs) / dayMs);
  for (let day = Math.floor((from + offsetMs) / dayMs); day < lastDay; day += 1) {
    if (holidays.has(day)) continue;
    // Midnight as this offset has it; where the day began under another offset, what lies there is cut off.
    const midnight = day * dayMs - offsetMs;
    for (const window of week[weekdayIndex(day)] ?? []) {
      const span = { from: Math.max(from, midnight + window.from), to: Math.min(to, midnight + window.to) };
      if (span.from < span.to) spans.push(span);
    }
  }
  return spans;
}

/** 1970-01-01 was a Thursday; Monday is 0. */
function weekdayIndex(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The same time in as few spans as possible. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else if (span.to > last.to) result[result.length - 1] = { from: last.from, to: span.to };
  }
  return result;
}
