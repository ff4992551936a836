import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { audienceCondition, resolveAudience } from '../../../db/audience.ts';
import type { Filter } from '../../../domain/filter/filter.ts';
import { parseFilter } from '../../../domain/filter/parse-filter.ts';
import { printFilter } from '../../../domain/filter/print-filter.ts';
import { useDatabase } from '../../support/campaigns.ts';
import { anyWorld, storeWorld, worldNow } from './filter-world.ts';
import { naively } from './naive-filter.ts';
import { sensibleFilter } from './sensible-filter.ts';

const world = useDatabase({ connections: 4 });

async function found(filter: Filter): Promise<string[]> {
  const condition = await audienceCondition(world.db, { audience: { filter } }, worldNow);
  const { rows } = await sql<{ id: string }>`select id from contact where ${condition} order by id`.execute(
    world.db,
  );
  return rows.map(({ id }) => id);
}

test('a filter finds in PostgreSQL exactly those for whom it holds', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  console.log(`SEED=${seed}`);
  const tally = { runs: 0, some: 0 };
  for (const people of fc.sample(anyWorld, { seed, numRuns: 3 })) {
    await sql`truncate attribute, contact, customer, record, campaign, document, template, suppression, work_list, control cascade`.execute(
      world.db,
    );
    await storeWorld(world.db, people);
    await fc.assert(
      fc.asyncProperty(sensibleFilter(people), async (filter) => {
        const expected = people.contacts
          .filter((contact) => naively(filter, contact, people))
          .map(({ id }) => id);
        expect(await found(filter), printFilter(filter)).toEqual(expected.sort());
        tally.runs += 1;
        if (expected.length > 0 && expected.length < people.contacts.length) tally.some += 1;
      }),
      { seed, numRuns: 80 },
    );
  }
  // Filters that find nobody or everybody prove little.
  expect(tally.some).toBeGreaterThan(tally.runs / 2);
});

test('what a filter names and nobody has is refused by name, with the nearest one', async () => {
  const refused = async (text: string): Promise<unknown> => {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(parsed.fault);
    const resolved = await resolveAudience(world.db, { filter: parsed.filter }, worldNow);
    return resolved.ok ? [] : resolved.faults.map(({ path, detail }) => `${path.join('/')}: ${detail}`);
  };
  expect(await refused('received document "Prise list" and not in work list "VIPs"')).toEqual([
    'filter: there is no document "Prise list"; did you mean "Price list"?',
    'filter: there is no work list "VIPs"; did you mean "VIP"?',
  ]);
  expect(await refused('received document "Price list" version 9')).toEqual([
    'filter: the document "Price list" has no version 9; without a version, any is meant',
  ]);
  expect(await refused('responded to campaign Sprung or received template Inf')).toEqual([
    expect.stringContaining('no template "Inf"; did you mean "Info"?'),
    expect.stringContaining('no campaign "Sprung"; did you mean "Spring"?'),
  ]);
  expect(await refused('bounced and customer.a_txt = A')).toEqual([
    'filter/and/1/field: a customer has no field or attribute "a_txt"; did you mean customer.a_text? An attribute is declared, or found by an import, before a filter can name it',
  ]);
});

test('an address is found however it is written, and no text is SQL', async () => {
  await sql`insert into contact (address, email) values ('jo@xn--bcher-kva.example', 'Jo@Bücher.example')`.execute(
    world.db,
  );
  const emails = async (filter: Filter): Promise<number> => (await found(filter)).length;
  expect(await emails({ field: 'contact.email', op: 'is', value: ' JO@Bücher.Example' })).toBe(1);
  expect(await emails({ field: 'contact.domain', op: 'in', value: ['BÜCHER.example'] })).toBe(1);
  for (const value of ["'; drop table contact; --", "x' or '1'='1", '\\', '%'])
    expect(await emails({ field: 'contact.a_text', op: 'is', value })).toBe(0);
});
