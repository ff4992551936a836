import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { audienceCondition } from '../../../db/audience.ts';
import { readLarge } from '../../../db/large-read.ts';
import { parseFilter } from '../../../domain/filter/parse-filter.ts';
import { fillForFilters } from '../../bench/filter-data.ts';
import { useDatabase } from '../../support/campaigns.ts';

const world = useDatabase({ connections: 2 });

beforeAll(async () => fillForFilters(world.db, 10_000));

async function planOf(text: string): Promise<string> {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.fault);
  const condition = await audienceCondition(world.db, { audience: { filter: parsed.filter } });
  const { rows } = await readLarge(world.db, (trx) =>
    sql<{ 'QUERY PLAN': string }>`explain select count(*) from contact where ${condition}`.execute(trx),
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

test.each([
  ['contact.room = r77', ['contact_attributes'], /Seq Scan on contact\b/],
  ['contact.room in (r1, r2) or contact.room = r3', ['contact_attributes'], /Seq Scan on contact\b/],
  ['email = "p77@c77.example"', ['contact_address'], /Seq Scan/],
  ['email starts with p77', ['contact_address_prefix'], /Seq Scan/],
  ['lastName = Last77', ['contact_last_name_prefix'], /Seq Scan/],
  [
    'customer.name = "Customer 5" and not received document "Price list 3" and newsletter = yes and last mail older than 90 days',
    ['customer_name', 'contact_of_customer', 'delivery', 'document_once'],
    /Seq Scan on (contact|delivery|document_receipt)\b/,
  ],
  ['last mail within last 20 days', ['delivery_sent'], /Seq Scan on delivery\b/],
  ['last mail of crm within last 40 days', ['delivery_sent'], /Seq Scan on delivery\b/],
  ['bounced', ['delivery_failed'], /Seq Scan on delivery\b/],
  [
    'received document "Price list 3"',
    ['document_once', 'document_receipt_forced'],
    /Seq Scan on document_receipt\b/,
  ],
])('%s is answered by indexes', async (text, indexes, never) => {
  const plan = await planOf(text);
  for (const index of indexes) expect(plan).toContain(index);
  expect(plan).not.toMatch(never);
});
