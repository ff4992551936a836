import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdentityBook } from '../../domain/import-identity.ts';

interface Stored {
  id: number;
  externalId: string | null;
  key: string;
}

/** What the words of the rule say, on a list: the external id first, then the key; nobody gets a key that another external id has. */
function naive(stored: Stored[], externalId: string | null, key: string | null): string {
  const known = externalId === null ? undefined : stored.find((each) => each.externalId === externalId);
  const holder = key === null ? undefined : stored.find((each) => each.key === key);
  if (known === undefined && key === null) return 'keyNeeded';
  if (known !== undefined) {
    if (holder !== undefined && holder !== known) return 'clash';
    if (key !== null) known.key = key;
    return `row of ${known.id}`;
  }
  if (holder === undefined) {
    const id = 100 + stored.length;
    stored.push({ id, externalId, key: key ?? '' });
    return `row of ${id}`;
  }
  if (externalId !== null && holder.externalId !== null) return 'clash';
  holder.externalId ??= externalId;
  return `row of ${holder.id}`;
}

const ids = fc.option(fc.constantFrom('1', '2', '3', '4'), { nil: null });
const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const rows = fc.array(fc.tuple(ids, fc.option(keys, { nil: null, freq: 4 })), { maxLength: 25 });
const people = fc
  .uniqueArray(fc.tuple(ids, keys), { selector: ([, key]) => key, maxLength: 4 })
  .map((list) => list.filter(([id], i) => id === null || list.findIndex(([other]) => other === id) === i));

it('rows mean whom the rule says, in the order of the file, whatever the groups are cut into', () => {
  fc.assert(
    fc.property(people, rows, (stored, file) => {
      const list = stored.map(([externalId, key], id): Stored => ({ id, externalId, key }));
      const book = new IdentityBook<number>();
      for (const { id, externalId, key } of list) book.learn(id, externalId, key);
      const numbers = new Map<unknown, number>();
      for (const [externalId, key] of file) {
        const size = list.length;
        const expected = naive(list, externalId, key);
        let look = book.look(externalId, key);
        if (look === 'cut') {
          book.settle();
          look = book.look(externalId, key);
        }
        if (look !== 'free') {
          expect(look).toBe(expected);
          continue;
        }
        const entry = book.place(externalId, key);
        if (entry.id === null && !numbers.has(entry)) numbers.set(entry, 100 + size);
        expect(`row of ${entry.id ?? numbers.get(entry)}`).toBe(expected);
        const after = list.find(({ id }) => expected === `row of ${id}`);
        expect([entry.externalId, entry.key]).toEqual([after?.externalId, after?.key]);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('a key that was given up is free only when what was placed is written', () => {
  const book = new IdentityBook<number>();
  book.learn(1, 'A', 'old');
  book.place('A', 'new');
  expect(book.look('B', 'old')).toBe('cut');
  book.settle();
  expect(book.look('B', 'old')).toBe('free');
});
