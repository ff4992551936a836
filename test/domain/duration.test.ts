import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../domain/duration.ts';

test.each([
  ['90s', 90_000],
  ['20m', 1_200_000],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['1d2h3m4s5ms', 93_784_005],
  [' 5m ', 300_000],
  ['0s', 0],
])('"%s" is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', ' ', '20', 'm', '20 m', '30m1h', '-5m', '1.5h', '20min', '1h1h', 'PT20M', '٢m', '1234567d'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

test('what is written can be read again, to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 * 86_400_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test.each([
  [5_400_000, '1h30m'],
  [90, '90ms'],
  [86_400_000, '1d'],
  [0, '0s'],
])('%d ms is written "%s"', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
