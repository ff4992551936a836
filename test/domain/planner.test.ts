import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysOpen } from '../../domain/calendar.ts';
import { planNext, type PlanState } from '../../domain/planner.ts';
import type { ResponseRoom } from '../../domain/response-room.ts';
import { SimulatedCampaign, type Happening, type Options } from './simulated-campaign.ts';

const minute = 60_000;
const t0 = Date.UTC(2026, 10, 22, 8);

/** Batch 1 has begun at `t0`, 950 are left, 50 every 20 minutes. */
function state(change: Partial<PlanState> = {}): PlanState {
  return {
    now: t0,
    pace: { size: 50, gapMs: 20 * minute },
    notBefore: 0,
    notBeforeReason: 'startAt',
    latestStart: t0,
    lastBatch: 1,
    interrupted: null,
    retryAt: null,
    planned: 950,
    deferredAt: [],
    calendar: alwaysOpen,
    ramp: null,
    jitter: null,
    limited: [],
    room: null,
    ...change,
  };
}

describe('the next batch', () => {
  test('is due at the latest start plus the gap, and not a millisecond earlier', () => {
    const due = t0 + 20 * minute;
    const batch = { number: 2, size: 50, at: due, continues: false };
    expect(planNext(state({ now: due - 1 }))).toEqual({ kind: 'wait', batch, because: 'gap' });
    expect(planNext(state({ now: due }))).toEqual({ kind: 'batch', batch });
  });

  test('of a campaign that was scheduled waits for its start and says so', () => {
    const startAt = t0 + 60 * minute;
    expect(planNext(state({ latestStart: null, lastBatch: 0, notBefore: startAt }))).toEqual({
      kind: 'wait',
      batch: { number: 1, size: 50, at: startAt, continues: false },
      because: 'startAt',
    });
  });

  test('goes at once when nothing was sent before and nothing holds it back', () => {
    expect(planNext(state({ latestStart: null, lastBatch: 0 }))).toMatchObject({
      kind: 'batch',
      batch: { number: 1, size: 50 },
    });
  });

  test('moves at once when the gap changes, both ways', () => {
    const now = t0 + 5 * minute;
    const at = (gapMs: number) => planNext(state({ now, pace: { size: 50, gapMs } }));
    expect(at(10 * minute)).toMatchObject({ kind: 'wait', batch: { at: t0 + 10 * minute } });
    expect(at(90 * minute)).toMatchObject({ kind: 'wait', batch: { at: t0 + 90 * minute } });
    expect(at(minute)).toMatchObject({ kind: 'batch', batch: { at: t0 + minute } });
  });

  test('takes what is left when that is less than the size', () => {
    const now = t0 + 60 * minute;
    expect(planNext(state({ now, planned: 7 }))).toMatchObject({ kind: 'batch', batch: { size: 7 } });
  });

  test('counts deferred mails that will be due by then, and no others', () => {
    const due = t0 + 20 * minute;
    expect(planNext(state({ planned: 7, deferredAt: [t0, due, due + 1] }))).toMatchObject({
      batch: { size: 9 },
    });
  });

  test('is due with the deferred mails when nobody else is left: those within a minute of the first together', () => {
    const deferredAt = [0, 20_000, 60_000, 60_001].map((later) => t0 + 60 * minute + later);
    expect(planNext(state({ planned: 0, deferredAt }))).toEqual({
      kind: 'wait',
      batch: { number: 2, size: 3, at: t0 + 61 * minute, continues: false },
      because: 'deferral',
    });
  });

  test('gathers deferred mails that come due within a minute: none of them waits another gap', () => {
    const first = t0 + 60 * minute;
    expect(
      planNext(state({ planned: 0, deferredAt: [first, first + minute, first + minute + 1] })),
    ).toMatchObject({
      because: 'deferral',
      batch: { at: first + minute, size: 2 },
    });
  });

  test('keeps the gap also for deferred mails that are due sooner', () => {
    expect(planNext(state({ planned: 0, deferredAt: [t0 + 5 * minute] }))).toMatchObject({
      kind: 'wait',
      because: 'gap',
      batch: { at: t0 + 20 * minute, size: 1 },
    });
  });

  test('never leaves before the window opens', () => {
    const monday = t0 + 1_440 * minute;
    expect(planNext(state({ calendar: { ...alwaysOpen, opensAt: () => monday } }))).toMatchObject({
      kind: 'wait',
      because: 'window',
      batch: { at: monday },
    });
  });

  test('is none when nobody is left', () => {
    expect(planNext(state({ planned: 0 }))).toEqual({ kind: 'done' });
  });
});

describe('where responses bound a campaign', () => {
  /** Leaves room for so many mails, whatever is wanted. */
  const roomFor = (size: number): ResponseRoom => {
    const room = {
      decide: (at: number) => ({ size, lookAgainAt: at + minute }),
      after: () => room,
      heldBack: () => room,
    };
    return room;
  };
  const due = t0 + 20 * minute;
  const at = (change: Partial<PlanState>) => planNext(state({ now: due, ...change }));

  test('a batch is as large as they leave room for, and none waits for the next look', () => {
    expect(at({ room: roomFor(7) })).toMatchObject({ kind: 'batch', batch: { size: 7 } });
    expect(at({ room: roomFor(0) })).toMatchObject({
      kind: 'wait',
      because: 'capacity',
      batch: { at: due + minute, size: 50 },
    });
  });

  test('a batch grows where they leave more room than is wanted, but not beyond what is left, in a ramp, or when it goes on', () => {
    const room = roomFor(80);
    expect(at({ room })).toMatchObject({ batch: { size: 80 } });
    expect(at({ room, planned: 60 })).toMatchObject({ batch: { size: 60 } });
    expect(at({ room, ramp: { from: 10, factor: 2, since: 1 } })).toMatchObject({ batch: { size: 10 } });
    expect(at({ room, interrupted: { left: 20 } })).toMatchObject({ batch: { size: 20 } });
  });
});

describe('an interrupted batch', () => {
  const interrupted = { left: 20 };

  test('goes on at once with what is left of it, whatever the gap', () => {
    expect(planNext(state({ interrupted }))).toEqual({
      kind: 'batch',
      batch: { number: 1, size: 20, at: 0, continues: true },
    });
  });

  test('goes on with no more than the size of today', () => {
    expect(planNext(state({ interrupted, pace: { size: 5, gapMs: minute } }))).toMatchObject({
      batch: { size: 5 },
    });
  });

  test('waits for the relay and for a resume, and says which', () => {
    const soon = t0 + 2_000;
    expect(planNext(state({ interrupted, retryAt: soon }))).toMatchObject({ kind: 'wait', because: 'relay' });
    expect(planNext(state({ interrupted, notBefore: soon, notBeforeReason: 'resumed' }))).toMatchObject({
      kind: 'wait',
      because: 'resumed',
    });
  });

  test('goes on also when nobody is left, so that it is ended in the books', () => {
    expect(planNext(state({ interrupted, planned: 0 }))).toMatchObject({
      kind: 'batch',
      batch: { continues: true },
    });
  });
});

describe('whatever happens to a campaign', () => {
  const second = fc.integer({ min: 0, max: 4 * 3_600 }).map((s) => s * 1_000);
  const pace = fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    gapMs: fc.integer({ min: 1, max: 3_600 }).map((s) => s * 1_000),
  });
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    fc.record({ at: second, what: fc.constantFrom('pause' as const, 'resume' as const) }),
    fc.record({ at: second, what: fc.constant('setPace' as const), pace }),
    fc.record({ at: second, what: fc.constant('outage' as const), lasts: second.map((ms) => ms / 2) }),
  );
  const campaign: fc.Arbitrary<Options> = fc.record({
    recipients: fc.integer({ min: 0, max: 300 }),
    pace,
    startAt: second,
    // The last word is always a resume: a campaign that nobody resumes need not end.
    happenings: fc
      .array(happening, { maxLength: 12 })
      .map((list) => [...list, { at: 5 * 3_600_000, what: 'resume' as const }]),
    mailMs: fc.constantFrom(0, 20, 1_000, 40_000),
    // One of so many attempts is deferred for a while; never for ever.
    defer: fc.tuple(fc.integer({ min: 2, max: 9 }), second).map(
      ([every, ms]) =>
        (attempt: number) =>
          attempt % every === 0 ? ms + 1_000 : null,
    ),
  });

  function holds(
    check: (run: SimulatedCampaign, options: Options) => void,
    fixed: Partial<Options> = {},
  ): void {
    fc.assert(
      fc.property(campaign, (options) => {
        const run = new SimulatedCampaign({ ...options, ...fixed });
        expect(run.run(20_000), 'it ends').toBe(true);
        check(run, options);
      }),
      { numRuns: 80 },
    );
  }

  test('it ends, and everybody was handed over to the end', () => {
    holds((run, { recipients }) => expect(run.settled).toBe(recipients));
  });

  test('no new batch starts before the gap is over since the latest start or continuation', () => {
    holds(({ starts }) => {
      for (const [i, start] of starts.entries()) {
        const before = starts[i - 1];
        if (before !== undefined && !start.continues)
          expect(start.at - before.at).toBeGreaterThanOrEqual(start.pace.gapMs);
      }
    });
  });

  test('nothing missed is caught up: while the pace stays the same, no more than its size leaves in any gap’s time', () => {
    holds(({ starts }) => {
      for (const [i, first] of starts.entries()) {
        let handed = 0;
        for (const start of starts.slice(i)) {
          if (start.pace !== first.pace || start.at >= first.at + first.pace.gapMs) break;
          handed += start.handed;
        }
        // A change of pace in mid-batch may leave a larger one to be ended.
        const changed = starts[i - 1]?.pace !== first.pace && first.continues;
        if (!changed) expect(handed).toBeLessThanOrEqual(first.pace.size);
      }
    });
  });

  test('nothing starts before the scheduled start, the last resume, or the end of the relay’s rest', () => {
    holds(({ starts }) => {
      for (const { at, notBefore, retryAt } of starts)
        expect(at).toBeGreaterThanOrEqual(Math.max(notBefore, retryAt ?? 0));
    });
  });

  test('no batch is larger than the pace of the moment', () => {
    holds(({ starts }) => {
      for (const { size, handed, pace } of starts)
        expect(Math.max(size, handed)).toBeLessThanOrEqual(pace.size);
    });
  });

  test('an interrupted batch goes on before a new one; numbers have no holes', () => {
    holds(({ starts }) => {
      let last = 0;
      for (const { number, continues } of starts) {
        expect(number).toBe(continues ? last : last + 1);
        last = number;
      }
    });
  });

  test('a pause or an outage delays nothing beyond its end: a batch starts in the first moment at which it may', () => {
    holds(
      ({ starts }) => {
        for (const [i, { at, continues, pace, notBefore, retryAt, wokenAt }] of starts.entries()) {
          const before = starts[i - 1];
          const gap = before === undefined || continues ? 0 : before.at + pace.gapMs;
          expect(at).toBe(Math.max(gap, notBefore, retryAt ?? 0, wokenAt));
        }
      },
      { defer: () => null },
    );
  });
});
