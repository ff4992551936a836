import fc from 'fast-check';
import { weekdays, type CalendarRules, type SendingWindow } from '../../domain/calendar.ts';

const minute = 60_000;

/** Zones that do different things to their clocks, and instants at which each of them did. */
const zones: Readonly<Record<string, readonly number[]>> = {
  'Europe/Berlin': [Date.UTC(2027, 2, 28, 1), Date.UTC(2026, 9, 25, 1)],
  'America/New_York': [Date.UTC(2027, 2, 14, 7), Date.UTC(2026, 10, 1, 6)],
  // Half an hour.
  'Australia/Lord_Howe': [Date.UTC(2026, 9, 3, 15, 30), Date.UTC(2027, 3, 3, 15)],
  'Asia/Kolkata': [Date.UTC(2026, 11, 31, 18, 30)],
  // At midnight: a Sunday without its first hour, a Saturday that has its last hour twice.
  'America/Sao_Paulo': [Date.UTC(2018, 10, 4, 3), Date.UTC(2018, 1, 18, 2)],
  // A Friday that never was.
  'Pacific/Apia': [Date.UTC(2011, 11, 30, 10), Date.UTC(2021, 3, 3, 14)],
  // Twice a year for Ramadan, also in weeks that follow each other closely.
  'Africa/Casablanca': [Date.UTC(2027, 1, 7, 2), Date.UTC(2027, 2, 14, 2)],
  'America/St_Johns': [Date.UTC(2010, 2, 14, 3, 31), Date.UTC(2010, 10, 7, 2, 31)],
  UTC: [Date.UTC(2026, 11, 31)],
};

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Whole hours and halves often, so that windows touch and overlap; any minute sometimes. */
const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 48 }).map((half) => half * 30),
  fc.integer({ min: 0, max: 1_440 }),
);

const randomWindow: fc.Arbitrary<SendingWindow> = fc
  .record({
    days: fc.oneof(fc.subarray([...weekdays], { minLength: 1 }), fc.constant([...weekdays])),
    from: minuteOfDay,
    to: minuteOfDay,
  })
  .filter(({ from, to }) => from !== to)
  .map(({ days, from, to }) => ({
    days,
    from: clock(Math.min(from, to)),
    to: clock(Math.max(from, to)),
  }));

export interface RandomCalendar {
  readonly rules: CalendarRules;
  /** A whole minute within two days of a change of clocks. */
  readonly at: number;
}

export const randomCalendar: fc.Arbitrary<RandomCalendar> = fc
  .constantFrom(
    ...Object.entries(zones).flatMap(([zone, changes]) => changes.map((at) => [zone, at] as const)),
  )
  .chain(([timeZone, change]) =>
    fc.record({
      rules: fc.record({
        timeZone: fc.constant(timeZone),
        windows: fc.array(randomWindow, { maxLength: 5 }),
        holidays: fc
          .array(fc.integer({ min: -4, max: 6 }), { maxLength: 4 })
          .map((days) =>
            days.map((day) => new Date(change + day * 1_440 * minute).toISOString().slice(0, 10)),
          ),
      }),
      at: fc.integer({ min: -2_880, max: 2_880 }).map((minutes) => change + minutes * minute),
    }),
  );
