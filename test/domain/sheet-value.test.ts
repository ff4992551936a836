import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meaningOfFormat, plainNumber, sheetDate } from '../../domain/sheet-value.ts';

it('numbers are written without exponents and read back with the 15 digits that sheets keep', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }), (value) => {
      const text = plainNumber(String(value)) ?? '';
      expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      expect(Number(text)).toBe(Number(value.toPrecision(15)));
    }),
  );
  expect([plainNumber('1E+3'), plainNumber('-0'), plainNumber('x'), plainNumber('')]).toEqual([
    '1000',
    '0',
    null,
    null,
  ]);
});

it('days of a sheet are those of the calendar, one after the other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 61, max: 2_958_465 }), (serial) => {
      const day = new Date(Date.UTC(1900, 2, 1) + (serial - 61) * 86_400_000).toISOString().slice(0, 10);
      expect(sheetDate(String(serial), false)).toBe(day);
      if (serial > 1_462) expect(sheetDate(String(serial - 1_462), true)).toBe(day);
    }),
  );
});

it.each([
  [14, undefined, 'date'],
  [22, undefined, 'date'],
  [2, undefined, 'number'],
  [164, 'dd/mm/yyyy', 'date'],
  [164, 'hh:mm:ss.000', 'date'],
  [164, '[Red]0.00;[Blue]-0.00', 'number'],
  [164, '"day" 0', 'number'],
  [164, '[$€-407] #,##0.00', 'number'],
  [164, '0.00%', 'number'],
  [164, 'General', 'number'],
  [164, '@', 'number'],
  [164, '00000', 'padded'],
])('the format %s %j is one of a %s', (id, code, kind) => {
  expect(meaningOfFormat(id, code).kind).toBe(kind);
});
