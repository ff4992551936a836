import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alwaysOpen, createCalendar } from '../../domain/calendar.ts';
import { forecast, type ForecastOptions } from '../../domain/forecast.ts';
import type { PlanState } from '../../domain/planner.ts';
import type { ResponseRoom } from '../../domain/response-room.ts';
import { isOpenOnTheWallClock } from './calendar-oracle.ts';
import { randomCalendar } from './random-calendar.ts';
import { SimulatedCampaign, type Happening, type Options } from './simulated-campaign.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A Tuesday. */
const t0 = Date.parse('2026-11-24T08:00:00+01:00');

const undisturbed: ForecastOptions = { closedBy: null, mailMs: 0, disturbance: null };

/** 1,000 mails, 50 every 20 minutes, from now. */
function state(change: Partial<PlanState> = {}): PlanState {
  return {
    now: t0,
    pace: { size: 50, gapMs: 20 * minute },
    ramp: null,
    jitter: null,
    notBefore: t0,
    notBeforeReason: 'startAt',
    latestStart: null,
    lastBatch: 0,
    interrupted: null,
    retryAt: null,
    planned: 1_000,
    limited: [],
    deferredAt: [],
    calendar: alwaysOpen,
    room: null,
    ...change,
  };
}

const nineToFive = createCalendar({
  timeZone: 'Europe/Berlin',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }],
  holidays: [],
});

describe('without disturbance the forecast is the run, batch by batch', () => {
  const pace = fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    gapMs: fc.integer({ min: 1, max: 4 * 3_600 }).map((s) => s * 1_000),
  });
  const plan = fc.record({
    recipients: fc.integer({ min: 0, max: 400 }),
    pace,
    startIn: fc.integer({ min: 0, max: 3 * 1_440 }),
    mailMs: fc.constantFrom(0, 20, 1_000, 45_500, 10 * minute),
    ramp: fc.option(
      fc.record({
        from: fc.integer({ min: 1, max: 20 }),
        factor: fc.double({ min: 1.05, max: 4, noNaN: true }),
        since: fc.constant(0),
      }),
    ),
    jitter: fc.option(fc.record({ share: fc.constantFrom(0.1, 0.5), seed: fc.nat() })),
    deferredIn: fc.array(fc.integer({ min: -60, max: 2 * 86_400 }), { maxLength: 40 }),
  });
  type RandomPlan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

  function optionsOf(
    { startIn, deferredIn, ...rest }: RandomPlan,
    { rules, at }: { rules: Parameters<typeof createCalendar>[0]; at: number },
    happenings: readonly Happening[],
  ): Options {
    return {
      ...rest,
      startAt: at + startIn * minute,
      beginsAt: at,
      happenings: happenings.map((happening) => ({ ...happening, at: at + happening.at })),
      defer: () => null,
      calendar: createCalendar(rules),
      deferredAt: deferredIn.map((seconds) => at + seconds * 1_000).toSorted((a, b) => a - b),
    };
  }

  /** From the look that `run` has come to. */
  function expectForecastToCome(run: SimulatedCampaign, mailMs: number): void {
    const before = run.starts.length;
    const { batches, finishAt, because, truncated, range } = forecast(run.state, { ...undisturbed, mailMs });
    const ended = run.run(5_000);
    const rest = run.starts.slice(before).filter(({ handed }) => handed > 0);
    expect(batches).toEqual(
      rest.map(({ number, at, handed, continues }) => ({ batch: number, at, size: handed, continues })),
    );
    expect(truncated).toBe(false);
    expect(range).toBeUndefined();
    expect(because === null).toBe(ended);
    const last = rest.at(-1);
    expect(finishAt).toBe(
      ended ? (last === undefined ? run.state.now : last.at + last.handed * mailMs) : null,
    );
  }

  test('from the beginning, whatever the zone, the windows, the holidays and the pace', () => {
    fc.assert(
      fc.property(plan, randomCalendar, (random, calendar) => {
        expectForecastToCome(new SimulatedCampaign(optionsOf(random, calendar, [])), random.mailMs);
      }),
      { numRuns: 250 },
    );
  });

  test('and in both, no mail leaves at a time that the wall clock forbids', () => {
    fc.assert(
      fc.property(plan, randomCalendar, (random, calendar) => {
        const run = new SimulatedCampaign(optionsOf(random, calendar, []));
        run.run(5_000);
        for (const { at, handed } of run.starts)
          for (const mail of [0, handed - 1].filter((n) => n >= 0 && n < handed)) {
            const minuteOf = Math.floor((at + mail * random.mailMs) / minute) * minute;
            expect(isOpenOnTheWallClock(calendar.rules, minuteOf)).toBe(true);
          }
      }),
      { numRuns: 100 },
    );
  });

  test('from any look after pauses and changes of pace', () => {
    const second = fc.integer({ min: 0, max: 86_400 }).map((s) => s * 1_000);
    const happenings: fc.Arbitrary<Happening[]> = fc.array(
      fc.oneof(
        fc.record({ at: second, what: fc.constantFrom('pause' as const, 'resume' as const) }),
        fc.record({ at: second, what: fc.constant('setPace' as const), pace }),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(plan, randomCalendar, happenings, fc.nat({ max: 20 }), (random, calendar, list, looks) => {
        const options = optionsOf(random, calendar, [...list, { at: 25 * hour, what: 'resume' }]);
        const run = new SimulatedCampaign(options);
        let steps = 0;
        while (!run.isUndisturbed && !run.run(1)) expect((steps += 1)).toBeLessThan(5_000);
        run.run(looks);
        expectForecastToCome(run, random.mailMs);
      }),
      { numRuns: 250 },
    );
  });
});

/** `batch: instant in Berlin, size`, with a + where it continues. */
function told({ batches }: ReturnType<typeof forecast>): string[] {
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    weekday: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return batches.map(
    ({ batch, at, size, continues }) => `${batch}${continues ? '+' : ''}: ${local.format(at)}, ${size}`,
  );
}

describe('a forecast', () => {
  test('lists every batch with its time and ends with the last', () => {
    const { batches, finishAt, because, assumptions } = forecast(state(), undisturbed);
    expect(batches).toHaveLength(20);
    expect(batches[19]).toEqual({ batch: 20, at: t0 + 19 * 20 * minute, size: 50, continues: false });
    expect(finishAt).toBe(t0 + 19 * 20 * minute);
    expect(because).toBeNull();
    expect(assumptions).toEqual([
      'Nobody pauses the campaign or changes its pace.',
      'Everybody gets the mail: nobody is skipped.',
    ]);
  });

  test('waits for the next window: after it opens one batch, then the gap', () => {
    const plan = state({ planned: 200, pace: { size: 50, gapMs: 3 * hour }, calendar: nineToFive });
    expect(told(forecast(plan, undisturbed))).toEqual([
      '1: Tue 24, 09:00, 50',
      '2: Tue 24, 12:00, 50',
      '3: Tue 24, 15:00, 50',
      '4: Wed 25, 09:00, 50',
    ]);
  });

  test('shows a batch that the end of the window cuts in two', () => {
    const friday = Date.parse('2026-11-27T16:50:00+01:00');
    const plan = state({ planned: 40, now: friday, notBefore: friday, calendar: nineToFive });
    const result = forecast(plan, { ...undisturbed, mailMs: minute });
    expect(told(result)).toEqual(['1: Fri 27, 16:50, 10', '1+: Mon 30, 09:00, 30']);
    expect(result.finishAt).toBe(Date.parse('2026-11-30T09:30:00+01:00'));
    expect(result.assumptions).toContain('The relay takes a mail every 1 min.');
  });

  test('has deferred mails in it: in a later batch, or in one of their own', () => {
    const deferredAt = [t0 + 30 * minute, t0 + 3 * hour, t0 + 3 * hour + 20_000];
    const plan = state({ planned: 120, deferredAt });
    expect(told(forecast(plan, undisturbed))).toEqual([
      '1: Tue 24, 08:00, 50',
      '2: Tue 24, 08:20, 50',
      '3: Tue 24, 08:40, 21',
      '4: Tue 24, 11:00, 2',
    ]);
  });

  test('has limits of domains in it: they delay their own recipients only', () => {
    const limited = [{ domain: 'gmail.com', count: 10, everyMs: hour, planned: 40, taken: [] }];
    const plan = state({ planned: 100, limited });
    const { batches } = forecast(plan, undisturbed);
    expect(batches.map(({ size }) => size)).toEqual([50, 20, 10, 10, 10]);
    expect(batches.at(-1)?.at).toBe(t0 + 3 * hour);
  });

  test('has the room that responses leave in it', () => {
    const every = (hours: number): ResponseRoom => ({
      decide: (at, wanted) =>
        at < t0 + hours * hour
          ? { size: 0, lookAgainAt: at + 10 * minute }
          : { size: Math.min(wanted, 15), lookAgainAt: at },
      after: () => every(hours + 1),
      heldBack: () => every(hours),
    });
    const result = forecast(state({ planned: 40, room: every(1) }), undisturbed);
    expect(told(result)).toEqual(['1: Tue 24, 09:00, 15', '2: Tue 24, 10:00, 15', '3: Tue 24, 11:00, 10']);
    expect(result.assumptions.join(' ')).toContain('Responses come and are handled as expected');
  });

  test('says when responses never leave room again', () => {
    const full: ResponseRoom = {
      decide: (at) => ({ size: 0, lookAgainAt: at + 5 * minute }),
      after: () => full,
      heldBack: () => full,
    };
    expect(forecast(state({ room: full }), undisturbed)).toMatchObject({
      batches: [],
      finishAt: null,
      because:
        'responses leave no room for the last 1000 mails; see to those that are open or raise the capacity',
    });
  });

  test('of a campaign whose last recipient is gone is empty and ends now', () => {
    expect(forecast(state({ planned: 0 }), undisturbed)).toMatchObject({
      batches: [],
      finishAt: t0,
      because: null,
    });
  });

  test.each([
    ['paused', 'the campaign is paused: the batches are those of a resume now'],
    ['held', 'the campaign is held: the batches are those of a resume now'],
    ['mainGate', 'the main gate is closed: the batches are those of opening it now'],
  ] as const)(
    'of a closed campaign (%s) shows the batches of an opening now, but no end',
    (closedBy, because) => {
      const result = forecast(state(), { ...undisturbed, closedBy });
      expect(result).toMatchObject({ finishAt: null, because });
      expect(result.batches).toHaveLength(20);
    },
  );

  test('of a campaign that is being cancelled has nothing', () => {
    expect(forecast(state(), { ...undisturbed, closedBy: 'cancelling' })).toEqual({
      batches: [],
      finishAt: null,
      because: 'the campaign is being cancelled: nothing more leaves',
      truncated: false,
      assumptions: [],
    });
  });

  test('says when the windows never open again', () => {
    const until = t0 + hour;
    const calendar = { ...alwaysOpen, opensAt: (at: number) => (at < until ? at : Infinity) };
    expect(forecast(state({ calendar }), undisturbed)).toMatchObject({
      finishAt: null,
      because:
        'no window opens within 400 days for the last 850 mails; widen the windows or take out holidays',
    });
  });

  test('of more than 20,000 batches is cut, and its end carried forward over the open time', () => {
    const plan = state({ planned: 100_000, pace: { size: 1, gapMs: 10 * minute }, calendar: nineToFive });
    const result = forecast(plan, undisturbed);
    expect(result).toMatchObject({ truncated: true, because: null, batches: { length: 20_000 } });
    // Eight hours a day, five days a week: 48 batches a day.
    const days = (100_000 / 48 / 5) * 7;
    expect(result.finishAt).toBeGreaterThan(t0 + (days - 7) * 24 * hour);
    expect(result.finishAt).toBeLessThan(t0 + (days + 7) * 24 * hour);
    expect(nineToFive.opensAt(result.finishAt ?? 0)).toBe(result.finishAt);
    expect(result.assumptions).toContain('After 20000 batches the rest goes on at the same rate.');
    expect(forecast({ ...plan, planned: 20_000 }, undisturbed)).toMatchObject({ truncated: false });
    expect(forecast(plan, { ...undisturbed, maxBatches: 100 })).toMatchObject({
      truncated: true,
      batches: { length: 100 },
    });
  });

  test('that reaches beyond the year 9999 says so instead of naming an instant that nobody can write', () => {
    const plan = state({ planned: 20_000, pace: { size: 1, gapMs: 366 * 24 * hour } });
    const result = forecast(plan, undisturbed);
    expect(result).toMatchObject({ finishAt: null, truncated: true });
    expect(result.because).toContain('after the year 9999; choose a faster pace');
    expect(result.batches.at(-1)?.at).toBeLessThan(Date.UTC(9999, 11, 31));
  });
});

describe('with disturbance so far a forecast has a range', () => {
  const backoffMs = [5 * minute, 15 * minute, hour];
  const disturbed = (deferralShare: number, slowMailMs = 0): ForecastOptions => ({
    ...undisturbed,
    disturbance: { deferralShare, backoffMs, slowMailMs },
  });

  test('from the end without any more of it to the end with as much as so far', () => {
    const result = forecast(state(), disturbed(0.1));
    const plain = forecast(state(), undisturbed);
    expect(result.batches).toEqual(plain.batches);
    expect(result.finishAt).toBe(plain.finishAt);
    // 1,000 mails make 1,111 attempts: 23 batches instead of 20; the last ones wait for their backoff.
    expect(result.range?.early).toBe(plain.finishAt);
    expect(result.range?.late).toBeGreaterThanOrEqual(t0 + 22 * 20 * minute);
    expect(result.range?.late).toBeLessThanOrEqual(t0 + 24 * 20 * minute + hour);
    expect(result.assumptions.slice(2)).toEqual([
      'At the earliest, nobody else is deferred.',
      'At the latest, 10 % of all attempts are deferred, each to be tried again after 5 min, 15 min, 1 h.',
    ]);
  });

  test('that grows with the share of deferrals and ends even when everything is deferred', () => {
    const late = [0, 0.05, 0.2, 0.5, 1].map((share) => forecast(state(), disturbed(share)).range?.late ?? 0);
    expect(late.toSorted((a, b) => a - b)).toEqual(late);
    expect(new Set(late).size).toBe(5);
    // Four attempts each.
    expect(late[4]).toBeGreaterThanOrEqual(t0 + 79 * 20 * minute);
  });

  test('that grows when the relay is so slow that batches are longer than the gap', () => {
    const result = forecast(state(), disturbed(0, minute));
    expect(result.range).toEqual({ early: t0 + 19 * 20 * minute, late: t0 + 1_000 * minute });
    expect(result.assumptions).toContain('At the latest, the relay takes a mail every 1 min.');
  });

  test('but none while it is closed, for nobody knows the end', () => {
    expect(forecast(state(), { ...disturbed(0.1), closedBy: 'paused' }).range).toBeUndefined();
  });
});
