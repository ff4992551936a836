import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../domain/filter/parse-filter.ts';
import { printFilter } from '../../../domain/filter/print-filter.ts';
import { filterInputSchema, filterSchema } from '../../../domain/schema/filter.ts';
import { anyFilter } from './random-filter.ts';

describe('the one-line text of a filter', () => {
  it('is read back as exactly the filter that was written', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual({ ok: true, filter });
      }),
      { numRuns: 1_000 },
    );
  });

  it('and its JSON are the same to the API', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const json: unknown = JSON.parse(JSON.stringify(filter));
        expect(filterSchema.parse(json)).toEqual(filter);
        expect(filterInputSchema.parse(printFilter(filter))).toEqual(filter);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'customer.category = A and customer.agent = "Rossi" and not received document "Price list 2026" and newsletter = yes and last mail older than 90 days',
      'customer.category = A and customer.agent = Rossi and not received document "Price list 2026" and newsletter = yes and last mail older than 90 days',
    ],
    ['title is not empty', 'not title is empty'],
    ['NOT Bounced AND language IS de', 'not bounced and language = de'],
    ['customer.size >= 10 and customer.size != 12', 'customer.size >= 10 and customer.size != 12'],
    [
      'customer.since before 2020-01-01 or customer.since older than 2 weeks',
      'customer.since before 2020-01-01 or customer.since older than 14 days',
    ],
    ['language not in (de, "en")', 'not language in (de, en)'],
    [
      'has record order with (status = open and not title contains x)',
      'has record order with (status = open and not title contains x)',
    ],
    ['((firstName = a or lastName = b)) and bounced', '(firstName = a or lastName = b) and bounced'],
    ['firstName = a and lastName = b or bounced', '(firstName = a and lastName = b) or bounced'],
    [
      'last mail of marketing never and responded to campaign "Spring" and in work list VIP',
      'last mail of marketing never and responded to campaign Spring and in work list VIP',
    ],
    [
      'received template "Info" version 3 and suppressed for crm',
      'received template Info version 3 and suppressed for crm',
    ],
    ['contact."Turnover 2025" between 1 and 2.5', 'contact."Turnover 2025" between 1 and 2.5'],
  ])('%s', (text, printed) => {
    const parsed = parseFilter(text);
    const again = parsed.ok ? printFilter(parsed.filter) : parsed.fault;
    expect(again).toBe(printed);
    const second = parseFilter(again);
    expect(second.ok ? printFilter(second.filter) : second.fault).toBe(printed);
  });

  it.each([
    ['', 'column 1: expected a condition, such as customer.category = A, got the end'],
    ['customer.category', 'column 18: expected an operator: ='],
    ['customer.category = ', 'column 21: expected a text, a number, yes or no, got the end'],
    [
      'category = A',
      'column 1: expected a condition, such as customer.category = A, got "category"; attributes are written with their owner, as contact.category',
    ],
    ['customer.x = "open', 'column 14: the quotation mark that begins here has no end'],
    ['customer.x = A customer.y = B', 'column 16: expected "and", "or" or the end, got "customer"'],
    ['(customer.x = A', 'column 16: expected ")", got the end'],
    ['customer.x < A', 'column 14: expected a number, got "A"'],
    ['customer.x on 2026-02-30', 'column 15: expected a day, such as 2026-12-31, got "2026-02-30"'],
    ['last mail older than 90', 'column 24: expected days, hours or weeks, got the end'],
    ['last mail older than -1 days', 'column 22: expected a span, such as 90 days, got "-1"'],
    ['received brochure X', 'column 10: expected document, campaign or template, got "brochure"'],
    ['email = a@example.com', 'column 10: "@" has no meaning here; texts with other characters'],
    ['"😀" = x', 'column 1: expected a condition'],
    ['firstName = "😀" bounced', 'column 17: expected "and", "or" or the end, got "bounced"'],
    ['firstName = "\\u0000"', 'column 13: text has no NUL'],
    [`${'('.repeat(30_000)}bounced`, 'column 41: parentheses and "not" are nested more than 40 deep'],
    [
      Array(1_000).fill('bounced').join(' or '),
      'a filter has at most 100 conditions (got 1000); ask for many values of one field with "in"',
    ],
    [`${'not ('.repeat(10)}bounced${')'.repeat(10)}`, 'a filter is nested at most 10 deep (got 11)'],
    ['x'.repeat(70_000), 'a filter has at most 65536 characters (got 70000)'],
  ])('says where it is wrong and what was expected (%#)', (text, fault) => {
    const parsed = parseFilter(text);
    expect(parsed.ok ? printFilter(parsed.filter) : parsed.fault).toContain(fault);
  });

  it('never fails in another way, whatever is typed', () => {
    const words = fc.constantFrom(
      'customer.',
      'x',
      '=',
      '(',
      ')',
      'and',
      'not',
      '"',
      '"a b"',
      '5',
      'last',
      'mail',
      'older',
      'than',
      'days',
      '\\',
      '2026-01-01',
      'in',
      ',',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((parts) => parts.join(' ')),
        ),
        (text) => {
          const parsed = parseFilter(text);
          if (parsed.ok) expect(parseFilter(printFilter(parsed.filter))).toEqual(parsed);
          else expect(parsed.fault).toMatch(/^column \d+: /);
        },
      ),
      { numRuns: 500 },
    );
  });
});
