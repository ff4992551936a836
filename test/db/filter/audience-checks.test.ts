import { sql, type RawBuilder } from 'kysely';
import { expect, test } from 'vitest';
import {
  consents,
  gotAllDocuments,
  gotAnyDocument,
  gotTemplateVersion,
  hasUsableAddress,
  isSuppressed,
} from '../../../db/audience-checks.ts';
import { addContacts, addRunning, useDatabase } from '../../support/campaigns.ts';

const world = useDatabase();

async function who(condition: RawBuilder<boolean>): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select split_part(address, '@', 1) as name from contact where ${condition} order by 1`.execute(world.db);
  return rows.map(({ name }) => name).join(' ');
}

async function addDocument(title: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into document (title, version, name, type, size, sha256, origin, added_by)
    values (${title}, 1, ${title}, 'pdf', 1, sha256(${title}::bytea), 'upload', 'test') returning id`.execute(
    world.db,
  );
  return rows[0]?.id ?? '';
}

test('consent, addresses, suppressions and what somebody got already are told apart', async () => {
  const { db } = world;
  await addContacts(db, 4, 'p');
  await sql`update contact set newsletter = case split_part(address, '@', 1) when 'p1' then true when 'p2' then false end`.execute(
    db,
  );
  expect(await who(consents())).toBe('p1');

  await sql`insert into suppression (address, stream, reason, source) values
    ('p1@example.com', 'marketing', 'complaint', 'test'), ('p2@example.com', null, 'unsubscribed', 'test'),
    ('p3@example.com', 'crm', 'bounce', 'test')`.execute(db);
  expect(await who(isSuppressed('marketing'))).toBe('p1 p2');
  expect(await who(isSuppressed('crm'))).toBe('p2 p3');
  expect(await who(hasUsableAddress())).toBe('p1 p2 p4');

  const campaign = await addRunning(db);
  const [list, brochure] = [await addDocument('list'), await addDocument('brochure')];
  const control = await sql<{ id: string }>`
    insert into control (campaign_id, action, by, via) values (${campaign}, 'force', 'test', 'api') returning id`.execute(
    db,
  );
  await sql`insert into document_receipt (document_id, contact_id, campaign_id, forced_by)
    select d.id, c.id, ${campaign}::uuid, case when split_part(address, '@', 1) = 'p2' then ${control.rows[0]?.id}::uuid end
    from contact c, (values (${list}::uuid, '{p1,p2}'::text[]), (${brochure}::uuid, '{p2,p3}'::text[])) as d (id, people)
    where split_part(address, '@', 1) = any (d.people)`.execute(db);
  expect(await who(gotAnyDocument([list]))).toBe('p1 p2');
  expect(await who(gotAnyDocument([list, brochure]))).toBe('p1 p2 p3');
  expect(await who(gotAllDocuments([list, brochure]))).toBe('p2');
  expect(await who(gotAllDocuments([]))).toBe('');
});

test('the same template version is remembered over campaigns, and only as long as asked', async () => {
  const { db } = world;
  const campaign = await addRunning(db);
  const { rows } = await sql<{ id: string }>`
    with t as (insert into template (name, draft, created_by) values ('t', '{}', 'test') returning id),
      v as (insert into template_version (template_id, number, content, created_by) select id, 1, '{}', 'test' from t returning id)
    update campaign set template_version_id = v.id from v where campaign.id = ${campaign} returning v.id`.execute(
    db,
  );
  const version = rows[0]?.id ?? '';
  await sql`update delivery set state = 'sending', sending_at = timestamptz '2026-06-01' where campaign_id = ${campaign}`.execute(
    db,
  );
  await sql`update delivery set state = 'sent' where campaign_id = ${campaign} and address like 'p1@%'`.execute(
    db,
  );
  expect(await who(gotTemplateVersion(version, new Date('2026-05-31')))).toBe('p1');
  expect(await who(gotTemplateVersion(version, new Date('2026-06-02')))).toBe('');
});
