import { describe, expect, it } from 'vitest';
import { checkFilter, type DeclaredAttribute } from '../../../domain/filter/check-filter.ts';
import { parseFilter } from '../../../domain/filter/parse-filter.ts';
import { filterSchema } from '../../../domain/schema/filter.ts';

const attributes: readonly DeclaredAttribute[] = [
  { owner: 'customer', name: 'category', type: 'choice', choices: ['A', 'B', 'C'] },
  { owner: 'customer', name: 'zip', type: 'text', choices: null },
  { owner: 'customer', name: 'turnover', type: 'number', choices: null },
  { owner: 'customer', name: 'since', type: 'date', choices: null },
  { owner: 'contact', name: 'vip', type: 'yesNo', choices: null },
  { owner: 'record', name: 'status', type: 'text', choices: null },
];

describe('a filter is refused', () => {
  it.each([
    [
      'customer.categry = A',
      'a customer has no field or attribute "categry"; did you mean customer.category?',
    ],
    ['contact.frstName = A', 'did you mean contact.firstName?'],
    [
      'customer.zip = 12345',
      'customer.zip is a text, not a number; write what it is compared with as a text, in quotation marks: "12345"',
    ],
    [
      'customer.turnover contains x',
      'customer.turnover is a number: "contains" does not fit it; use =, !=, <',
    ],
    ['customer.turnover = much', '"is" does not fit it'],
    ['contact.vip = maybe', 'contact.vip is yes or no (got "maybe")'],
    [
      'customer.zip = yes',
      'customer.zip is a text, not yes or no; the text is written in quotation marks: "yes"',
    ],
    ['customer.since > 2020', 'customer.since is a date: ">" does not fit it; use on, before, after'],
    ['customer.category = D', 'customer.category is never "D"; did you mean "A"? Its choices are A, B, C'],
    ['customer.category contains A', '"contains" does not fit it'],
    ['record.status = open', 'ask for it as: has record KIND with (status …)'],
    ['has record order with (customer.zip = x)', 'is no field of a record; inside of "with"'],
    ['has record order with (colour = red)', 'a record has no field or attribute "colour"'],
  ])('%s', (text, detail) => {
    const parsed = parseFilter(text);
    const faults = parsed.ok ? checkFilter(parsed.filter, attributes) : [];
    expect(faults.map((fault) => fault.detail)).toEqual([expect.stringContaining(detail)]);
  });

  it('with a place in its JSON for every fault', () => {
    const wrong = { field: 'customer.wrong', op: 'isEmpty' } as const;
    const faults = checkFilter({ and: [{ or: [{ bounced: true }, wrong] }, { not: wrong }] }, attributes);
    expect(faults.map(({ path }) => path.join('/'))).toEqual(['and/0/or/1/field', 'and/1/not/field']);
  });

  it('not when everything fits', () => {
    const parsed = parseFilter(
      'customer.category in (A, B) and customer.zip = "012" and customer.turnover >= 5 and customer.since older than 90 days and contact.vip != no and has record order with (status = open or title contains x)',
    );
    expect(parsed.ok && checkFilter(parsed.filter, attributes)).toEqual([]);
  });
});

describe('the JSON of a filter', () => {
  it.each([
    [
      { and: [{ field: 'email', op: 'likes', value: 'x' }] },
      'and/0/op',
      '"likes" is no operator; there are is, isNot',
    ],
    [{ and: [] }, 'and', 'names no conditions'],
    [{ or: [{ bounced: true }, 5] }, 'or/1', 'a condition is an object with one of and, or, not'],
    [{ bounced: true, not: { bounced: true } }, '', 'a condition is an object with one of'],
    [{ field: 'email', op: 'is', value: 'x', colour: 1 }, '', 'colour'],
    [{ field: 'email', op: 'is', value: '' }, 'value', ''],
    [{ field: 'email', op: 'in', value: Array(1001).fill('x') }, 'value', 'a list has at most 1000 values'],
    [{ field: 'customer.since', op: 'on', value: '2026-02-30' }, 'value', 'is no day'],
    [{ lastMail: { olderThan: '3 months' } }, 'lastMail/olderThan', 'is no span; write it as 90d'],
    [{ or: Array(1000).fill({ bounced: true }) }, '', 'a filter has at most 100 conditions (got 1000)'],
    [
      { or: Array(80).fill({ field: 'email', op: 'is', value: 'x'.repeat(900) }) },
      '',
      'at most 65536 characters',
    ],
    [deep(11), '', 'nested at most 10 deep (got 11)'],
    [deep(2000), '', 'nested at most 10 deep'],
    ['; drop table contact', '', 'a condition is an object'],
  ])('is refused at its place (%#)', (value, path, message) => {
    const { error } = filterSchema.safeParse(value);
    expect(error?.issues.some((issue) => issue.message.includes(message))).toBe(true);
    if (path !== '') expect(error?.issues[0]?.path.join('/')).toBe(path);
  });

  it('takes own fields without their owner and joins of one', () => {
    expect(filterSchema.parse({ and: [{ field: 'email', op: 'is', value: 'x' }] })).toEqual({
      field: 'contact.email',
      op: 'is',
      value: 'x',
    });
  });
});

function deep(levels: number): unknown {
  let filter: unknown = { bounced: true };
  for (let level = 1; level < levels; level += 1) filter = { not: filter };
  return filter;
}
