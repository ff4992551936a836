import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { holidaysSchema, windowSchema, windowsSchema } from '../../../domain/schema/calendar.ts';

const window = { days: ['mon'], from: '08:00', to: '17:00' };

/** `path: message` of every issue. */
function refusals(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map(({ path, message }) => `/${path.join('/')}: ${message}`);
}

describe('a window', () => {
  test('of whole days ends at 24:00', () => {
    expect(windowSchema.parse({ ...window, from: '00:00', to: '24:00' })).toEqual({
      days: ['mon'],
      from: '00:00',
      to: '24:00',
    });
  });

  test('has its days in the order of the week, each once', () => {
    expect(windowSchema.parse({ ...window, days: ['sun', 'mon', 'sun'] }).days).toEqual(['mon', 'sun']);
  });

  test.each([
    [{ days: ['monday'] }, '/days/0: a day is one of mon, tue, wed, thu, fri, sat, sun (got "monday")'],
    [{ days: [] }, '/days: a window needs a day (got none); name days of mon, tue, wed, thu, fri, sat, sun'],
    [{ from: '8:00' }, '/from: write the beginning as 08:00, from 00:00 to 23:59 (got "8:00")'],
    [{ from: '24:00' }, '/from: write the beginning as 08:00, from 00:00 to 23:59 (got "24:00")'],
    [{ to: '24:01' }, '/to: write the end as 17:00, from 00:01 to 24:00 (got "24:01")'],
    [
      { from: '18:00' },
      '/to: a window must end after it begins (got 18:00–17:00); for a night take two windows, 18:00–24:00 and 00:00–17:00 on the days after',
    ],
    [{ day: 'mon' }, '/: Unrecognized key: "day"'],
  ])('%j is refused', (change, refusal) => {
    expect(refusals(windowSchema, { ...window, ...change })).toEqual([refusal]);
  });

  test('of something else than texts is refused field by field', () => {
    expect(refusals(windowSchema, { days: 'mon', from: 8, to: null })).toHaveLength(3);
  });
});

describe('windows', () => {
  test('are at most 50', () => {
    expect(windowsSchema.parse([])).toEqual([]);
    expect(windowsSchema.parse(Array(50).fill(window))).toHaveLength(50);
    expect(refusals(windowsSchema, Array(51).fill(window))).toEqual([
      '/: at most 50 windows (got 51); join some',
    ]);
  });
});

describe('holidays', () => {
  test('come out ascending, each once', () => {
    expect(holidaysSchema.parse(['2026-12-26', '2026-12-25', '2026-12-26'])).toEqual([
      '2026-12-25',
      '2026-12-26',
    ]);
  });

  test.each([
    ['2026-02-30', '/0: write a holiday as a date, 2026-12-25 (got "2026-02-30")'],
    ['25.12.2026', '/0: write a holiday as a date, 2026-12-25 (got "25.12.2026")'],
    ['2026-12-25T00:00:00Z', '/0: write a holiday as a date, 2026-12-25 (got "2026-12-25T00:00:00Z")'],
    ['1066-10-14', '/0: a holiday is between the years 1970 and 9998 (got "1066-10-14")'],
    [20261225, '/0: write a holiday as a date, 2026-12-25 (got 20261225)'],
  ])('%j is refused', (date, refusal) => {
    expect(refusals(holidaysSchema, [date])).toEqual([refusal]);
  });

  test('may have a leap day in leap years only', () => {
    expect(refusals(holidaysSchema, ['2028-02-29'])).toEqual([]);
    expect(refusals(holidaysSchema, ['2027-02-29'])).toHaveLength(1);
  });

  test('are at most 1000', () => {
    const days = Array.from({ length: 1_001 }, (_, day) =>
      new Date(day * 86_400_000).toISOString().slice(0, 10),
    );
    expect(refusals(holidaysSchema, days)).toEqual([
      '/: at most 1000 holidays (got 1001); leave out those of past years',
    ]);
    expect(refusals(holidaysSchema, days.slice(1))).toEqual([]);
  });
});

test('the schemas can be written into the OpenAPI file, for input and output', () => {
  for (const io of ['input', 'output'] as const)
    for (const schema of [windowsSchema, holidaysSchema])
      expect(z.toJSONSchema(schema, { io })).toMatchObject({ type: 'array' });
});
