import fc from 'fast-check';
import type { Owner } from '../../../domain/filter/field.ts';
import type { Filter } from '../../../domain/filter/filter.ts';
import { workLists, type FilterWorld } from './filter-world.ts';

const text = fc.constantFrom(
  'A',
  'a',
  'ab',
  'B%',
  'b',
  'Anna',
  'anna',
  'Rossi',
  'de',
  'example.com',
  'Customer 3',
  'R-1',
  'Garden',
  '%',
  '_',
);
const choice = fc.constantFrom('A', 'B', 'c');
const number = fc.constantFrom(1, 2, 2.5, -3, 0, 10);
const day = fc.constantFrom('2026-11-25', '2026-09-01', '2020-02-29', '2026-08-27', '2027-01-01');
const span = fc.constantFrom('30d', '90d', '12h', '9999d');
const stream = fc.constantFrom('marketing', 'crm', 'welcome');

const own: Readonly<Record<Owner, readonly string[]>> = {
  contact: ['email', 'domain', 'firstName', 'lastName', 'language', 'externalId'],
  customer: ['name'],
  record: ['title', 'externalId'],
};

/** Conditions that make sense in a random world, and find some of its people. */
function comparison(owner: Owner): fc.Arbitrary<Filter> {
  const of = (fields: readonly string[], rest: fc.Arbitrary<object>): fc.Arbitrary<Filter> =>
    fc
      .tuple(fc.constantFrom(...fields), rest)
      .map(([name, rest]) => ({ field: `${owner}.${name}`, ...rest }) as Filter);
  const texts = of(
    ['a_text', ...own[owner]],
    fc.oneof(
      fc.record({ op: fc.constantFrom('is', 'isNot', 'contains', 'startsWith'), value: text }),
      fc.record({ op: fc.constant('in'), value: fc.array(text, { minLength: 1, maxLength: 3 }) }),
      // More than are looked up one by one.
      fc.record({
        op: fc.constant('in'),
        value: text.map((one) => [one, ...Array.from({ length: 25 }, (_, i) => `x${i}`)]),
      }),
      fc.constant({ op: 'isEmpty' }),
    ),
  );
  const choices = of(['a_choice'], fc.record({ op: fc.constantFrom('is', 'isNot'), value: choice }));
  const numbers = of(
    ['a_number'],
    fc.oneof(
      fc.record({ op: fc.constantFrom('=', '!=', '<', '<=', '>', '>='), value: number }),
      fc.record({ op: fc.constant('between'), value: fc.tuple(number, number) }),
      fc.constant({ op: 'isEmpty' }),
    ),
  );
  const dates = of(
    owner === 'contact' ? ['a_date', 'createdAt'] : ['a_date'],
    fc.oneof(
      fc.record({ op: fc.constantFrom('on', 'before', 'after'), value: day }),
      fc.record({ op: fc.constantFrom('olderThan', 'withinLast'), value: span }),
      fc.constant({ op: 'isEmpty' }),
    ),
  );
  const yesNo = of(
    owner === 'contact' ? ['a_yesno', 'newsletter'] : ['a_yesno'],
    fc.oneof(
      fc.record({ op: fc.constantFrom('is', 'isNot'), value: fc.boolean() }),
      fc.constant({ op: 'isEmpty' }),
    ),
  );
  return fc.oneof(texts, choices, numbers, dates, yesNo);
}

function history({ campaigns, documents }: FilterWorld): fc.Arbitrary<Filter> {
  const campaign = fc.constantFrom(...campaigns.flatMap(({ id, name }) => [id, name]));
  const document = fc.oneof(
    fc.constantFrom(
      { document: 'Price list' },
      { document: 'Price list', version: 2 },
      { document: 'Brochure 2' },
    ),
    fc.constantFrom(...documents.map(({ id }) => ({ document: id }))),
  );
  const template = fc.constantFrom(
    { template: 'Info' },
    { template: 'Info', version: 1 },
    { template: 'Offer' },
  );
  const ofStream = fc.oneof(fc.constant({}), fc.record({ stream }));
  const last = fc.oneof(
    span.map((olderThan) => ({ olderThan })),
    span.map((withinLast) => ({ withinLast })),
    fc.constant({ never: true }),
  );
  return fc.oneof(
    fc
      .oneof(
        document,
        template,
        campaign.map((campaign) => ({ campaign })),
      )
      .map((received) => ({ received })),
    fc.tuple(last, ofStream).map(([last, stream]) => ({ lastMail: { ...last, ...stream } })),
    fc.constantFrom(...campaigns.map(({ name }) => name)).map((campaign) => ({ responded: { campaign } })),
    fc.constant({ bounced: true }),
    ofStream.map((suppressed) => ({ suppressed })),
    fc.constantFrom(...workLists).map((inWorkList) => ({ inWorkList })),
  ) as fc.Arbitrary<Filter>;
}

function tree(leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return leaf;
  const inner = tree(leaf, depth - 1);
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    leaf,
    several.map((and) => ({ and })),
    several.map((or) => ({ or })),
    inner.map((not) => ({ not })),
  );
}

export function sensibleFilter(world: FilterWorld): fc.Arbitrary<Filter> {
  const record = fc.oneof(
    fc.constantFrom('order', 'ticket').map((record) => ({ record })),
    fc.record({ record: fc.constantFrom('order', 'ticket'), with: tree(comparison('record'), 1) }),
  );
  return tree(
    fc.oneof(
      { weight: 3, arbitrary: comparison('contact') },
      { weight: 3, arbitrary: comparison('customer') },
      { weight: 2, arbitrary: history(world) },
      { weight: 1, arbitrary: record },
    ),
    3,
  );
}
