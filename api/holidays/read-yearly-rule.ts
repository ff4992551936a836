import { weekdays } from '../../domain/calendar.ts';
import type { YearlyRule } from '../../domain/yearly-dates.ts';

/** What is wrong with a rule, or the rule. Only yearly rules of months, days and weekdays are read: holidays have no others. */
export function readYearlyRule(value: unknown): YearlyRule | string {
  const parts = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  if (parts.get('freq') !== 'YEARLY') return `repeats ${String(parts.get('freq')).toLowerCase()}, not yearly`;
  const unknown = [...parts.keys()].find((part) => !known.has(part));
  if (unknown !== undefined) return `repeats by ${unknown.toUpperCase()}`;
  const days = list(parts.get('byday')).map(readWeekday);
  const months = list(parts.get('bymonth')).map(Number);
  const monthDays = list(parts.get('bymonthday')).map(Number);
  // The third Monday of a year is another day than that of a month.
  if (days.some((day) => day === null) || (days.length > 0 && months.length === 0))
    return 'repeats by weekdays that belong to no month';
  const interval = Number(parts.get('interval') ?? 1);
  const count = parts.has('count') ? Number(parts.get('count')) : null;
  if (![interval, count ?? 1].every((number) => Number.isSafeInteger(number) && number > 0))
    return 'repeats every 0 years or 0 times';
  return {
    interval,
    count,
    until: parts.has('until') ? String(parts.get('until')).slice(0, 10) : null,
    months,
    monthDays,
    weekdays: days.filter((day) => day !== null),
  };
}

const known = new Set(['freq', 'interval', 'count', 'until', 'bymonth', 'bymonthday', 'byday', 'wkst']);

/** `4TH`, `-1MO`, `TU`; null when it is none of a month. */
function readWeekday(text: unknown): YearlyRule['weekdays'][number] | null {
  const match = /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$/.exec(String(text));
  const weekday = weekdays.find((day) => match?.[2]?.toLowerCase() === day.slice(0, 2));
  if (match === null || weekday === undefined) return null;
  return { nth: match[1] === undefined ? null : Number(match[1]), weekday };
}

/** jCal has a single value bare. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
