import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { deleteAgent, updateAgent } from '../../db/agents.ts';
import { listContacts } from '../../db/contacts.ts';
import { deleteCustomer, listCustomers } from '../../db/customers.ts';
import { listRecords, listRecordsOf } from '../../db/records.ts';
import { useDatabase } from '../support/campaigns.ts';
import { plansOf } from '../support/query-plans.ts';

const world = useDatabase({ connections: 1 });
const wholeTable = /Seq Scan on (?:contact|customer|record|record_link)\b/;
let customerId = '';
let agentId = '';

beforeAll(async () => {
  await sql`
    insert into customer (name, external_id, attributes)
    select 'Customer ' || md5(i::text), 'K-' || md5(i::text), jsonb_build_object('agent', 'Agent ' || i % 500)
    from generate_series(1, 20000) i`.execute(world.db);
  await sql`
    insert into contact (address, email, first_name, last_name, customer_id)
    select md5(id::text) || '@example.com', md5(id::text) || '@example.com', 'First' || md5(id::text), 'Last' || md5(id::text), id from customer`.execute(
    world.db,
  );
  await sql`
    insert into record (kind, external_id, title)
    select 'order', md5(i::text), 'Order ' || md5(i::text) from generate_series(1, 20000) i`.execute(
    world.db,
  );
  await sql`
    insert into record_link (record_id, customer_id, linked_by)
    select r.id, c.id, 'test' from (select id, row_number() over () n from record) r
    join (select id, row_number() over () n from customer) c using (n)`.execute(world.db);
  const agent = await world.db
    .insertInto('agent')
    .values({ name: 'Agent 7' })
    .returning('id')
    .executeTakeFirst();
  agentId = agent?.id ?? '';
  const one = await world.db.selectFrom('customer').select('id').limit(1).executeTakeFirstOrThrow();
  customerId = one.id;
  await sql`vacuum analyze`.execute(world.db);
});

const page = { after: null, limit: 51 } as const;

test.each<[string, string[], () => Promise<unknown>]>([
  [
    'a customer by the beginning of name or external id',
    ['customer_name_prefix', 'customer_external_id_prefix'],
    () => listCustomers(world.db, { q: 'customer a1b', ...page }),
  ],
  [
    'a page of customers far behind',
    ['customer_name_key'],
    () => listCustomers(world.db, { q: undefined, after: 'Customer ff', limit: 51 }),
  ],
  [
    'the contacts of a customer',
    ['contact_of_customer'],
    () => listContacts(world.db, { q: undefined, customerId, ...page }),
  ],
  [
    'a record by the beginning of title or external id',
    ['record_title_prefix', 'record_external_id_prefix'],
    () => listRecords(world.db, { kind: 'order', q: 'order a1b', ...page }),
  ],
  [
    'the records of a customer',
    ['record_link_customer'],
    () => listRecordsOf(world.db, { column: 'customer_id', id: customerId }, null, 51),
  ],
  ['whether a customer may be removed', ['contact_of_customer'], () => deleteCustomer(world.db, customerId)],
  ['whether an agent may be removed', ['customer_agent'], () => deleteAgent(world.db, agentId)],
  [
    'the customers of an agent',
    ['customer_agent'],
    () => updateAgent(world.db, agentId, { name: 'Agent X' }),
  ],
])('%s: read by an index, never by the whole table', async (_what, indexes, work) => {
  const plans = await plansOf(world.db, work);
  for (const index of indexes) expect(plans).toContain(index);
  expect(plans).not.toMatch(wholeTable);
});

test('a contact by the beginning of address or names: found by their indexes before they are put in order', async () => {
  const plans = await plansOf(world.db, () => listContacts(world.db, { q: 'zzz', ...page }));
  for (const part of ['address', 'first_name', 'last_name'])
    expect(plans).toContain(`contact_${part}_prefix`);
  expect(plans).not.toMatch(/Seq Scan on contact\b/);
});
