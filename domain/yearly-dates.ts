import { weekdays, type Weekday } from './calendar.ts';

/** A yearly rule of an iCalendar event (RFC 5545 section 3.3.10): the parts that holidays are written with. */
export interface YearlyRule {
  /** Every so many years. */
  readonly interval: number;
  /** How many days in all, the first one counted. */
  readonly count: number | null;
  /** The last day that can be one, `YYYY-MM-DD`. */
  readonly until: string | null;
  /** 1–12; none: the month of the first day, or with `monthDays` alone every month. */
  readonly months: readonly number[];
  /** 1–31, or from the end of the month -1 to -31; none: the day of the first day, unless `weekdays` are given. */
  readonly monthDays: readonly number[];
  /** With `nth` the first, second … of a month, or -1 the last; with null all of them. */
  readonly weekdays: readonly { readonly nth: number | null; readonly weekday: Weekday }[];
}

/**
 * The days of a rule that begins on `start` (`YYYY-MM-DD`), ascending, in the years from `firstYear` to `lastYear`. A day that
 * a year does not have (29 February) is left out of that year, as RFC 5545 demands; not moved to the next one.
 */
export function yearlyDates(start: string, rule: YearlyRule, firstYear: number, lastYear: number): string[] {
  const dates: string[] = [];
  const startYear = Number(start.slice(0, 4));
  // Who counts must begin at the beginning.
  const skipped = rule.count === null ? Math.max(0, Math.ceil((firstYear - startYear) / rule.interval)) : 0;
  for (let year = startYear + skipped * rule.interval; year <= lastYear; year += rule.interval)
    for (const month of monthsOf(start, rule))
      for (const day of daysOfMonth(start, rule, year, month)) {
        const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
        if (date < start) continue;
        if (dates.length === rule.count || (rule.until !== null && date > rule.until))
          return within(dates, firstYear);
        dates.push(date);
      }
  return within(dates, firstYear);
}

function monthsOf(start: string, { months, monthDays, weekdays: days }: YearlyRule): readonly number[] {
  if (months.length > 0) return months.toSorted((a, b) => a - b);
  return monthDays.length > 0 && days.length === 0 ? everyMonth : [Number(start.slice(5, 7))];
}

const everyMonth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

function daysOfMonth(start: string, rule: YearlyRule, year: number, month: number): number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const days: number[] = [];
  for (let day = 1; day <= length; day += 1)
    if (isMeant(start, rule, day, length, (firstWeekday + day - 1) % 7)) days.push(day);
  return days;
}

/** `weekday` counts from Monday, 0. */
function isMeant(start: string, rule: YearlyRule, day: number, length: number, weekday: number): boolean {
  if (rule.monthDays.length === 0 && rule.weekdays.length === 0) return day === Number(start.slice(8, 10));
  if (rule.monthDays.length > 0 && !rule.monthDays.some((each) => each === day || each === day - length - 1))
    return false;
  const fromStart = Math.ceil(day / 7);
  const fromEnd = -Math.ceil((length - day + 1) / 7);
  return (
    rule.weekdays.length === 0 ||
    rule.weekdays.some(
      (each) =>
        each.weekday === weekdays[weekday] &&
        (each.nth === null || each.nth === fromStart || each.nth === fromEnd),
    )
  );
}

function within(dates: readonly string[], firstYear: number): string[] {
  return dates.filter((date) => Number(date.slice(0, 4)) >= firstYear);
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
