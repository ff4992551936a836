import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeGap, describePace, paceLimits, refusePace } from '../../domain/pace.ts';

const gapMs = 1_200_000;

test('a pace within its limits is taken, at both ends', () => {
  const { minSize, maxSize, minGapMs, maxGapMs } = paceLimits;
  expect(refusePace({ size: minSize, gapMs: minGapMs })).toBeNull();
  expect(refusePace({ size: maxSize, gapMs: maxGapMs })).toBeNull();
});

test.each([0, -1, 1.5, 100_001, Number.NaN, Number.POSITIVE_INFINITY])(
  'a size of %s is refused with the value and the way out',
  (size) => {
    expect(refusePace({ size, gapMs })).toBe(
      `pace size must be 1–100000 (got ${size}); to stop sending, pause the campaign`,
    );
  },
);

test.each([0, 999, 1_000.5, 366 * 86_400_000 + 1, Number.NaN])(
  'a gap of %s ms is refused with the value and the way out',
  (gapMs) => {
    expect(refusePace({ size: 50, gapMs })).toBe(
      `pace gap must be 1s–366d (got ${gapMs} ms); for the fastest, use a larger size`,
    );
  },
);

test.each([
  [{ size: 50, gapMs: 1_200_000 }, '50 every 20 min'],
  [{ size: 1, gapMs: 1_000 }, '1 every 1 s'],
  [{ size: 200, gapMs: 5_400_000 }, '200 every 1 h 30 min'],
  [{ size: 7, gapMs: 90_061_000 }, '7 every 1 d 1 h 1 min 1 s'],
])('%o is said as "%s"', (pace, words) => {
  expect(describePace(pace)).toBe(words);
});

test('a gap of less than a second still has words', () => {
  expect(describeGap(0)).toBe('0 s');
});

test('the words of a gap say all of its seconds', () => {
  const seconds = { d: 86_400, h: 3_600, min: 60, s: 1 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 366 * 86_400 }), (total) => {
      const said = [...describeGap(total * 1_000).matchAll(/(\d+) (d|h|min|s)/g)];
      // The pattern takes only keys of `seconds`.
      const sum = said.reduce(
        (all, [, n, unit]) => all + Number(n) * seconds[unit as keyof typeof seconds],
        0,
      );
      expect(sum).toBe(total);
    }),
  );
});
