import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addRunning } from '../support/campaigns.ts';

let api: TestApi;
const ids: Record<string, string> = {};

interface Item {
  readonly contact: { readonly email: string };
  readonly campaign: { readonly id: string };
  readonly [field: string]: unknown;
}

/** Anna and Ben of Old Ltd got the price list twice, once forced; Ben failed and left for New Ltd; Carla got nothing. */
beforeAll(async () => {
  api = await startTestApi();
  const { db } = api;
  await addContacts(db, 3, 'p');
  const made = await sql<{ kind: string; id: string }>`
    with o as (insert into customer (name) values ('Old Ltd'), ('New Ltd') returning name, id),
      r as (insert into record (kind, external_id, title) values ('order', '4/7', 'Order') returning kind, id),
      f as (insert into document (title, version, name, type, size, sha256, origin, added_by)
        values ('Price list', 1, 'prices.pdf', 'application/pdf', 1, 'one', 'upload', 'anna'),
          ('Price list', 2, 'prices.pdf', 'application/pdf', 1, 'two', 'upload', 'anna') returning title || version as kind, id)
    select name as kind, id from o union all select * from r union all select * from f`.execute(db);
  for (const { kind, id } of made.rows) ids[kind] = id;
  const people = await sql<{ id: string }>`select id from contact order by address`.execute(db);
  for (const [n, name] of ['anna', 'ben', 'carla'].entries()) ids[name] = people.rows[n]?.id ?? '';
  await sql`update contact set customer_id = ${ids['Old Ltd']}, last_name = '=cmd|calc' where id <> ${ids['carla']}`.execute(
    db,
  );
  for (const name of ['first', 'second']) ids[name] = await send(name);
  await sql`update contact set customer_id = ${ids['New Ltd']} where id = ${ids['ben']}`.execute(db);
  await sql`insert into record_link (record_id, contact_id, linked_by) values (${ids['order']}, ${ids['anna']}, 'anna')`.execute(
    db,
  );
});
afterAll(async () => api.close());

async function send(name: string): Promise<string> {
  const { db } = api;
  const id = await addRunning(db);
  await sql`update campaign set name = ${name} where id = ${id}`.execute(db);
  await sql`update delivery d set state = 'sending', batch = 1, sending_at = ${name === 'first' ? '2026-01-01' : '2026-02-01'}::timestamptz, contact_version = c.version
    from contact c where c.id = d.contact_id and campaign_id = ${id} and contact_id <> ${ids['carla']}`.execute(
    db,
  );
  await sql`update delivery set state = case when contact_id = ${ids['ben']} then 'failed' else 'sent' end, settled_at = sending_at,
      code = case when contact_id = ${ids['ben']} then 550 else 250 end, reply = 'said so' where campaign_id = ${id} and state = 'sending'`.execute(
    db,
  );
  await sql`with act as (insert into control (campaign_id, action, by, via, reason, applied_at)
      select ${id}, 'force', 'carl', 'api', 'asked again', now() where ${name} = 'second' returning id)
    insert into document_receipt (document_id, contact_id, campaign_id, forced_by, at)
    select ${ids['Price list1']}, contact_id, campaign_id, (select id from act), sending_at from delivery
    where campaign_id = ${id} and contact_id = ${ids['anna']}`.execute(db);
  await sql`insert into campaign_document (campaign_id, position, document_id, "as") values (${id}, 1, ${ids['Price list1']}, 'attachment')`.execute(
    db,
  );
  return id;
}

async function mails(path: string): Promise<Item[]> {
  const { status, body } = await api.call('GET', `/v1/${path}`);
  expect(status).toBe(200);
  return (body as { items: Item[] }).items;
}

test('the mails of a person say when, who, what became of it and which documents were in it', async () => {
  const [second, first] = await mails(`contacts/${ids['anna']}/mails`);
  expect(second).toMatchObject({
    at: '2026-02-01T00:00:00Z',
    contact: { email: 'p1@example.com' },
    customer: { name: 'Old Ltd' },
    campaign: { id: ids['second'], name: 'second', stream: 'campaign' },
    createdBy: 'test',
    startedBy: 'test',
    state: 'sent',
    reply: { code: 250 },
    bounce: null,
    documents: [
      {
        title: 'Price list',
        version: 1,
        name: 'prices.pdf',
        as: 'attachment',
        forced: { by: 'carl', reason: 'asked again' },
      },
    ],
  });
  expect(first).toMatchObject({ campaign: { name: 'first' }, documents: [{ forced: null }] });
  expect(await mails(`contacts/${ids['ben']}/mails?state=failed`)).toMatchObject([
    { bounce: { at: '2026-02-01T00:00:00Z', code: 550 } },
    { bounce: { at: '2026-01-01T00:00:00Z' } },
  ]);
});

test('mails count for the customer of their time, and what is to come for the one of now', async () => {
  expect(
    (await mails(`customers/${ids['Old Ltd']}/mails`)).map(({ contact }) => contact.email).toSorted(),
  ).toEqual(['p1@example.com', 'p1@example.com', 'p2@example.com', 'p2@example.com']);
  expect(await mails(`customers/${ids['New Ltd']}/mails`)).toEqual([]);
  expect(await mails(`contacts/${ids['carla']}/mails`)).toMatchObject([
    { at: null, state: 'planned' },
    { at: null },
  ]);
});

test.each([
  ['from=2026-01-15T00:00:00Z', ['second']],
  ['to=2026-01-15T00:00:00Z', ['first']],
  ['stream=crm', []],
  ['campaign=first', ['first']],
  ['document=Price list1', ['second', 'first']],
  ['document=Price list2', []],
  ['state=sent', ['second', 'first']],
])('the filter %s is one', async (filter, found) => {
  const query = filter.replace(/=(first|Price list\d)$/, (_, name: string) => `=${ids[name]}`);
  const items = await mails(`contacts/${ids['anna']}/mails?${query}`);
  expect(items.map(({ campaign }) => campaign.id)).toEqual(found.map((name) => ids[name]));
});

test('a record has the mails of its people, found by kind and external id', async () => {
  expect(await mails('records/order/4%2F7/mails')).toHaveLength(2);
  expect(await api.call('GET', '/v1/records/order/5/mails')).toMatchObject({ status: 404 });
});

test('who got a document is asked by one version, or by its title', async () => {
  expect(await mails(`documents/${ids['Price list2']}/recipients`)).toEqual([]);
  const all = await mails(`documents/${ids['Price list2']}/recipients?title=true`);
  expect(all.map(({ contact, campaign }) => [contact.email, campaign.id])).toEqual([
    ['p1@example.com', ids['second']],
    ['p1@example.com', ids['first']],
  ]);
});

test('pages of one join to the whole list, those to come first', async () => {
  for (const path of [
    `customers/${ids['Old Ltd']}/mails`,
    `contacts/${ids['carla']}/mails`,
    `documents/${ids['Price list1']}/recipients`,
  ]) {
    const whole = await mails(path);
    const paged: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api.call(
        'GET',
        `/v1/${path}?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      const { items, next } = body as { items: unknown[]; next: string | null };
      paged.push(...items);
      cursor = next;
    }
    expect(paged).toEqual(whole);
  }
});

test('a file has the same rows, and no cell that a spreadsheet would run', async () => {
  const { text, headers } = await api.call('GET', `/v1/customers/${ids['Old Ltd']}/mails.csv?state=sent`);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({
    email: 'p1@example.com',
    campaign: 'second',
    documents: 'Price list 1 (attachment)',
    forced_by: 'carl',
  });
  expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
  // Spreadsheets may split at semicolons, too.
  const { db } = api;
  await db
    .updateTable('campaign')
    .set({ name: 'x;=1+1' })
    .where('id', '=', ids['first'] ?? '')
    .execute();
  const spread = await api.call('GET', `/v1/customers/${ids['Old Ltd']}/mails.csv`);
  expect(spread.text).toContain(',"x;=1+1",');
  await db
    .updateTable('campaign')
    .set({ name: 'first' })
    .where('id', '=', ids['first'] ?? '')
    .execute();
  expect(await api.call('GET', `/v1/customers/${ids['Old Ltd']}/mails.csv?limit=5`)).toMatchObject({
    status: 422,
  });
});

test('the ledger of a campaign is a file, too', async () => {
  const { text } = await api.call('GET', `/v1/campaigns/${ids['first']}/recipients.csv`);
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true });
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['failed', 'planned', 'sent']));
  expect(rows.find(({ state }) => state === 'failed')).toMatchObject({
    email: 'p2@example.com',
    code: '550',
    reply: 'said so',
  });
});

test('activities are listed on each side', async () => {
  await sql`select write_activities(${ids['first']}, array(select contact_id from delivery where campaign_id = ${ids['first']}))`.execute(
    api.db,
  );
  for (const path of [`contacts/${ids['anna']}`, `customers/${ids['Old Ltd']}`, 'records/order/4%2F7'])
    expect(await mails(`${path}/activities`)).toMatchObject([
      {
        at: '2026-01-01T00:00:00Z',
        mark: 'serial mail',
        campaign: { name: 'first' },
        contact: { email: 'p1@example.com' },
      },
    ]);
});
