import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { weekdays } from '../../domain/calendar.ts';
import { yearlyDates, type YearlyRule } from '../../domain/yearly-dates.ts';

const plain: YearlyRule = { interval: 1, count: null, until: null, months: [], monthDays: [], weekdays: [] };

test('a plain rule is the same day of every year, in the years that are asked for', () => {
  expect(yearlyDates('2004-12-25', plain, 2026, 2028)).toEqual(['2026-12-25', '2027-12-25', '2028-12-25']);
});

test('29 February is left out of the years that do not have it, and not counted in them', () => {
  expect(yearlyDates('2020-02-29', { ...plain, count: 3 }, 2020, 2040)).toEqual([
    '2020-02-29',
    '2024-02-29',
    '2028-02-29',
  ]);
});

test('Thanksgiving is the fourth Thursday of November, Memorial Day the last Monday of May', () => {
  const thanksgiving = { ...plain, months: [11], weekdays: [{ nth: 4, weekday: 'thu' }] } as const;
  expect(yearlyDates('2000-11-23', thanksgiving, 2026, 2027)).toEqual(['2026-11-26', '2027-11-25']);
  const memorialDay = { ...plain, months: [5], weekdays: [{ nth: -1, weekday: 'mon' }] } as const;
  expect(yearlyDates('2000-05-29', memorialDay, 2026, 2027)).toEqual(['2026-05-25', '2027-05-31']);
});

test('weekdays and days of the month together are the days that are both', () => {
  const electionDay = {
    ...plain,
    interval: 4,
    months: [11],
    monthDays: [2, 3, 4, 5, 6, 7, 8],
    weekdays: [{ nth: null, weekday: 'tue' }],
  } as const;
  expect(yearlyDates('1996-11-05', electionDay, 2020, 2028)).toEqual([
    '2020-11-03',
    '2024-11-05',
    '2028-11-07',
  ]);
});

test('days are counted from the end of each month by its own length', () => {
  const lastDays = { ...plain, months: [2, 4], monthDays: [-1] };
  expect(yearlyDates('2027-02-28', lastDays, 2027, 2028)).toEqual([
    '2027-02-28',
    '2027-04-30',
    '2028-02-29',
    '2028-04-30',
  ]);
});

test('the last day that a rule may reach is in it', () => {
  expect(yearlyDates('2024-05-01', { ...plain, until: '2026-05-01' }, 2024, 2030)).toHaveLength(3);
});

const month = fc.integer({ min: 1, max: 12 });
const randomRule = fc.record({
  interval: fc.integer({ min: 1, max: 4 }),
  count: fc.option(fc.integer({ min: 1, max: 12 })),
  until: fc.constant(null),
  months: fc.uniqueArray(month, { minLength: 1, maxLength: 3 }),
  days: fc.oneof(
    // 1–28: the library moves a day that a month does not have to the next month, and counts from the end of the wrong month.
    fc.record({
      monthDays: fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { minLength: 1, maxLength: 3 }),
      weekdays: fc.constant([]),
    }),
    fc.record({
      monthDays: fc.constant([]),
      weekdays: fc.uniqueArray(
        fc.record({
          nth: fc.constantFrom(null, 1, 2, 3, 4, -1, -2),
          weekday: fc.constantFrom(...weekdays),
        }),
        // Of one weekday: a day that two of them mean (1MO, MO) is counted twice by the library.
        { minLength: 1, maxLength: 3, selector: ({ weekday }) => weekday },
      ),
    }),
  ),
});

test('random rules mean what the iCalendar library takes them for', () => {
  fc.assert(
    fc.property(randomRule, fc.integer({ min: 2000, max: 2027 }), month, ({ days, ...rest }, year, first) => {
      const rule: YearlyRule = { ...rest, ...days };
      const start = `${year}-${String(first).padStart(2, '0')}-01`;
      const iterator = ICAL.Recur.fromString(ruleText(rule)).iterator(ICAL.Time.fromDateString(start));
      const expected = new Set<string>();
      for (let next = iterator.next(); next && next.year <= 2040; next = iterator.next())
        expected.add(next.toString());
      expect(yearlyDates(start, rule, 2000, 2040)).toEqual([...expected]);
    }),
    { numRuns: 2_000 },
  );
});

function ruleText({ interval, count, months, monthDays, weekdays: days }: YearlyRule): string {
  const parts = ['FREQ=YEARLY', `INTERVAL=${interval}`, `BYMONTH=${months.join(',')}`];
  if (count !== null) parts.push(`COUNT=${count}`);
  if (monthDays.length > 0) parts.push(`BYMONTHDAY=${monthDays.join(',')}`);
  if (days.length > 0)
    parts.push(
      `BYDAY=${days.map(({ nth, weekday }) => `${nth ?? ''}${weekday.slice(0, 2).toUpperCase()}`).join(',')}`,
    );
  return parts.join(';');
}
