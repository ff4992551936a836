import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readCountsOf } from '../../../db/counts.ts';
import { setFrequencyCap } from '../../../db/frequency-caps.ts';
import { openBatch } from '../../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../../db/ledger/claim.ts';
import { settlePause } from '../../../db/ledger/pause.ts';
import { pauseCampaign } from '../../../db/pause.ts';
import { readPlan } from '../../../db/plan-state.ts';
import { addContacts, addStarted, useDatabase, workflowTime } from '../../support/campaigns.ts';
import { addDocument, attachDocuments } from '../../support/documents.ts';
import { plansOf } from '../../support/query-plans.ts';

const world = useDatabase({ connections: 1 });
const now = workflowTime;
/** A scan of all rows of the large tables; an anti join of 100,000 by hash would show as one, too. */
const wholeTable = /Seq Scan on (?:delivery|contact)\b/;
let id: string;

beforeAll(async () => {
  await addContacts(world.db, 25_000);
  for (let campaign = 1; campaign <= 4; campaign += 1) {
    id = await addStarted(world.db);
    // The first three are over; the last one has 5,000 to come, some on their way, some deferred.
    await sql`insert into delivery (campaign_id, contact_id, position, email, address, state, next_attempt_at)
      select ${id}, id, n, email, address,
        case when n > 20000 and ${campaign} = 4 then 'planned' when n > 19950 and ${campaign} = 4 then 'sending'
          when n % 100 = 0 and ${campaign} = 4 then 'deferred' else 'sent' end, now()
      from (select *, row_number() over (order by id) as n from contact) numbered`.execute(world.db);
  }
  await sql`vacuum analyze`.execute(world.db);
});

test('claims, plans and pauses in a ledger of 100,000 rows read the rows still to come by their indexes, never the whole table', async () => {
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now });
  const token = opened.kind === 'open' ? opened.token : 0;
  const claim = () =>
    claimNextRecipients(world.db, {
      campaignId: id,
      batch: 1,
      token,
      limit: 10,
      now: Date.now(),
      ruled: false,
    });
  // A prepared statement may get another plan after its fifth execution.
  for (let i = 0; i < 6; i += 1) await claim();
  const claiming = await plansOf(world.db, claim);
  for (const index of ['delivery_open', 'delivery_deferred', 'delivery_pkey', 'contact_pkey'])
    expect(claiming).toContain(index);
  expect(claiming).not.toMatch(wholeTable);

  const planning = await plansOf(world.db, () => readPlan(world.db, id, now));
  for (const index of ['delivery_open', 'delivery_deferred', 'delivery_batch'])
    expect(planning).toContain(index);
  expect(planning).not.toMatch(wholeTable);

  const pausing = await plansOf(world.db, async () => {
    await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
    await settlePause(world.db, id);
  });
  expect(pausing).toContain('delivery_open');
  expect(pausing).not.toMatch(wholeTable);
});

test('claims with documents, a template and a cap look up each person by indexes, however many mails and receipts there are', async () => {
  const [prices, brochure] = [await addDocument(world.db, 'Prices'), await addDocument(world.db, 'Brochure')];
  const ruled = await addStarted(world.db);
  await sql`insert into delivery (campaign_id, contact_id, position, email, address)
    select ${ruled}, id, n, email, address from (select *, row_number() over (order by id) as n from contact) numbered`.execute(
    world.db,
  );
  await sql`insert into document_receipt (document_id, contact_id, campaign_id)
    select ${prices}, contact_id, ${await firstCampaign()} from delivery where campaign_id = ${id}`.execute(
    world.db,
  );
  await setFrequencyCap(world.db, { stream: 'campaign', count: 20, perMs: 86_400_000 }, 'test');
  const template = await world.db
    .insertInto('template')
    .values({ name: 'News', draft: '{}', created_by: 'test' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const version = await world.db
    .insertInto('template_version')
    .values({ template_id: template.id, number: 1, content: '{}', created_by: 'test' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await sql`update campaign set template_version_id = ${version.id}, once_within_ms = 86400000`.execute(
    world.db,
  );
  await attachDocuments(world.db, ruled, [prices, brochure]);
  await sql`vacuum analyze`.execute(world.db);
  const opened = await openBatch(world.db, {
    campaignId: ruled,
    number: 1,
    size: 50,
    plannedAt: now,
    at: now,
  });
  expect(opened).toMatchObject({ ruled: true });
  const token = opened.kind === 'open' ? opened.token : 0;
  const claim = () =>
    claimNextRecipients(world.db, { campaignId: ruled, batch: 1, token, limit: 10, now, limited: false });
  for (let i = 0; i < 6; i += 1) await claim();
  const claiming = await plansOf(world.db, claim);
  for (const index of ['delivery_open', 'delivery_pkey', 'document_receipt_pkey', 'contact_pkey'])
    expect(claiming).toContain(index);
  expect(claiming).not.toMatch(/Seq Scan on (?:delivery|contact|document_receipt)\b/);
});

async function firstCampaign(): Promise<string> {
  const { id: first } = await world.db
    .selectFrom('campaign')
    .select('id')
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirstOrThrow();
  return first;
}

test('the counts of a campaign are read by its own indexes, however many others there are', async () => {
  const small = await addStarted(world.db);
  await sql`insert into delivery (campaign_id, contact_id, position, email, address, state)
    select ${small}, id, n, email, address, case when n % 10 = 0 then 'skipped' else 'sent' end
    from (select *, row_number() over (order by id) as n from contact limit 1000) numbered`.execute(world.db);
  await sql`vacuum analyze delivery`.execute(world.db);
  const counting = await plansOf(world.db, async () => {
    expect(await readCountsOf(world.db, small)).toMatchObject({ total: 1000, sent: 900, skipped: 100 });
  });
  expect(counting).toMatch(/delivery_(?:address|ended)/);
  expect(counting).toContain('delivery_skipped');
  expect(counting).not.toMatch(wholeTable);
});
