import { expect, test } from 'vitest';
import { readPace, sayWholePace, typedPace } from '../../../cli/campaign/pace-text.ts';
import { Failure } from '../../../cli/failure.ts';
import { readShare } from '../../../cli/share-text.ts';

const end = '2026-12-01T17:00:00+01:00';

test.each([
  ['50/20m', {}, { size: 50, every: '20m' }, '50/20m'],
  [' 50 / 1h30m ', {}, { size: 50, every: '1h30m' }, '50/1h30m'],
  ['150/1h', {}, { size: 150, every: '1h' }, '150/1h'],
  ['150/h', {}, { perHour: 150 }, '150/h'],
  [`by ${end}`, {}, { finishBy: end }, `"by ${end}"`],
  [
    '200/20m',
    { ramp: '10x2', jitter: '10%' },
    { size: 200, every: '20m', ramp: { from: 10, factor: 2 }, jitter: 0.1 },
    '200/20m --ramp 10x2 --jitter 10%',
  ],
  [
    '200/20m',
    { ramp: '10x1.5' },
    { size: 200, every: '20m', ramp: { from: 10, factor: 1.5 } },
    '200/20m --ramp 10x1.5',
  ],
  ['150/h', { jitter: '0.3%' }, { perHour: 150, jitter: 0.003 }, '150/h --jitter 0.3%'],
])('%s is read, and typed the same again', (text, shape, asked, typed) => {
  const pace = readPace(text, shape);
  expect(pace).toEqual(asked);
  expect(typedPace(pace)).toBe(typed);
});

test.each([
  ['50', {}, 'such as 50/20m, or an hour, 150/h'],
  ['fifty an hour', {}, 'such as 50/20m'],
  ['0/20m', {}, 'to stop sending, pause the campaign'],
  ['0/h', {}, 'perHour must be a whole number'],
  ['by tomorrow', {}, '(got by tomorrow)'],
  ['by 2026-13-40T99:00:00Z', {}, '2026-12-01T17:00:00+01:00'],
  ['50/20m', { ramp: '10' }, 'such as 10x2 (got 10)'],
  ['50/20m', { ramp: '80x2' }, 'a ramp must begin with 1 to 50 mails'],
  ['150/h', { ramp: '10x2' }, 'a ramp climbs to a size'],
  ['50/20m', { jitter: 'a little' }, 'a jitter is written as a share, such as 12% (got a little)'],
  ['50/20m', { jitter: '80%' }, 'jitter must be from 0 to 0.5'],
  [`by ${end}`, { jitter: '10%' }, 'takes no jitter'],
])('%s with %j is refused with a way out', (text, shape, words) => {
  expect(() => readPace(text, shape)).toThrow(Failure);
  expect(() => readPace(text, shape)).toThrow(words);
});

test('a pace is said with the form in which it was asked for', () => {
  const now = new Date('2026-12-01T08:00:00Z');
  const said = (form: object): string =>
    sayWholePace({ size: 5, every: '2m', ...form }, 'Europe/Berlin', now);
  expect(said({})).toBe('5 every 2 min');
  expect(said({ perHour: 150 })).toBe('5 every 2 min (150 an hour)');
  expect(said({ finishBy: '2026-12-01T16:00:00Z' })).toBe('5 every 2 min (the last batch by 17:00)');
  expect(said({ ramp: { from: 1, factor: 2 }, jitter: 0.1 })).toBe(
    '5 every 2 min (from 1 on, each time ×2; gaps up to 10 % longer)',
  );
});

test.each([
  ['12%', 0.12],
  ['0.3 %', 0.003],
  ['.5', 0.5],
  ['0.25', 0.25],
  ['1', 1],
])('the share %s is %d', (text, share) => {
  expect(readShare(text, 'a rate')).toBe(share);
});

test.each(['12', '1.5', '-5%', '', 'half'])('%j is no share', (text) => {
  expect(() => readShare(text, 'a rate')).toThrow('such as 12%');
});
