import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readCountsOf } from '../../../db/counts.ts';
import { openBatch } from '../../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../../db/ledger/claim.ts';
import { settlePause } from '../../../db/ledger/pause.ts';
import { pauseCampaign } from '../../../db/pause.ts';
import { readPlan } from '../../../db/plan-state.ts';
import { addContacts, addStarted, useDatabase, workflowTime } from '../../support/campaigns.ts';
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
    claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit: 10, now: Date.now() });
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

test('the counts of a campaign are read by its own indexes, however many others there are', async () => {
  const small = await addStarted(world.db);
  await sql`insert into delivery (campaign_id, contact_id, position, email, address, state)
    select ${small}, id, n, email, address, case when n % 10 = 0 then 'skipped' else 'sent' end
    from (select *, row_number() over (order by id) as n from contact limit 1000) numbered`.execute(world.db);
  await sql`vacuum analyze delivery`.execute(world.db);
  const counting = await plansOf(world.db, async () => {
    expect(await readCountsOf(world.db, small)).toMatchObject({ total: 1000, sent: 900, skipped: 100 });
  });
  expect(counting).toMatch(/delivery_(?:address|order)/);
  expect(counting).toContain('delivery_skipped');
  expect(counting).not.toMatch(wholeTable);
});
