import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysOpen, createCalendar, type Calendar } from '../../domain/calendar.ts';
import {
  gapAfter,
  paceToFinishBy,
  refuseAskedPace,
  resolvePace,
  sizeOfBatch,
  spreadPerHour,
} from '../../domain/pace-form.ts';
import { paceLimits, refusePace } from '../../domain/pace.ts';

const minute = 60_000;
const hour = 60 * minute;
const monday = Date.UTC(2026, 11, 7, 8);
const officeHours = createCalendar({
  timeZone: 'Europe/Berlin',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }],
  holidays: [],
});

describe('so many an hour', () => {
  test.each([
    [60, 1, minute],
    [150, 5, 2 * minute],
    [100, 5, 3 * minute],
    [600, 10, minute],
    [5_000, 250, 3 * minute],
    [1, 1, hour],
  ])('%i are %i every %i ms', (perHour, size, gapMs) => {
    expect(spreadPerHour(perHour)).toEqual({ size, gapMs });
  });

  test('are never more than that, seldom much less, in batches at least a minute apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (perHour) => {
        const pace = spreadPerHour(perHour);
        expect(refusePace(pace)).toBeNull();
        const rate = (pace.size * hour) / pace.gapMs;
        expect(rate).toBeLessThanOrEqual(perHour * (1 + 1e-9));
        expect(rate).toBeGreaterThan(perHour * 0.999);
        expect(pace.gapMs).toBeGreaterThanOrEqual(minute);
      }),
    );
  });
});

describe('finish by', () => {
  /** When the last batch begins, counted batch by batch. */
  function lastStart(
    pace: { size: number; gapMs: number },
    recipients: number,
    from: number,
    calendar = alwaysOpen,
  ) {
    let at = calendar.opensAt(from);
    for (let left = recipients - pace.size; left > 0; left -= pace.size)
      at = calendar.opensAt(at + pace.gapMs);
    return at;
  }

  test('spreads 1,000 mails over a day of nine hours', () => {
    const plan = paceToFinishBy({
      recipients: 1_000,
      from: monday,
      by: monday + 9 * hour,
      calendar: alwaysOpen,
    });
    expect(plan).toEqual({ kind: 'pace', pace: { size: 2, gapMs: 64_000 } });
  });

  test('whatever the plan: in time, and not needlessly early', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 0, max: 14 * 24 * 60 }),
        fc.integer({ min: 0, max: 21 * 24 * 60 }),
        fc.constantFrom(alwaysOpen, officeHours),
        (recipients, later, length, calendar) => {
          const from = monday + later * minute;
          const by = from + length * minute;
          const plan = paceToFinishBy({ recipients, from, by, calendar });
          if (plan.kind === 'impossible') {
            expect(plan.earliest).toBeGreaterThan(by);
            return;
          }
          expect(refusePace(plan.pace)).toBeNull();
          expect(lastStart(plan.pace, recipients, from, calendar)).toBeLessThanOrEqual(by);
          const slower = { ...plan.pace, gapMs: plan.pace.gapMs + 1_000 };
          const batches = Math.ceil(recipients / plan.pace.size);
          if (batches > 1 && slower.gapMs <= paceLimits.maxGapMs)
            expect(lastStart(slower, recipients, from, calendar)).toBeGreaterThan(by);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('that is impossible is refused with the earliest instant that is possible', () => {
    const saturday = Date.UTC(2026, 11, 12, 12);
    const situation = { recipients: 10, from: saturday, calendar: officeHours, lastBatch: 0 };
    expect(resolvePace({ finishBy: saturday + hour }, situation)).toEqual({
      refusal: 'it cannot be finished by 2026-12-12T13:00:00Z: the earliest possible is 2026-12-14T07:00:00Z',
    });
    expect(resolvePace({ finishBy: Date.UTC(2026, 11, 14, 7) }, situation)).toMatchObject({
      pace: { size: 10 },
    });
  });

  test('however far away, is worked out without walking through every day until then', () => {
    let asked = 0;
    const counting: Calendar = {
      opensAt: (at) => officeHours.opensAt(at),
      closesAt: (at) => officeHours.closesAt(at),
      openMs: (from, to) => {
        asked += to - from;
        return officeHours.openMs(from, to);
      },
    };
    const plan = paceToFinishBy({
      recipients: 12,
      from: monday,
      by: Date.UTC(2300, 0, 1),
      calendar: counting,
    });
    expect(plan).toEqual({ kind: 'pace', pace: { size: 1, gapMs: paceLimits.maxGapMs } });
    expect(asked).toBeLessThan(10 * 366 * 24 * hour);
  });
});

describe('a ramp', () => {
  const ramp = { from: 10, factor: 2, since: 3 };

  test('doubles from the batch on at which it was asked for, up to the size', () => {
    const sizes = [4, 5, 6, 7, 8, 9, 400].map((number) =>
      sizeOfBatch({ size: 200, gapMs: minute }, ramp, number),
    );
    expect(sizes).toEqual([10, 20, 40, 80, 160, 200, 200]);
  });

  test('counts from the last batch that was begun when it is asked for', () => {
    const situation = { recipients: 9, from: monday, calendar: alwaysOpen, lastBatch: 7 };
    expect(resolvePace({ size: 50, gapMs: minute, ramp: { from: 5, factor: 1.5 } }, situation)).toEqual({
      pace: { size: 50, gapMs: minute },
      form: { ramp: { from: 5, factor: 1.5, since: 7 } },
    });
  });
});

test('jitter lengthens a gap by at most its share, shortens none, and is the same at every look', () => {
  const pace = { size: 1, gapMs: 20 * minute };
  fc.assert(
    fc.property(
      fc.integer(),
      fc.nat(10_000),
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      (seed, number, share) => {
        const gap = gapAfter(pace, { seed, share }, number);
        expect(gap).toBeGreaterThanOrEqual(pace.gapMs);
        expect(gap).toBeLessThanOrEqual(pace.gapMs * (1 + share));
        expect(gapAfter(pace, { seed, share }, number)).toBe(gap);
      },
    ),
  );
  const gaps = Array.from({ length: 1_000 }, (_, number) => gapAfter(pace, { seed: 5, share: 0.5 }, number));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / pace.gapMs;
  expect(mean).toBeGreaterThan(1.23);
  expect(mean).toBeLessThan(1.27);
  expect(gapAfter(pace, null, 5)).toBe(pace.gapMs);
});

test('a pace that has to finish by an instant takes no jitter, which would be without effect', () => {
  expect(refuseAskedPace({ finishBy: 1_800_000_000_000, jitter: 0.1 })).toContain('takes no jitter');
  expect(refuseAskedPace({ finishBy: 1_800_000_000_000 })).toBeNull();
});
