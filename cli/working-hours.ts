import { weekdays, type SendingWindow, type Weekday } from '../domain/calendar.ts';
import { usage } from './failure.ts';
import { clean } from './terminal-text.ts';

const form = /^([a-z]{3}(?:[-,][a-z]{3})*) (\d\d:\d\d)-(\d\d:\d\d)$/;

/** Reads "mon-fri 08:00-17:00" or "mon,wed 09:00-12:00"; the API checks what it says. */
export function readWorkingHours(text: string, called = 'working hours are'): SendingWindow {
  const [, days = '', from = '', to = ''] = form.exec(text.trim().toLowerCase()) ?? [];
  const named = days.split(',').flatMap((part) => daysOf(part) ?? []);
  if (named.length === 0 || days.split(',').some((part) => daysOf(part) === null))
    throw usage(`${called} written as "mon-fri 08:00-17:00" (got ${clean(text)})`);
  return { days: named, from, to };
}

/** The same words back: "mon-fri 08:00-17:00". */
export function sayWorkingHours({ days, from, to }: SendingWindow): string {
  const places = days.map((day) => weekdays.indexOf(day)).sort((one, other) => one - other);
  const runs: number[][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === place - 1) last.push(place);
    else runs.push([place]);
  }
  const said = runs.flatMap((run) =>
    run.length > 2 ? [`${dayAt(run[0])}-${dayAt(run.at(-1))}`] : run.map((place) => dayAt(place)),
  );
  return `${said.join(',')} ${from}-${to}`;
}

function dayAt(place: number | undefined): string {
  return weekdays[place ?? 0] ?? '';
}

/** One day, or all from one to another one, also over the end of the week; null when a word is no day. */
function daysOf(part: string): Weekday[] | null {
  const [first, last, more] = part.split('-').map((day) => weekdays.findIndex((known) => known === day));
  if (first === undefined || first < 0 || more !== undefined) return null;
  if (last === undefined) return weekdays.slice(first, first + 1);
  if (last < 0) return null;
  return first <= last
    ? weekdays.slice(first, last + 1)
    : [...weekdays.slice(first), ...weekdays.slice(0, last + 1)];
}
