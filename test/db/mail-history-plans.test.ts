import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { listActivities } from '../../db/activities.ts';
import { listMails, type MailsOf } from '../../db/mail-history.ts';
import { listRecipients } from '../../db/recipients.ts';
import { addContacts, addStarted, useDatabase } from '../support/campaigns.ts';
import { plansOf } from '../support/query-plans.ts';

const world = useDatabase({ connections: 1 });
/** Any table that grows with mails or people. */
const wholeTable = /Seq Scan on (?:delivery|contact|document_receipt|activity)\b/;
const ids: Record<'contact' | 'customer' | 'record' | 'document' | 'campaign', string> = {
  contact: '',
  customer: '',
  record: '',
  document: '',
  campaign: '',
};

/** 20,000 people of 2,000 customers got five campaigns with a document each; the mails of the last one are logged. */
beforeAll(async () => {
  const { db } = world;
  // Foreign keys are not what is looked at here, and cost a minute.
  await sql`set session_replication_role = replica`.execute(db);
  await addContacts(db, 20_000);
  await sql`insert into customer (name) select 'Customer ' || n from generate_series(1, 2000) n`.execute(db);
  await sql`update contact set customer_id = c.id from (select id, row_number() over (order by name) as n from customer) c
    where c.n = 1 + (substring(address from '[0-9]+')::int % 2000)`.execute(db);
  await sql`insert into document (title, version, name, type, size, sha256, origin, added_by)
    select 'Price list', n, 'prices.pdf', 'application/pdf', 1, sha256(n::text::bytea), 'upload', 'anna' from generate_series(1, 5) n`.execute(
    db,
  );
  await sql`insert into record (kind, external_id, title) values ('order', '1', 'Order 1')`.execute(db);
  for (let n = 1; n <= 5; n += 1) {
    ids.campaign = await addStarted(db);
    await sql`insert into delivery (campaign_id, contact_id, position, email, address, state, sending_at, settled_at, batch)
      select ${ids.campaign}, id, row_number() over (), email, address, 'sent', now() - interval '1 second' * row_number() over (), now(), 1 from contact`.execute(
      db,
    );
    await sql`insert into document_receipt (document_id, contact_id, campaign_id, at)
      select f.id, d.contact_id, d.campaign_id, d.sending_at from delivery d join document f on f.version = ${n} where campaign_id = ${ids.campaign}`.execute(
      db,
    );
  }
  await sql`select write_activities(${ids.campaign}, array(select contact_id from delivery where campaign_id = ${ids.campaign}))`.execute(
    db,
  );
  await sql`set session_replication_role = origin`.execute(db);
  const { rows } = await sql<
    typeof ids
  >`select c.id as contact, c.customer_id as customer, r.id as record, f.id as document
    from (select * from contact where customer_id is not null limit 1) c, record r, document f where f.version = 5`.execute(
    db,
  );
  Object.assign(ids, rows[0]);
  await sql`insert into record_link (record_id, customer_id, linked_by) values (${ids.record}, ${ids.customer}, 'anna')`.execute(
    db,
  );
  await sql`vacuum analyze`.execute(db);
});

const owners: readonly (readonly [string, () => MailsOf])[] = [
  ['a person', () => ({ contactId: ids.contact })],
  ['a customer', () => ({ customerId: ids.customer })],
  ['a record', () => ({ recordId: ids.record })],
  ['a document', () => ({ documentIds: [ids.document] })],
];

test.each(owners)(
  'the mails of %s are found by indexes among 100,000, the first page and the next',
  async (_, of) => {
    const [first] = await listMails(world.db, of(), {}, null, 1);
    const after = first && ([first.position, first.campaign_id, first.contact_id] as const);
    expect(after).toBeDefined();
    const plans = await plansOf(world.db, async () => {
      await listMails(world.db, of(), {}, null, 51);
      await listMails(world.db, of(), { state: 'sent', from: new Date(0) }, after ?? null, 51);
    });
    expect(plans).not.toMatch(wholeTable);
    expect(plans).toContain('delivery_pkey');
  },
);

test('a page of a document’s recipients reads no more receipts than it shows', async () => {
  const plans = await plansOf(world.db, () =>
    listMails(world.db, { documentIds: [ids.document] }, {}, null, 51),
  );
  // Backwards until the page is full.
  expect(plans).toMatch(/Scan Backward using document_receipt_newest/);
});

test('activities and the ledger in its order are read page by page from their indexes', async () => {
  const plans = await plansOf(world.db, async () => {
    await listActivities(world.db, { contactId: ids.contact }, null, 51);
    await listActivities(world.db, { customerId: ids.customer }, null, 51);
    await listActivities(world.db, { recordId: ids.record }, null, 51);
    await listRecipients(world.db, ids.campaign, { state: undefined, after: 20_000, limit: 51 });
  });
  for (const index of ['activity_contact', 'activity_customer', 'activity_record', 'delivery_ended'])
    expect(plans).toContain(index);
  expect(plans).not.toMatch(wholeTable);
});
