import { describe, expect, test } from 'vitest';
import { readHolidays, type HolidayFile } from '../../../api/holidays/read-holidays.ts';

const range = { from: '2026-11-24', to: '2028-12-31' };

function file(...events: readonly (readonly string[])[]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

function read(...events: readonly (readonly string[])[]): HolidayFile {
  return readHolidays(file(...events), range);
}

describe('a whole-day event', () => {
  test('is one day, with or without an end', () => {
    expect(
      read(['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261226'], ['DTSTART;VALUE=DATE:20270101']),
    ).toEqual({ dates: ['2026-12-25', '2027-01-01'], read: 2, timed: 0, cancelled: 0, notRead: [] });
  });

  test('of several days ends on the day before DTEND, over the end of a month', () => {
    expect(read(['DTSTART;VALUE=DATE:20270330', 'DTEND;VALUE=DATE:20270402']).dates).toEqual([
      '2027-03-30',
      '2027-03-31',
      '2027-04-01',
    ]);
  });

  test('may have its length as a duration', () => {
    expect(read(['DTSTART;VALUE=DATE:20261224', 'DURATION:P1W2D']).dates).toHaveLength(9);
  });

  test('that ends where it begins is one day', () => {
    expect(read(['DTSTART;VALUE=DATE:20261225', 'DTEND;VALUE=DATE:20261225']).dates).toEqual(['2026-12-25']);
  });

  test('without VALUE=DATE is read all the same', () => {
    expect(read(['DTSTART:20261225']).dates).toEqual(['2026-12-25']);
  });

  test('on the same day as another gives the day once', () => {
    expect(read(['DTSTART;VALUE=DATE:20261225'], ['DTSTART;VALUE=DATE:20261225'])).toMatchObject({
      dates: ['2026-12-25'],
      read: 2,
    });
  });

  test('outside of the range is read and gives no day; one that reaches into it gives the days inside', () => {
    expect(
      read(
        ['DTSTART;VALUE=DATE:20251225'],
        ['DTSTART;VALUE=DATE:20261120', 'DTEND;VALUE=DATE:20261126'],
        ['DTSTART;VALUE=DATE:20281231', 'DTEND;VALUE=DATE:20290103'],
      ),
    ).toMatchObject({ dates: ['2026-11-24', '2026-11-25', '2028-12-31'], read: 3 });
  });

  test('may be written in folded lines, with parameters in quotes', () => {
    const folded = ['DTSTART;VALUE=DATE;X-NOTE="a:b;c":202', ' 61225', 'SUMMARY:Weih', '\tnachten'];
    expect(read(folded).dates).toEqual(['2026-12-25']);
  });
});

describe('a yearly event', () => {
  test('is expanded for the range, however long ago it began', () => {
    expect(read(['DTSTART;VALUE=DATE:19900501', 'RRULE:FREQ=YEARLY']).dates).toEqual([
      '2027-05-01',
      '2028-05-01',
    ]);
  });

  test('ends after COUNT days and with UNTIL', () => {
    expect(read(['DTSTART;VALUE=DATE:20240501', 'RRULE:FREQ=YEARLY;COUNT=4']).dates).toEqual(['2027-05-01']);
    expect(read(['DTSTART;VALUE=DATE:20240501', 'RRULE:FREQ=YEARLY;UNTIL=20270501']).dates).toEqual([
      '2027-05-01',
    ]);
    expect(read(['DTSTART;VALUE=DATE:20240501', 'RRULE:FREQ=YEARLY;UNTIL=20270430T220000Z']).dates).toEqual(
      [],
    );
  });

  test('of several days is several days each year, also over the new year', () => {
    const turn = ['DTSTART;VALUE=DATE:20101231', 'DTEND;VALUE=DATE:20110102', 'RRULE:FREQ=YEARLY'];
    expect(readHolidays(file(turn), { from: '2027-01-01', to: '2027-12-31' }).dates).toEqual([
      '2027-01-01',
      '2027-12-31',
    ]);
  });

  test('by weekday of a month is that day of each year', () => {
    expect(read(['DTSTART;VALUE=DATE:20001123', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH']).dates).toEqual([
      '2026-11-26',
      '2027-11-25',
      '2028-11-23',
    ]);
  });

  test('leaves out EXDATE, adds RDATE, and gives way to an event that replaces one of its days', () => {
    expect(
      read(
        [
          'UID:1',
          'DTSTART;VALUE=DATE:20260501',
          'RRULE:FREQ=YEARLY',
          'EXDATE;VALUE=DATE:20270501',
          'RDATE;VALUE=DATE:20270502',
        ],
        ['UID:1', 'RECURRENCE-ID;VALUE=DATE:20280501', 'DTSTART;VALUE=DATE:20280503'],
      ).dates,
    ).toEqual(['2027-05-02', '2028-05-03']);
  });

  test.each([
    ['FREQ=WEEKLY', 'it repeats weekly, not yearly; only its first day is taken'],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'it repeats daily, not yearly; only its first day is taken'],
    ['FREQ=YEARLY;BYWEEKNO=20', 'it repeats by BYWEEKNO; only its first day is taken'],
    ['FREQ=YEARLY;BYDAY=20MO', 'it repeats by weekdays that belong to no month; only its first day is taken'],
    ['FREQ=YEARLY;COUNT=0', 'it repeats every 0 years or 0 times; only its first day is taken'],
  ])('%s is not guessed at: its first day counts, and the file says so', (rule, reason) => {
    expect(read(['DTSTART;VALUE=DATE:20261225', 'SUMMARY:Odd', `RRULE:${rule}`])).toMatchObject({
      dates: ['2026-12-25'],
      read: 0,
      notRead: [{ summary: 'Odd', reason }],
    });
  });
});

describe('what is no holiday', () => {
  test('is counted: events with a time of day, cancelled ones', () => {
    expect(
      read(
        ['DTSTART;TZID=Europe/Berlin:20261225T080000'],
        ['DTSTART:20261225T080000Z'],
        ['DTSTART;VALUE=DATE:20261224', 'STATUS:CANCELLED'],
      ),
    ).toEqual({ dates: [], read: 0, timed: 2, cancelled: 1, notRead: [] });
  });

  test('is left alone: to-dos, time zones and alarms', () => {
    const todo = file([
      'DTSTART;VALUE=DATE:20261225',
      'BEGIN:VALARM',
      'TRIGGER:-PT15M',
      'END:VALARM',
    ]).replace('END:VCALENDAR', 'BEGIN:VTODO\r\nDTSTART;VALUE=DATE:20261224\r\nEND:VTODO\r\nEND:VCALENDAR');
    expect(readHolidays(todo, range).dates).toEqual(['2026-12-25']);
  });

  test.each(['20261332', '20270229', 'tomorrow', ''])(
    'a start of "%s" is no date and said to be none',
    (start) => {
      expect(read([`DTSTART;VALUE=DATE:${start}`, 'SUMMARY:Odd'])).toMatchObject({
        dates: [],
        notRead: [{ summary: 'Odd', reason: 'its start is no date' }],
      });
    },
  );

  test('an event without a start or a summary', () => {
    expect(read(['UID:1']).notRead).toEqual([{ summary: 'no summary', reason: 'its start is no date' }]);
  });
});

describe('a file', () => {
  test('may have bare line feeds, a byte order mark and several calendars', () => {
    const one = file(['DTSTART;VALUE=DATE:20261225']);
    const two = file(['DTSTART;VALUE=DATE:20261226']);
    expect(readHolidays(`\uFEFF${one}${two}`.replaceAll('\r\n', '\n'), range).dates).toHaveLength(2);
  });

  test.each([
    ['', 'the file is empty'],
    [' \r\n', 'the file is empty'],
    ['<html></html>', 'the file cannot be read as iCalendar (invalid line'],
    ['email\r\na@example.com\r\n', 'the file cannot be read as iCalendar (invalid line'],
    ['BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n', 'the file cannot be read as iCalendar (invalid ical body.'],
    ['BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nEND:VCARD\r\n', 'the file holds no calendar'],
    [
      file(['DTSTART;VALUE=DATE:20261225', 'RRULE:FREQ=SOMETIMES']),
      'the file cannot be read as iCalendar (invalid freq',
    ],
  ])('of %j is refused', (text, refusal) => {
    const wayOut = 'give an iCalendar file (.ics) with whole-day events';
    expect(() => readHolidays(text, range)).toThrow(refusal);
    expect(() => readHolidays(text, range)).toThrow(wayOut);
  });

  test('of more than 5000 events is refused, for that is a diary', () => {
    const events = Array.from({ length: 5_001 }, () => ['DTSTART;VALUE=DATE:20261225']);
    expect(() => read(...events)).toThrow('too many events (got 5001, at most 5000)');
    expect(read(...events.slice(1)).read).toBe(5_000);
  });
});
