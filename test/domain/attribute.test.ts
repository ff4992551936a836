import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeTypes, readAttributeValue, type AttributeType } from '../../domain/attribute.ts';

const choices = ['A', 'B', 'gold', 'Ärzte'];
const read = (type: AttributeType, written: string | number | boolean) =>
  readAttributeValue({ type, choices: type === 'choice' ? choices : null }, written);
const valueOf = (type: AttributeType, written: string | number | boolean) => {
  const answer = read(type, written);
  return answer.ok ? answer.value : `refused: ${answer.why}`;
};

describe('a written value', () => {
  it.each<[AttributeType, string | number | boolean, unknown]>([
    ['text', '  two words ', 'two words'],
    ['text', '', null],
    ['text', 1.5, '1.5'],
    ['text', true, 'true'],
    ['number', '1234.5', 1234.5],
    ['number', '1234,5', 1234.5],
    ['number', ' -7 ', -7],
    ['number', '+0,125', 0.125],
    ['number', '0.125', 0.125],
    ['number', '007', 7],
    ['number', '1.234,5', 1234.5],
    ['number', '1,234.50', 1234.5],
    ['number', '1.234.567', 1_234_567],
    ['number', "1'234'567.25", 1_234_567.25],
    ['number', '12 345', 12_345],
    ['number', '12\u00a0345,6', 12_345.6],
    ['number', '1.2345', 1.2345],
    ['number', 12.345, 12.345],
    ['number', -0, 0],
    ['number', '   ', null],
    ['date', '2026-12-01', '2026-12-01'],
    ['date', '2026-12-01T00:00:00Z', '2026-12-01'],
    ['date', '2026-12-01 00:00:00.000', '2026-12-01'],
    ['date', '1.12.2026', '2026-12-01'],
    ['date', '01. 12. 2026', '2026-12-01'],
    ['date', '29.02.2028', '2028-02-29'],
    ['yesNo', 'Ja', true],
    ['yesNo', 0, false],
    ['yesNo', true, true],
    ['choice', 'gold', 'gold'],
    ['choice', ' GOLD', 'gold'],
    ['choice', 'ärzte', 'Ärzte'],
  ])('of the type %s, %j, is stored as %j', (type, written, value) => {
    expect(valueOf(type, written)).toBe(value);
  });

  it.each<[AttributeType, string | number | boolean, string]>([
    ['number', '1.234', 'can be read in two ways; write 1234 or 1.2340'],
    ['number', '-12,345', 'can be read in two ways; write -12345 or -12,3450'],
    ['number', '12 EUR', 'write it as 1234.5 or 1234,5'],
    ['number', '1.23.456', 'is no number'],
    ['number', '1.234.567.8', 'is no number'],
    ['number', '1,234,5', 'is no number'],
    ['number', '1e5', 'is no number'],
    ['number', '0x10', 'is no number'],
    ['number', true, 'is no number'],
    ['number', '1234567890123456', 'declare the attribute as text'],
    ['number', Infinity, 'no finite number'],
    ['date', '31.02.2026', 'no day of the calendar'],
    ['date', '2026-13-01', 'no day of the calendar'],
    ['date', '0000-01-01', 'no day of the calendar'],
    ['date', '2026-12-01T08:00:00Z', 'has a time of day'],
    ['date', '12/01/2026', 'write it as 2026-12-01 or 01.12.2026'],
    ['date', '1.12.26', 'is no date'],
    ['yesNo', 'perhaps', 'neither yes nor no'],
    ['choice', 'silver', 'is none of the choices "A", "B", "gold"'],
  ])('of the type %s, %j, is refused: %s', (type, written, why) => {
    expect(read(type, written)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('that was stored is read as the same again', () => {
    const written = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.stringMatching(/^[+-]?\d{1,4}[.,' ]\d{1,4}([.,]\d{1,4})?$/),
      fc.stringMatching(/^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$/),
      fc.constantFrom(...choices, 'yes', 'nein'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...attributeTypes), written, (type, text) => {
        const first = read(type, text);
        if (first.ok && first.value !== null) expect(read(type, first.value)).toEqual(first);
      }),
    );
  });
});
