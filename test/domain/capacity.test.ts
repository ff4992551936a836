import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CapacityInput } from '../../domain/capacity-input.ts';
import { refuseCapacity } from '../../domain/capacity-settings.ts';
import { decideCapacity } from '../../domain/capacity.ts';
import { delayGridMs } from '../../domain/delay-grid.ts';
import type { WorkingHours } from '../../domain/desk-drain.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.UTC(2026, 10, 23, 12);
const prior = { rate: 0.5, delayMs: 10 * minute, strength: 20 };
const nobody = { batches: [], delays: [], opened: 0, prior };

/** A desk for 30 that handles 60 an hour, four hours into a campaign that half of the people answer within 10 minutes. */
function input(change: Partial<CapacityInput> = {}): CapacityInput {
  return {
    now,
    limit: 30,
    open: 12,
    stream: campaign(12, 40),
    others: [],
    handled: { count: 200, meanOpenMs: 15 * minute, lately: { workingMs: hour, count: 60, meanOpen: 15 } },
    handlingMs: null,
    floor: 0,
    ceiling: null,
    silentAfterMs: hour,
    lastSignalAt: now - minute,
    heldBack: false,
    hours: null,
    ...change,
  };
}

/** So many batches, one each 20 minutes up to `ago` minutes ago; half of the mails that are old enough were answered. */
function campaign(count: number, size: number, ago = 20): CapacityInput['stream'] {
  const shares = [0, 0.05, 0.05, 0.1, 0.1, 0.07, 0.05, 0.04, 0.02, 0.02];
  const mails = count * size;
  const delays = delayGridMs.map((uptoMs, bucket) => ({
    uptoMs,
    count: Math.round((shares[bucket] ?? 0) * mails),
  }));
  return {
    batches: Array.from({ length: count }, (_, index) => ({ at: now - (index * 20 + ago) * minute, size })),
    delays,
    opened: delays.reduce((sum, delay) => sum + delay.count, 0),
    prior,
  };
}

const start = (change: Partial<CapacityInput> = {}): CapacityInput =>
  input({
    open: 0,
    stream: nobody,
    lastSignalAt: null,
    handled: { count: 0, meanOpenMs: null, lately: { workingMs: 0, count: 0, meanOpen: 0 } },
    ...change,
  });

describe('the size of a batch', () => {
  test('is the wanted one while there is room', () => {
    const decision = decideCapacity(input({ open: 5 }), 20);
    expect(decision).toMatchObject({ kind: 'room', size: 20, lookAgainAt: now });
    expect(decision.sentence).toMatch(/^room for 20: 5 of 30 open, \d+ more expected within the hour$/);
  });

  test('counts nobody twice: when all have answered, no more answers are expected of them', () => {
    const stream = {
      batches: [{ at: now - 2 * minute, size: 16 }],
      delays: [{ uptoMs: minute, count: 16 }],
      opened: 16,
      prior,
    };
    const decision = decideCapacity(input({ limit: 10, open: 0, stream }), 8);
    expect(decision).toMatchObject({ kind: 'room', inputs: { expectedInAll: 0 } });
    const half = decideCapacity(input({ limit: 10, open: 0, stream: { ...stream, opened: 8 } }), 8);
    expect(half.inputs.expectedInAll).toBeLessThanOrEqual(8);
    expect(half.inputs.expectedInAll).toBeGreaterThan(1);
  });

  test('is what there is room for when that is less, and the sentence says both', () => {
    const decision = decideCapacity(input({ open: 14 }), 200);
    expect(decision.kind).toBe('room');
    expect(decision.size).toBeGreaterThan(10);
    expect(decision.size).toBeLessThan(60);
    expect(decision.sentence).toMatch(new RegExp(`^room for ${decision.size} of 200: 14 of 30 open, `));
    expect(decision.size).toBe(decision.inputs.room);
  });

  test('is nothing when the desk is full, with the reason and the time of the next look', () => {
    const decision = decideCapacity(input({ open: 28, stream: campaign(12, 40, 2) }), 50);
    expect(decision).toMatchObject({ kind: 'heldBack', size: 0 });
    expect(decision.sentence).toBe(
      `held back: 28 of 30 open, ${Math.round(decision.inputs.expectedWithinHour)} more expected within the hour`,
    );
    expect(decision.inputs.expectedWithinHour).toBeGreaterThan(5);
    expect(decision.lookAgainAt).toBeGreaterThanOrEqual(now + minute);
    expect(decision.lookAgainAt).toBeLessThanOrEqual(now + hour);
  });

  test('of a first batch follows what is stated', () => {
    const size = (rate: number): number =>
      decideCapacity(start({ stream: { ...nobody, prior: { ...prior, rate } } }), 1_000).size;
    expect(size(0.1)).toBeGreaterThan(2.5 * size(0.5));
    expect(size(0.5)).toBeGreaterThan(15);
    expect(size(0.5)).toBeLessThan(60);
  });

  test('counts mails of other campaigns that feed the same desk', () => {
    const alone = decideCapacity(input({ open: 5 }), 100);
    const shared = decideCapacity(
      input({ open: 5, others: [{ ...campaign(1, 60, 1), delays: [], opened: 0 }] }),
      100,
    );
    expect(shared.size).toBeLessThan(alone.size - 20);
  });

  test('is at least one mail when hardly anything is open: a capacity of one is no dead end', () => {
    expect(decideCapacity(start({ limit: 1 }), 50)).toMatchObject({ kind: 'room', size: 1 });
  });

  test('is small before a desk closes for the night, and held back until what came meanwhile is handled', () => {
    const hours = nightAt(now + 30 * minute);
    const open = decideCapacity(start({ handlingMs: 10 * minute }), 200);
    const closing = decideCapacity(start({ handlingMs: 10 * minute, hours }), 200);
    expect(closing.size).toBeLessThan(open.size);
    const night = decideCapacity(input({ open: 25, now: now + hour, hours, lastSignalAt: now }), 50);
    expect(night.kind).toBe('heldBack');
    expect(night.sentence).toMatch(
      /^held back: 25 of 30 open, .* within the hour, the desk opens in 14 h 30 min$/,
    );
  });
});

describe('hysteresis', () => {
  test('waits for more room once it has held back', () => {
    const sizes = Array.from({ length: 31 }, (_, open) => {
      const first = decideCapacity(input({ open }), 100);
      const again = decideCapacity(input({ open, heldBack: true }), 100);
      return { first: first.size, again: again.size, room: first.inputs.room };
    });
    // There is a band in which a batch still leaves, but one that was held back does not.
    const band = sizes.filter(({ first, again }) => first > 0 && again === 0);
    expect(band.length).toBeGreaterThan(0);
    for (const { room } of band) expect(room).toBeLessThan(25);
    for (const { first, again } of sizes) if (again > 0) expect(again).toBe(first);
  });
});

describe('floor and ceiling', () => {
  test('a floor leaves also without room', () => {
    const decision = decideCapacity(input({ open: 40, floor: 5 }), 50);
    expect(decision).toMatchObject({ kind: 'heldBack', size: 5, lookAgainAt: now });
    expect(decision.sentence).toMatch(/^held back to 5 of 50: 40 of 30 open/);
  });

  test('a floor above what is left is what is left', () => {
    expect(decideCapacity(input({ open: 40, floor: 5 }), 3).size).toBe(3);
  });

  test('a ceiling above the wanted size lets batches grow with the room, one below bounds them', () => {
    expect(decideCapacity(start({ ceiling: 40, limit: 200 }), 10)).toMatchObject({ kind: 'room', size: 40 });
    expect(decideCapacity(start({ ceiling: 8, limit: 200 }), 10)).toMatchObject({ kind: 'room', size: 8 });
  });
});

describe('a signal', () => {
  const quiet = { now: now + 2 * hour, lastSignalAt: now };

  test('that is silent although answers were due gives the fixed pace, and the sentence says so', () => {
    const decision = decideCapacity(input({ ...quiet, open: 30, stream: campaign(3, 50) }), 50);
    expect(decision).toMatchObject({ kind: 'silent', size: 50, lookAgainAt: now + 2 * hour });
    expect(decision.sentence).toMatch(
      /^no response reported as opened or handled for 2 h, though \d+ were to be expected: back to the fixed pace, 50 now$/,
    );
  });

  test('that never came is silent once the stated answers should have come', () => {
    const batches = [0, 20, 40].map((ago) => ({ at: now - 61 * minute + ago * minute, size: 50 }));
    expect(decideCapacity(start({ stream: { ...nobody, batches } }), 50).kind).toBe('silent');
    const early = batches.map(({ at, size }) => ({ at: at + 2 * minute, size }));
    expect(decideCapacity(start({ stream: { ...nobody, batches: early } }), 50).kind).not.toBe('silent');
  });

  test('is not silent when hardly anything could have come', () => {
    const few = { ...campaign(3, 50), batches: [{ at: now - 300 * hour, size: 150 }] };
    expect(decideCapacity(input({ ...quiet, open: 0, stream: few }), 50).kind).toBe('room');
  });

  test('is not missed before the first mail after a long rest has had its time', () => {
    const rested = {
      ...campaign(3, 50),
      batches: [
        { at: now - 300 * hour, size: 150 },
        { at: now + 100 * minute, size: 50 },
      ],
    };
    expect(decideCapacity(input({ ...quiet, open: 0, stream: rested }), 50).kind).not.toBe('silent');
  });

  test('is not silent while the desk is closed', () => {
    const hours = nightAt(now + minute);
    const decision = decideCapacity(input({ ...quiet, open: 30, hours, stream: campaign(3, 50) }), 50);
    expect(decision.kind).toBe('heldBack');
  });

  test('of a slow desk is no silence: nothing is known of handling that takes days', () => {
    const handled = { count: 2, meanOpenMs: 50 * hour, lately: { workingMs: hour, count: 0, meanOpen: 30 } };
    const sold = { ...campaign(3, 50), batches: [{ at: now - 300 * hour, size: 150 }] };
    expect(decideCapacity(input({ ...quiet, open: 30, handled, stream: sold }), 50).kind).toBe('heldBack');
  });
});

describe('whatever the numbers are', () => {
  const stream = fc
    .record({
      batches: fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 30 * 60 }).map((ago) => now - ago * minute),
          size: fc.nat(80),
        }),
        { maxLength: 30 },
      ),
      delays: fc.tuple(...delayGridMs.map((uptoMs) => fc.nat(20).map((count) => ({ uptoMs, count })))),
      untraced: fc.nat(20),
      prior: fc.record({
        rate: fc.double({ min: 0.001, max: 1, noNaN: true }),
        delayMs: fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * minute),
        strength: fc.constant(20),
      }),
    })
    .map(({ untraced, ...rest }) => {
      const opened = rest.delays.reduce((sum, { count }) => sum + count, untraced);
      return { ...rest, opened };
    });
  const arbitrary = fc
    .record({
      limit: fc.integer({ min: 1, max: 120 }),
      open: fc.nat(150),
      stream,
      others: fc.array(stream, { maxLength: 1 }),
      count: fc.nat(300),
      lately: fc.record({
        workingMs: fc.nat(hour),
        count: fc.nat(80),
        meanOpen: fc.double({ min: 0, max: 60, noNaN: true }),
      }),
      handlingMs: fc.option(fc.integer({ min: minute, max: 4 * hour })),
      floor: fc.nat(5),
      ceiling: fc.option(fc.integer({ min: 1, max: 100 })),
      heldBack: fc.boolean(),
      hours: fc.option(fc.integer({ min: -60, max: 600 }).map((minutes) => nightAt(now + minutes * minute))),
    })
    .map(({ count, lately, ...rest }) =>
      input({
        ...rest,
        lastSignalAt: now,
        handled: { count, meanOpenMs: count === 0 ? null : 10 * minute, lately },
      }),
    );
  const wanted = fc.integer({ min: 1, max: 100 });

  test('more open responses never make a batch larger', () => {
    fc.assert(
      fc.property(arbitrary, wanted, fc.integer({ min: 1, max: 40 }), (one, size, more) => {
        expect(decideCapacity({ ...one, open: one.open + more }, size).size).toBeLessThanOrEqual(
          decideCapacity(one, size).size,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('a higher limit never makes a batch smaller', () => {
    fc.assert(
      fc.property(arbitrary, wanted, fc.integer({ min: 1, max: 40 }), (one, size, more) => {
        expect(decideCapacity({ ...one, limit: one.limit + more }, size).size).toBeGreaterThanOrEqual(
          decideCapacity(one, size).size,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('the size is a whole number within floor and ceiling, zero only with a later look, and every figure is a number', () => {
    fc.assert(
      fc.property(arbitrary, wanted, (one, size) => {
        const decision = decideCapacity(one, size);
        const upper = one.ceiling ?? size;
        expect(Number.isInteger(decision.size)).toBe(true);
        expect(decision.size).toBeGreaterThanOrEqual(Math.min(one.floor, upper));
        expect(decision.size).toBeLessThanOrEqual(upper);
        expect(decision.lookAgainAt > now).toBe(decision.size === 0);
        for (const figure of Object.values(decision.inputs))
          expect(figure === null || Number.isFinite(figure)).toBe(true);
        expect(decision.sentence).not.toMatch(/NaN|Infinity|undefined|null/);
      }),
      { numRuns: 500 },
    );
  });

  test('the same question has the same answer', () => {
    fc.assert(
      fc.property(arbitrary, wanted, (one, size) => {
        expect(decideCapacity(one, size)).toEqual(decideCapacity(structuredCloneOf(one), size));
      }),
      { numRuns: 50 },
    );
  });
});

test('a decision costs less than a millisecond, with 100,000 mails and 50,000 responses', () => {
  const large = input({ stream: campaign(2_000, 50) });
  for (let run = 0; run < 200; run += 1) decideCapacity(large, 50);
  const before = process.cpuUsage().user;
  for (let run = 0; run < 500; run += 1) decideCapacity(large, 50);
  const eachMs = (process.cpuUsage().user - before) / 500 / 1_000;
  console.log(`one decision: ${eachMs.toFixed(3)} ms of CPU`);
  expect(eachMs).toBeLessThan(1);
});

describe('a capacity that makes no sense is refused with fact, value and way out', () => {
  test.each([
    [
      { open: 0 },
      'capacity must be a whole number from 1 to 100000 (got 0); to send nothing, pause the campaign',
    ],
    [
      { open: 2.5 },
      'capacity must be a whole number from 1 to 100000 (got 2.5); to send nothing, pause the campaign',
    ],
    [{ open: 30, rate: 20 }, 'rate must be a share from 0.001 to 1 (got 20); for 20 % write 0.2'],
    [
      { open: 30, rate: 0 },
      'rate must be a share from 0.001 to 1 (got 0); 0.2 means that every fifth answers',
    ],
    [
      { open: 30, floor: 60 },
      "floor must be at most the pace's batch size, 50 (got 60); lower the floor or raise the pace's batch size",
    ],
    [
      { open: 30, floor: 9, ceiling: 8 },
      'floor must be at most the ceiling, 8 (got 9); lower the floor or raise the ceiling',
    ],
    [
      { open: 30, ceiling: 0 },
      'ceiling must be a whole number from 1 to 100000 (got 0); leave it out to keep to the batch size of the pace',
    ],
    [
      { open: 30, delayMs: 40 * 24 * hour },
      'delay must be 10s to 4d (got 40d); give the time within which half of the answers come',
    ],
    [
      { open: 30, handlingMs: 10 },
      'handling must be 1s to 30d (got 10ms); leave it out to learn it from the responses',
    ],
    [{ open: 30, silentAfterMs: minute }, 'silentAfter must be 5m to 30d (got 1m); leave it out for 1h'],
  ])('%j', (settings, message) => {
    expect(refuseCapacity(settings, 50)?.message).toBe(message);
  });

  test('and one that does is not', () => {
    expect(
      refuseCapacity({ open: 30, rate: 0.3, floor: 5, ceiling: 80, silentAfterMs: hour }, 50),
    ).toBeNull();
  });
});

/** A desk that works until `closes` and again from 15 hours later. */
function nightAt(closes: number): WorkingHours {
  const opens = closes + 15 * hour;
  const isOpen = (at: number): boolean => at < closes || at >= opens;
  return {
    opensAt: (at) => (isOpen(at) ? at : opens),
    closesAt: (at) => {
      if (!isOpen(at)) return at;
      return at < closes ? closes : Infinity;
    },
    openMs: (from, to) => Math.max(0, Math.min(to, closes) - from) + Math.max(0, to - Math.max(from, opens)),
  };
}

/** A copy that shares nothing but the calendar: whatever a decision remembers, it would not be in it. */
function structuredCloneOf({ hours, ...rest }: CapacityInput): CapacityInput {
  return { ...structuredClone(rest), hours };
}
