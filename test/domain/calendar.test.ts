import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alwaysOpen,
  createCalendar,
  refuseCalendar,
  type CalendarRules,
  type SendingWindow,
} from '../../domain/calendar.ts';
import { isOpenOnTheWallClock } from './calendar-oracle.ts';
import { randomCalendar } from './random-calendar.ts';

const minute = 60_000;
const hour = 60 * minute;
const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const everyDay = [...workdays, 'sat', 'sun'] as const;

function berlin(windows: readonly SendingWindow[], holidays: readonly string[] = []): CalendarRules {
  return { timeZone: 'Europe/Berlin', windows, holidays };
}

/** What the wall clock says, minute by minute, from `at` on: how long it stays as it is there. */
function minutesLike(rules: CalendarRules, at: number, open: boolean, atMost: number): number {
  let minutes = 0;
  while (minutes < atMost && isOpenOnTheWallClock(rules, at + minutes * minute) === open) minutes += 1;
  return minutes;
}

describe('a random calendar in a random zone near a change of its clocks', () => {
  const fourDays = 4 * 1_440;

  test('opens at the first minute that the wall clock allows, and not again after that', () => {
    fc.assert(
      fc.property(randomCalendar, ({ rules, at }) => {
        const opens = createCalendar(rules).opensAt(at);
        const closed = minutesLike(rules, at, false, fourDays);
        if (closed === fourDays) expect(opens).toBeGreaterThanOrEqual(at + fourDays * minute);
        else expect(new Date(opens).toISOString()).toBe(new Date(at + closed * minute).toISOString());
        if (opens < Infinity) {
          expect(isOpenOnTheWallClock(rules, opens)).toBe(true);
          expect(createCalendar(rules).opensAt(opens)).toBe(opens);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('closes at the first minute that the wall clock forbids; when it is closed, at once', () => {
    fc.assert(
      fc.property(randomCalendar, ({ rules, at }) => {
        const closes = createCalendar(rules).closesAt(at);
        const open = minutesLike(rules, at, true, fourDays);
        if (open === fourDays) expect(closes).toBeGreaterThanOrEqual(at + fourDays * minute);
        else expect(new Date(closes).toISOString()).toBe(new Date(at + open * minute).toISOString());
      }),
      { numRuns: 500 },
    );
  });

  test('is open for as many minutes as the wall clock allows', () => {
    fc.assert(
      fc.property(randomCalendar, fc.nat({ max: 2 * 1_440 }), ({ rules, at }, minutes) => {
        let open = 0;
        for (let n = 0; n < minutes; n += 1) if (isOpenOnTheWallClock(rules, at + n * minute)) open += 1;
        expect(createCalendar(rules).openMs(at, at + minutes * minute)).toBe(open * minute);
      }),
      { numRuns: 300 },
    );
  });

  test('answers the same whatever it was asked before', () => {
    fc.assert(
      fc.property(
        randomCalendar,
        fc.array(fc.integer({ min: -5_000, max: 5_000 })),
        ({ rules, at }, asked) => {
          const used = createCalendar(rules);
          for (const minutes of [...asked, 0]) {
            const when = at + minutes * minute;
            const fresh = createCalendar(rules);
            expect([used.closesAt(when), used.opensAt(when)]).toEqual([
              fresh.closesAt(when),
              fresh.opensAt(when),
            ]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a window', () => {
  const nineToFive = createCalendar(berlin([{ days: workdays, from: '09:00', to: '17:00' }]));

  test('is open from its first millisecond to the last before its end', () => {
    const opens = Date.parse('2026-11-24T09:00:00+01:00');
    const closes = Date.parse('2026-11-24T17:00:00+01:00');
    expect(nineToFive.opensAt(opens - 1)).toBe(opens);
    expect(nineToFive.opensAt(closes - 1)).toBe(closes - 1);
    expect(nineToFive.opensAt(closes)).toBe(Date.parse('2026-11-25T09:00:00+01:00'));
    expect(nineToFive.closesAt(opens)).toBe(closes);
    expect(nineToFive.closesAt(closes)).toBe(closes);
    expect(nineToFive.closesAt(opens - 1)).toBe(opens - 1);
  });

  test('of Friday is followed by the one of Monday', () => {
    expect(nineToFive.opensAt(Date.parse('2026-11-27T17:00:00+01:00'))).toBe(
      Date.parse('2026-11-30T09:00:00+01:00'),
    );
  });

  test('keeps its time on the wall clock over a change of clocks', () => {
    expect(nineToFive.opensAt(Date.parse('2027-03-26T18:00:00+01:00'))).toBe(
      Date.parse('2027-03-29T09:00:00+02:00'),
    );
  });

  test('that the spring day skips does not open on that day', () => {
    const skipped = createCalendar(berlin([{ days: everyDay, from: '02:00', to: '03:00' }]));
    const saturday = Date.parse('2027-03-27T02:00:00+01:00');
    expect(skipped.opensAt(saturday)).toBe(saturday);
    expect(skipped.opensAt(saturday + hour)).toBe(Date.parse('2027-03-29T02:00:00+02:00'));
    expect(skipped.openMs(saturday, Date.parse('2027-03-29T12:00:00+02:00'))).toBe(2 * hour);
  });

  test('that the spring day cuts opens when the clocks have moved', () => {
    const cut = createCalendar(berlin([{ days: everyDay, from: '02:30', to: '04:00' }]));
    const opens = Date.parse('2027-03-28T03:00:00+02:00');
    expect(cut.opensAt(opens - hour)).toBe(opens);
    expect(cut.closesAt(opens)).toBe(opens + hour);
  });

  test('in the hour that comes twice is open both times, with the time between them closed', () => {
    const twice = createCalendar(berlin([{ days: everyDay, from: '02:00', to: '02:30' }]));
    const first = Date.parse('2026-10-25T02:00:00+02:00');
    const second = Date.parse('2026-10-25T02:00:00+01:00');
    expect(twice.opensAt(first - 1)).toBe(first);
    expect(twice.closesAt(first)).toBe(first + 30 * minute);
    expect(twice.opensAt(first + 30 * minute)).toBe(second);
    expect(twice.openMs(first, second + hour)).toBe(60 * minute);
  });

  test('that holds the whole doubled hour is open through it, an hour longer', () => {
    const night = createCalendar(berlin([{ days: everyDay, from: '01:00', to: '04:00' }]));
    const opens = Date.parse('2026-10-25T01:00:00+02:00');
    expect(night.closesAt(opens)).toBe(opens + 4 * hour);
  });
});

describe('several windows', () => {
  test('that touch are one', () => {
    const day = createCalendar(
      berlin([
        { days: workdays, from: '12:00', to: '17:00' },
        { days: workdays, from: '08:00', to: '12:00' },
      ]),
    );
    const opens = Date.parse('2026-11-24T08:00:00+01:00');
    expect(day.closesAt(opens)).toBe(opens + 9 * hour);
  });

  test('with a break close for the break', () => {
    const day = createCalendar(
      berlin([
        { days: workdays, from: '08:00', to: '12:00' },
        { days: workdays, from: '13:00', to: '17:00' },
      ]),
    );
    const noon = Date.parse('2026-11-24T12:00:00+01:00');
    expect(day.closesAt(noon - hour)).toBe(noon);
    expect(day.opensAt(noon)).toBe(noon + hour);
  });

  test('that meet at midnight are one', () => {
    const night = createCalendar(
      berlin([
        { days: ['mon'], from: '22:00', to: '24:00' },
        { days: ['tue'], from: '00:00', to: '06:00' },
      ]),
    );
    const opens = Date.parse('2026-11-23T22:00:00+01:00');
    expect(night.closesAt(opens)).toBe(opens + 8 * hour);
    expect(night.opensAt(opens + 8 * hour)).toBe(opens + 7 * 24 * hour);
  });

  test('that fill the week never close, until a holiday', () => {
    const always = { days: everyDay, from: '00:00', to: '24:00' };
    const at = Date.parse('2026-11-24T08:00:00+01:00');
    expect(createCalendar(berlin([always])).closesAt(at)).toBe(Infinity);
    const christmas = createCalendar(berlin([always], ['2026-12-25']));
    expect(christmas.closesAt(at)).toBe(Date.parse('2026-12-25T00:00:00+01:00'));
    expect(christmas.opensAt(Date.parse('2026-12-25T10:00:00+01:00'))).toBe(
      Date.parse('2026-12-26T00:00:00+01:00'),
    );
  });
});

describe('a calendar', () => {
  test('without windows and holidays is always open', () => {
    expect(createCalendar(berlin([]))).toBe(alwaysOpen);
    expect([alwaysOpen.opensAt(5), alwaysOpen.closesAt(5), alwaysOpen.openMs(5, 9)]).toEqual([
      5,
      Infinity,
      4,
    ]);
  });

  test('without windows is closed on holidays only, from midnight to midnight of its zone', () => {
    const calendar = createCalendar({ timeZone: 'America/New_York', windows: [], holidays: ['2026-11-26'] });
    const midnight = Date.parse('2026-11-26T00:00:00-05:00');
    expect(calendar.closesAt(midnight - 30 * 24 * hour)).toBe(midnight);
    expect(calendar.opensAt(midnight)).toBe(midnight + 24 * hour);
    expect(calendar.openMs(midnight - hour, midnight + 25 * hour)).toBe(2 * hour);
  });

  test('of an unknown zone is a RangeError', () => {
    expect(() => createCalendar({ timeZone: 'Mars/Olympus', windows: [], holidays: ['2026-11-26'] })).toThrow(
      RangeError,
    );
  });

  test('has no answer for instants that no clock can show', () => {
    const calendar = createCalendar(berlin([{ days: ['mon'], from: '08:00', to: '09:00' }]));
    for (const at of [Infinity, NaN, 8.64e15]) expect(calendar.opensAt(at)).toBe(Infinity);
    expect(() => calendar.openMs(0, Infinity)).toThrow(RangeError);
  });

  test('that opens after more than 400 days counts as never open', () => {
    const at = Date.UTC(2026, 10, 24);
    const days = (count: number): string[] =>
      Array.from({ length: count }, (_, day) => new Date(at + day * 24 * hour).toISOString().slice(0, 10));
    const opening = (count: number): number =>
      createCalendar({ timeZone: 'UTC', windows: [], holidays: days(count) }).opensAt(at);
    expect(opening(399)).toBe(at + 399 * 24 * hour);
    expect(opening(402)).toBe(Infinity);
  });
});

describe('a calendar that cannot be used is refused', () => {
  const now = Date.UTC(2026, 10, 24, 8);

  test('when a window ends before it begins, with the way to write a night', () => {
    const rules = berlin([
      { days: workdays, from: '08:00', to: '17:00' },
      { days: workdays, from: '22:00', to: '06:00' },
    ]);
    expect(refuseCalendar(rules, now)).toBe(
      'window 2: a window must end after it begins (got 22:00–06:00); for a night take two windows, 22:00–24:00 and 00:00–06:00 on the days after',
    );
  });

  test('when a window ends where it begins', () => {
    expect(refuseCalendar(berlin([{ days: ['mon'], from: '08:00', to: '08:00' }]), now)).toBe(
      'window 1: a window must end after it begins (got 08:00–08:00); for a whole day take 00:00–24:00',
    );
  });

  test('when a window ends at midnight but calls it 00:00', () => {
    expect(refuseCalendar(berlin([{ days: ['mon'], from: '20:00', to: '00:00' }]), now)).toBe(
      'window 1: a window must end after it begins (got 20:00–00:00); until midnight is 20:00–24:00',
    );
  });

  test('when a window has no day', () => {
    expect(refuseCalendar(berlin([{ days: [], from: '08:00', to: '09:00' }]), now)).toBe(
      'window 1: a window needs a day (got none); name days of mon, tue, wed, thu, fri, sat, sun',
    );
  });

  test('when all its days are holidays', () => {
    const mondays = Array.from({ length: 60 }, (_, week) =>
      new Date(Date.UTC(2026, 10, 23) + week * 7 * 24 * hour).toISOString().slice(0, 10),
    );
    const rules = berlin([{ days: ['mon'], from: '08:00', to: '09:00' }], mondays);
    expect(refuseCalendar(rules, now)).toBe(
      'mails could never leave in the 400 days from 2026-11-24: every mon is a holiday (got 60 holidays); take holidays out or add days to the windows',
    );
    expect(refuseCalendar({ ...rules, holidays: mondays.slice(0, 40) }, now)).toBeNull();
  });

  test('but not when windows overlap, or no window is given', () => {
    const overlapping = berlin([
      { days: everyDay, from: '08:00', to: '13:00' },
      { days: workdays, from: '12:00', to: '17:00' },
    ]);
    expect(refuseCalendar(overlapping, now)).toBeNull();
    expect(refuseCalendar(berlin([]), now)).toBeNull();
  });
});
