import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answeredBy, delayGridMs } from '../../domain/delay-grid.ts';
import { learnResponses, type ResponseStream } from '../../domain/response-model.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.UTC(2026, 10, 23, 12);
const prior = { rate: 0.5, delayMs: 10 * minute, strength: 20 };

/** 50 every 20 minutes up to now; people answer with exponential delays, as many as expected to the fraction. */
function answering(batches: number, rate: number, meanMinutes: number): ResponseStream {
  const by = (ageMs: number): number =>
    ageMs <= 0 ? 0 : rate * (1 - Math.exp(-ageMs / (meanMinutes * minute)));
  const out = Array.from({ length: batches }, (_, index) => ({ at: now - index * 20 * minute, size: 50 }));
  const delays = delayGridMs.map((uptoMs, bucket) => {
    const low = delayGridMs[bucket - 1] ?? 0;
    const come = (at: number): number => by(Math.min(uptoMs, now - at)) - by(Math.min(low, now - at));
    return { uptoMs, count: out.reduce((sum, { at, size }) => sum + size * come(at), 0) };
  });
  return { batches: out, delays, opened: delays.reduce((sum, { count }) => sum + count, 0), prior };
}

describe('what is learned from responses', () => {
  test('without any is what was stated: the rate, and half of the answers within the delay', () => {
    const model = learnResponses({ batches: [], delays: [], opened: 0, prior }, now);
    expect(model.rate).toBeCloseTo(0.5);
    expect(answeredBy(model.answered, 10 * minute)).toBeCloseTo(0.25, 1);
    expect(model.uncertainty).toBeCloseTo(1 / Math.sqrt(10));
  });

  test.each([
    [0.1, 5],
    [0.2, 30],
    [0.6, 15],
    [0.9, 45],
  ])(
    'with a rate of %d and a mean delay of %d min is found within 8 % in twelve hours, whatever was stated',
    (rate, meanMinutes) => {
      for (const stated of [prior, { ...prior, rate: rate / 3 }, { ...prior, delayMs: 90 * minute }]) {
        const { answered, rate: learned } = learnResponses(
          { ...answering(36, rate, meanMinutes), prior: stated },
          now,
        );
        expect(learned / rate).toBeGreaterThan(0.92);
        expect(learned / rate).toBeLessThan(1.08);
        const half = answeredBy(answered, meanMinutes * Math.LN2 * minute) / learned;
        expect(half).toBeGreaterThan(0.42);
        expect(half).toBeLessThan(0.58);
      }
    },
  );

  test('takes few early answers not for a low rate: 10 minutes after a first mailing most have had no chance', () => {
    const slow = { ...prior, delayMs: 60 * minute };
    const batches = [{ at: now - 10 * minute, size: 100 }];
    const delays = [{ uptoMs: 8 * minute, count: 1 }];
    const naive = 1 / 100;
    expect(learnResponses({ batches, delays, opened: 1, prior: slow }, now).rate).toBeGreaterThan(20 * naive);
  });

  test('is done with two explanations when answers are fewer than stated: fewer people, or later', () => {
    const batches = [{ at: now - 20 * minute, size: 100 }];
    const delays = [{ uptoMs: 20 * minute, count: 5 }];
    const model = learnResponses({ batches, delays, opened: 5, prior }, now);
    const seen = answeredBy(model.answered, 20 * minute);
    expect(seen).toBeLessThan(0.15);
    // Not all of the shortfall is believed to be lost: some is still to come.
    expect(model.rate - seen).toBeGreaterThan(0.05);
    expect(model.rate).toBeLessThan(0.4);
  });

  test('counts responses of unknown mails in the rate', () => {
    const known = answering(36, 0.3, 15);
    const withOthers = { ...known, opened: known.opened * 2 };
    expect(learnResponses(withOthers, now).rate).toBeCloseTo(learnResponses(known, now).rate * 2, 1);
    const unknown = { ...known, delays: [] };
    expect(learnResponses(unknown, now).rate).toBeCloseTo(0.3, 1);
  });

  test('does not depend on mails that leave later, nor on how old mails are divided', () => {
    const stream = answering(36, 0.3, 15);
    const later = { ...stream, batches: [...stream.batches, { at: now + hour, size: 5_000 }] };
    expect(learnResponses(later, now)).toEqual(learnResponses(stream, now));
    const long = now - 20 * 24 * hour;
    const old = (sizes: number[]) => {
      const batches = [...stream.batches, ...sizes.map((size) => ({ at: long, size }))];
      return learnResponses({ ...stream, batches }, now);
    };
    expect(old([100, 200]).rate).toBeCloseTo(old([300]).rate, 10);
  });

  test('is a curve that never falls, up to the rate, whatever is counted', () => {
    const counts = fc.array(fc.nat(500), { minLength: delayGridMs.length, maxLength: delayGridMs.length });
    const batches = fc.array(
      fc.record({
        at: fc.integer({ min: -hour, max: 9 * 24 * hour }).map((ago) => now - ago),
        size: fc.nat(500),
      }),
    );
    fc.assert(
      fc.property(counts, batches, fc.nat(100), (numbers, out, untraced) => {
        const delays = delayGridMs.map((uptoMs, bucket) => ({ uptoMs, count: numbers[bucket] ?? 0 }));
        const opened = numbers.reduce((sum, count) => sum + count, untraced);
        const { answered, rate } = learnResponses({ batches: out, delays, opened, prior }, now);
        let before = 0;
        for (const share of answered) {
          expect(share).toBeGreaterThanOrEqual(before);
          before = share;
        }
        expect(before).toBe(rate);
        expect(Number.isFinite(rate)).toBe(true);
      }),
    );
  });
});
