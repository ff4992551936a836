import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quoteCell, withFormulaGuard, withoutFormulaGuard } from '../../domain/csv-cell.ts';

it.each([
  ['=1+1', "'=1+1"],
  ['+49 30 1234', "'+49 30 1234"],
  ['-5', "'-5"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', "'\r=1"],
  ['＝1+1', "'＝1+1"],
  ["'=1", "''=1"],
  ["'quoted'", "'quoted'"],
  ['a=b', 'a=b'],
  ['', ''],
])('%j goes into a cell as %j', (text, cell) => {
  expect(withFormulaGuard(text)).toBe(cell);
});

const hostile = fc.array(
  fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '＝', 'x', ' ', '"', ','),
  {
    maxLength: 6,
  },
);

it('no guarded text begins with what a spreadsheet runs, and the guard comes off again', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hostile.map((parts) => parts.join('')),
        fc.string(),
      ),
      (text) => {
        expect(withFormulaGuard(text)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        expect(withoutFormulaGuard(withFormulaGuard(text))).toBe(text);
      },
    ),
  );
});

it('a quoted cell has its quotes doubled, and only what needs quotes has them', () => {
  expect(quoteCell('plain text')).toBe('plain text');
  expect(quoteCell('say "no"')).toBe('"say ""no"""');
  for (const text of ['a,b', 'a;b', 'a\tb', 'a\nb', 'a\rb', ' a', 'a '])
    expect(quoteCell(text)).toBe(`"${text}"`);
});
