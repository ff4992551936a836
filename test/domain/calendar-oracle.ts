import { weekdays, type CalendarRules } from '../../domain/calendar.ts';

/**
 * Whether mails may leave in the minute that begins at `at`, read off the wall clock as a person reads it: the naive
 * answer that the calendar must agree with. Shares nothing with the calendar but the words of the rules.
 */
export function isOpenOnTheWallClock(rules: CalendarRules, at: number): boolean {
  const { weekday, date, time } = wallClock(rules.timeZone, at);
  if (rules.holidays.includes(date)) return false;
  if (rules.windows.length === 0) return true;
  return rules.windows.some(({ days, from, to }) => days.includes(weekday) && from <= time && time < to);
}

interface WallClock {
  readonly weekday: (typeof weekdays)[number];
  readonly date: string;
  readonly time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** By zone and instant: the same days are looked at again and again. */
const seen = new Map<string, WallClock>();

function wallClock(timeZone: string, at: number): WallClock {
  const key = `${timeZone} ${at}`;
  const before = seen.get(key);
  if (before !== undefined) return before;
  const format = formats.get(timeZone) ?? newFormat(timeZone);
  formats.set(timeZone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = weekdays.find((day) => day === part['weekday']?.slice(0, 3).toLowerCase());
  if (weekday === undefined) throw new Error(`no weekday in ${JSON.stringify(part)}`);
  const result = {
    weekday,
    date: `${part['year']}-${part['month']}-${part['day']}`,
    time: `${part['hour']}:${part['minute']}`,
  };
  seen.set(key, result);
  return result;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
}
