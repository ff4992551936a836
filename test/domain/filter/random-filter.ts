import fc from 'fast-check';
import { fieldPath, type Owner } from '../../../domain/filter/field.ts';
import type { Filter } from '../../../domain/filter/filter.ts';

const text = fc.oneof(
  fc.constantFrom(
    'A',
    'Rossi',
    'Price list 2026',
    'yes',
    'and',
    '12',
    '012',
    'a"b\\c',
    'größe',
    '\n',
    'older',
    'is',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/\0|\p{Cs}/u.test(text)),
);
const span = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('d', 'h'))
  .map(([n, unit]) => `${n}${unit}`);
const number = fc
  .oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((n) => (n === 0 ? 0 : n));
const day = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const stream = fc.constantFrom('marketing', 'crm-1');

function field(scope: Owner): fc.Arbitrary<string> {
  const attribute = fc.oneof(
    fc.constantFrom('category', 'group_1', '2025', 'attributes', 'größe', 'in', 'my. own "x'),
    text,
  );
  const owners: readonly Owner[] = scope === 'record' ? ['record'] : ['contact', 'customer'];
  const own = scope === 'record' ? ['title', 'externalId'] : ['firstName', 'newsletter', 'createdAt'];
  return fc.oneof(
    fc.constantFrom(...own).map((name) => (scope === 'record' ? `record.${name}` : `contact.${name}`)),
    fc
      .tuple(fc.constantFrom<Owner>(...owners), attribute)
      .map(([owner, name]) => fieldPath({ owner, name, isAttribute: true })),
  );
}

function comparison(scope: Owner): fc.Arbitrary<Filter> {
  const of = <T extends object>(rest: fc.Arbitrary<T>): fc.Arbitrary<Filter> =>
    fc.tuple(field(scope), rest).map(([field, rest]) => ({ field, ...rest }) as unknown as Filter);
  return fc.oneof(
    of(fc.record({ op: fc.constantFrom('is', 'isNot'), value: fc.oneof(text, fc.boolean()) })),
    of(fc.record({ op: fc.constantFrom('contains', 'startsWith'), value: text })),
    of(fc.record({ op: fc.constant('in'), value: fc.array(text, { minLength: 1, maxLength: 4 }) })),
    of(fc.constant({ op: 'isEmpty' })),
    of(fc.record({ op: fc.constantFrom('=', '!=', '<', '<=', '>', '>='), value: number })),
    of(fc.record({ op: fc.constant('between'), value: fc.tuple(number, number) })),
    of(fc.record({ op: fc.constantFrom('on', 'before', 'after'), value: day })),
    of(fc.record({ op: fc.constantFrom('olderThan', 'withinLast'), value: span })),
  );
}

const version = fc.integer({ min: 1, max: 99 });
const history = fc.oneof(
  fc.record({ document: text, version }, { requiredKeys: ['document'] }).map((received) => ({ received })),
  fc.record({ template: text, version }, { requiredKeys: ['template'] }).map((received) => ({ received })),
  text.map((campaign) => ({ received: { campaign } })),
  fc.record({ olderThan: span, stream }, { requiredKeys: ['olderThan'] }).map((lastMail) => ({ lastMail })),
  fc.record({ withinLast: span, stream }, { requiredKeys: ['withinLast'] }).map((lastMail) => ({ lastMail })),
  fc
    .record({ never: fc.constant(true), stream }, { requiredKeys: ['never'] })
    .map((lastMail) => ({ lastMail })),
  text.map((campaign) => ({ responded: { campaign } })),
  fc.constant({ bounced: true }),
  fc.record({ stream }, { requiredKeys: [] }).map((suppressed) => ({ suppressed })),
  text.map((inWorkList) => ({ inWorkList })),
) as fc.Arbitrary<Filter>;

function tree(leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const inner = tree(leaf, depth - 1);
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: several.map((and) => ({ and })) },
    { weight: 1, arbitrary: several.map((or) => ({ or })) },
    { weight: 1, arbitrary: inner.map((not) => ({ not })) },
  );
}

const record: fc.Arbitrary<Filter> = fc.oneof(
  text.map((record) => ({ record })),
  fc.record({ record: text, with: tree(comparison('record'), 2) }),
);

/** Any filter that the language can say; its fields need not exist. */
export const anyFilter = tree(fc.oneof(comparison('contact'), history, record), 3);
