import { holidayFileSchema, holidaysReadSchema } from '../../domain/schema/holiday-file.ts';
import { refuse } from '../check-input.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { readHolidays, type DateRange, type HolidayFile } from '../holidays/read-holidays.ts';
import { UnreadableIcalendar } from '../holidays/unreadable-icalendar.ts';
import { Problem } from '../problem.ts';

/** Yearly holidays have no end: a file is read for at most so many years. */
const maxYears = 10;

export const holidayEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'readHolidays',
    method: 'post',
    path: '/v1/holidays',
    role: 'operator',
    tag: 'Campaigns',
    summary: 'Read the holidays of an iCalendar file',
    description:
      "Keeps nothing: the answer's `dates` go into `holidays` of a campaign. Yearly events give a date for each year.",
    body: holidayFileSchema,
    answers: { 200: { description: 'The holidays', schema: holidaysReadSchema } },
    problems: ['fileRefused'],
    handle: async ({ body: { ics, from, to } }) => {
      const range = rangeOf(from, to, new Date().toISOString().slice(0, 10));
      const { dates, notRead, ...counts } = readOrRefuse(ics, range);
      const body = { dates: [...dates], ...range, ...counts, notRead: [...notRead] };
      return { status: 200, body };
    },
  }),
];

function rangeOf(from: string | undefined, to: string | undefined, today: string): DateRange {
  const first = from ?? today;
  const last = to ?? `${yearOf(first) + 2}-12-31`;
  if (last < first)
    throw refuse('invalidBody', [
      {
        pointer: '/to',
        detail: `the last day is before the first one, ${first} (got ${last}); exchange them`,
      },
    ]);
  if (yearOf(last) - yearOf(first) > maxYears)
    throw refuse('invalidBody', [
      {
        pointer: '/to',
        detail: `at most ${maxYears} years are read (got ${first} to ${last}); ask for fewer`,
      },
    ]);
  return { from: first, to: last };
}

function yearOf(date: string): number {
  return Number(date.slice(0, 4));
}

function readOrRefuse(ics: string, range: DateRange): HolidayFile {
  try {
    return readHolidays(ics, range);
  } catch (error) {
    if (error instanceof UnreadableIcalendar)
      throw new Problem('fileRefused', error.message, { cause: error });
    throw error;
  }
}
