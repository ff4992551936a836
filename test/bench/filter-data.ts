import { sql } from 'kysely';
import type { Database } from '../../db/open.ts';

/**
 * As many contacts as asked for, a tenth as many customers, five deliveries for each contact in 50 campaigns of the last two years, ten
 * documents with receipts. Written past foreign keys, or most of the time would go into them.
 */
export async function fillForFilters(db: Database, contacts: number): Promise<void> {
  const customers = Math.ceil(contacts / 10);
  await db.connection().execute(async (one) => {
    await sql`truncate attribute, contact, customer, record, campaign, document, suppression cascade`.execute(
      one,
    );
    await sql`set session_replication_role = replica`.execute(one);
    await fillPeople(one, contacts, customers);
    await fillHistory(one, contacts);
    await sql`set session_replication_role = origin`.execute(one);
  });
  await sql`vacuum analyze`.execute(db);
}

async function fillPeople(db: Database, contacts: number, customers: number): Promise<void> {
  await sql`insert into attribute (owner, name, type, created_by) values
    ('customer', 'category', 'text', 'bench'), ('customer', 'agent', 'text', 'bench'), ('customer', 'turnover', 'number', 'bench'),
    ('contact', 'department', 'text', 'bench'), ('contact', 'since', 'date', 'bench'), ('contact', 'room', 'text', 'bench'),
    ('record', 'status', 'text', 'bench')`.execute(db);
  await sql`insert into customer (name, attributes)
    select 'Customer ' || i, jsonb_build_object('category', chr(65 + i % 5), 'agent', 'Agent ' || i % 100, 'turnover', i % 1000)
    from generate_series(1, ${customers}::int) i`.execute(db);
  await sql`insert into contact (address, email, first_name, last_name, language, newsletter, customer_id, attributes, created_at)
    select 'p' || i || '@c' || i % 1000 || '.example', 'p' || i || '@c' || i % 1000 || '.example', 'First' || i % 5000, 'Last' || i,
      (array['de', 'en', 'it'])[1 + i % 3], i % 7 > 1, c.id,
      jsonb_build_object('department', 'd' || i % 20, 'since', to_char(date '2015-01-01' + i % 4000, 'YYYY-MM-DD'), 'room', 'r' || i),
      now() - (i % 1000) * interval '1 day'
    from generate_series(1, ${contacts}::int) i join (select id, row_number() over () as n from customer) c on c.n = 1 + i % ${customers}`.execute(
    db,
  );
  await sql`insert into record (kind, external_id, title, attributes)
    select 'order', i::text, 'Order ' || i, jsonb_build_object('status', (array['open', 'done'])[1 + i % 2])
    from generate_series(1, ${customers}::int) i`.execute(db);
  await sql`insert into record_link (record_id, customer_id, linked_by)
    select r.id, c.id, 'bench' from (select id, row_number() over () as n from record) r
    join (select id, row_number() over () as n from customer) c using (n)`.execute(db);
}

async function fillHistory(db: Database, contacts: number): Promise<void> {
  await sql`insert into campaign (name, audience, identity, content, size, gap_ms, stream, created_by, created_at)
    select 'Campaign ' || i, '{"all": true}', '{}', '{}', 50, 1000, (array['marketing', 'crm'])[1 + i % 2], 'bench',
      now() - i * interval '14 days'
    from generate_series(1, 50) i`.execute(db);
  // A tenth of the people in each, at random; the newest campaign is two weeks old.
  await sql`insert into delivery (campaign_id, contact_id, position, email, address, state, reason_code, sending_at, settled_at)
    select c.id, p.id, p.n, p.email, p.address, case when p.n % 50 = 0 then 'failed' else 'sent' end,
      case when p.n % 50 = 0 then 'userUnknown' end, c.created_at + (p.n % 3600) * interval '1 second', c.created_at
    from (select id, created_at, row_number() over (order by created_at) as k from campaign) c
    join (select id, email, address, row_number() over () as n from contact) p on (p.n * 7919 + c.k * 104729) % 10 = 0
    order by c.created_at`.execute(db);
  await sql`insert into document (title, version, name, type, size, sha256, origin, added_by)
    select 'Price list ' || i, 1, 'x.pdf', 'pdf', 1, sha256(i::text::bytea), 'upload', 'bench' from generate_series(1, 10) i`.execute(
    db,
  );
  await sql`insert into document_receipt (document_id, contact_id, campaign_id)
    select d.id, c.id, (select id from campaign limit 1)
    from (select id, row_number() over (order by title) as k from document) d
    join (select id, row_number() over () as n from contact) c on (c.n * 31 + d.k * 17) % 10 = 0`.execute(db);
  await sql`insert into suppression (address, stream, reason, source)
    select address, case when random() < 0.5 then 'marketing' end, 'unsubscribed', 'bench' from contact
    where random() < ${Math.min(1, 20_000 / contacts)}`.execute(db);
}
