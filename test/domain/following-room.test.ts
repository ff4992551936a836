import { describe, expect, test } from 'vitest';
import { afterBatch, beginOf } from '../../domain/after-batch.ts';
import { alwaysOpen } from '../../domain/calendar.ts';
import type { CapacityInput } from '../../domain/capacity-input.ts';
import { priorOf } from '../../domain/capacity-settings.ts';
import { expectBatch } from '../../domain/expected-batch.ts';
import { expectedOpen } from '../../domain/expected-open.ts';
import { followResponses } from '../../domain/following-room.ts';
import { planNext, type PlanState } from '../../domain/planner.ts';
import { simulate, type Answers } from './capacity-simulation.ts';

const minute = 60_000;
const hour = 60 * minute;
const t0 = Date.UTC(2026, 10, 23, 8);

/** A draft for a helpdesk of 6 with room for 30: a response is open for 30 minutes when that many are, 60 an hour. */
function draft(change: Partial<CapacityInput> = {}): CapacityInput {
  return {
    now: t0,
    limit: 30,
    open: 0,
    stream: { batches: [], delays: [], opened: 0, prior: priorOf({ rate: 0.6, delayMs: 10 * minute }) },
    others: [],
    handled: { count: 0, meanOpenMs: null, lately: { workingMs: 0, count: 0, meanOpen: 0 } },
    handlingMs: 30 * minute,
    floor: 0,
    ceiling: null,
    silentAfterMs: hour,
    lastSignalAt: null,
    heldBack: false,
    hours: null,
    ...change,
  };
}

/** 1,000 recipients, 50 every 20 minutes. */
function plan(change: Partial<PlanState> = {}): PlanState {
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

/** The batches to come, as a forecast makes them: the planner, run forward. */
function forecast(start: PlanState): { batch: number; at: number; size: number }[] {
  const batches = [];
  let state = start;
  for (let step = 0; step < 20_000; step += 1) {
    const next = planNext(state);
    if (next.kind === 'done') return batches;
    if (next.kind === 'wait' && next.because === 'capacity') {
      state = { ...state, now: next.batch.at, room: state.room?.heldBack() ?? null };
      continue;
    }
    batches.push({ batch: next.batch.number, at: beginOf(state, next.batch), size: next.batch.size });
    state = afterBatch(state, next.batch);
  }
  throw new Error('the forecast has no end');
}

const answers: Answers = { rate: 0.6, delay: 'lognormal', medianMs: 10 * minute };
const desk = { staff: 6, handlingMs: 6 * minute, limit: 30, hours: null };
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the forecast of a campaign that follows the answers', () => {
  test('asks the decision of the run, of expected numbers: the last mail leaves when it does in the simulation, within 10 %', () => {
    const batches = forecast(plan({ room: followResponses(draft()) }));
    expect(batches.reduce((sum, { size }) => sum + size, 0)).toBe(1_000);
    for (const [index, { at }] of batches.entries())
      if (index > 0) expect(at - (batches[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(20 * minute);
    const lasts = seeds.map((seed) => {
      const mailing = { startAt: t0, mails: 1_000, size: 50, gapMs: 20 * minute, desk, answers, seed };
      const prior = priorOf({ rate: 0.6, delayMs: 10 * minute });
      return simulate(mailing, { prior, handlingMs: 30 * minute, wake: 'reports' }).lastMailMs;
    });
    const foreseen = ((batches.at(-1)?.at ?? 0) - t0) / mean(lasts);
    console.log(
      `last mail: ${(mean(lasts) / hour).toFixed(2)} h simulated, ${(foreseen * 100).toFixed(0)} % of it foreseen`,
    );
    expect(foreseen).toBeGreaterThan(0.9);
    expect(foreseen).toBeLessThan(1.1);
  });

  test('is also what a recipient is told: the last of 1,000 is expected in the last batch', () => {
    const last = forecast(plan({ room: followResponses(draft()) })).at(-1);
    const place = { kind: 'planned', ahead: 999, limit: null } as const;
    expect(expectBatch(plan({ room: followResponses(draft()) }), place)).toEqual({
      batch: last?.batch,
      at: last?.at,
    });
  });

  test('is that of the fixed pace when few answer', () => {
    const prior = priorOf({ rate: 0.05, delayMs: 10 * minute });
    const room = followResponses(draft({ stream: { ...draft().stream, prior } }));
    expect(forecast(plan({ room }))).toEqual(forecast(plan()));
  });

  test('has an end also where nothing is known of handling, and where a desk needs days', () => {
    const unknown = forecast(plan({ room: followResponses(draft({ handlingMs: null })) }));
    expect(unknown.reduce((sum, { size }) => sum + size, 0)).toBe(1_000);
    const slow = forecast(plan({ room: followResponses(draft({ handlingMs: 48 * hour })) }));
    expect(slow.reduce((sum, { size }) => sum + size, 0)).toBe(1_000);
    // 600 responses, 30 at a time for two days each.
    expect((slow.at(-1)?.at ?? 0) - t0).toBeGreaterThan(20 * 24 * hour);
  });

  test('of 50,000 mails takes seconds at most', () => {
    const before = process.cpuUsage().user;
    const prior = priorOf({ rate: 0.05, delayMs: 10 * minute });
    const batches = forecast(
      plan({ planned: 50_000, room: followResponses(draft({ stream: { ...draft().stream, prior } })) }),
    );
    const spentMs = (process.cpuUsage().user - before) / 1_000;
    console.log(`forecast of ${batches.length} batches: ${spentMs.toFixed(0)} ms of CPU`);
    expect(spentMs).toBeLessThan(10_000);
  });
});

describe('the planner with a room', () => {
  const full = followResponses(draft({ open: 30, lastSignalAt: t0 }));

  test('waits because of the capacity until the next look, and keeps the decision', () => {
    expect(planNext(plan({ room: full }))).toMatchObject({
      kind: 'wait',
      because: 'capacity',
      batch: { size: 50 },
    });
    expect(full.decided()).toMatchObject({
      kind: 'heldBack',
      sentence: 'held back: 30 of 30 open, 0 more expected within the hour',
    });
  });

  test('expects by a later instant what was answered and handled until then', () => {
    const busy = draft({ open: 30, lastSignalAt: t0 });
    const room = followResponses(busy);
    expect(room.decide(t0, 50).size).toBe(0);
    const later = room.decide(t0 + 2 * hour, 50);
    expect(later).toMatchObject({ kind: 'room' });
    expect(later.inputs.open).toBeLessThan(1);
    expect(room.after(t0 + 2 * hour, 50).decide(t0 + 2 * hour, 50).size).toBeLessThan(later.size);
  });
});

describe('expected open responses against the capacity', () => {
  test('peak where the simulation of the fixed pace does, within 15 %', () => {
    const batches = forecast(plan());
    const { peak, peakAt, aboveMs, points, limit, assumesHandling } = expectedOpen(draft(), batches);
    const runs = seeds.map((seed) =>
      simulate({ startAt: t0, mails: 1_000, size: 50, gapMs: 20 * minute, desk, answers, seed }, null),
    );
    console.log(
      `peak: ${mean(runs.map((run) => run.peak)).toFixed(0)} simulated, ${peak.toFixed(0)} expected`,
    );
    expect(limit).toBe(30);
    expect(assumesHandling).toBe(false);
    expect(peak / mean(runs.map((run) => run.peak))).toBeGreaterThan(0.85);
    expect(peak / mean(runs.map((run) => run.peak))).toBeLessThan(1.15);
    expect(aboveMs / mean(runs.map((run) => run.aboveMs))).toBeGreaterThan(0.85);
    expect(aboveMs / mean(runs.map((run) => run.aboveMs))).toBeLessThan(1.15);
    expect(Math.max(...points.map(({ open }) => open))).toBe(peak);
    // Batches come faster than people can help until the last one has left.
    expect(peakAt).toBeGreaterThan(batches.at(-1)?.at ?? Infinity);
  });

  test('stay within it when the pace follows the answers', () => {
    const room = followResponses(draft());
    const { peak, peakDeviation, aboveMs } = expectedOpen(draft(), forecast(plan({ room })));
    expect(aboveMs).toBe(0);
    expect(peak).toBeLessThan(30);
    expect(peak).toBeGreaterThan(12);
    expect(peakDeviation).toBeGreaterThan(1);
  });

  test('are those of now when nothing is to come, and no sooner handled than the desk opens', () => {
    const hours = {
      opensAt: (at: number) => Math.max(at, t0 + 10 * hour),
      closesAt: (at: number) => (at < t0 + 10 * hour ? at : Infinity),
      openMs: (from: number, to: number) => Math.max(0, to - Math.max(from, t0 + 10 * hour)),
    };
    const closed = expectedOpen(draft({ open: 40, hours }), []);
    expect(closed).toMatchObject({ peak: 40, peakAt: t0 });
    expect(closed.points.find(({ at }) => at > t0 + hour)?.open).toBe(40);
    expect(expectedOpen(draft({ open: 40, handlingMs: null }), [])).toMatchObject({
      peak: 40,
      assumesHandling: true,
    });
  });
});
