import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { listActivities, writeRestOfActivities, type ActivityOwner } from '../../db/activities.ts';
import { finishBatch, openBatch, settleAttempt } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { settleInDoubt } from '../../db/settlement.ts';
import { startCampaign } from '../../db/start.ts';
import {
  addContacts,
  addDraft,
  addRunning,
  historyOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;
let old: string;
let present: string;
let record: string;

beforeAll(async () => {
  await addContacts(world.db, 6);
  const customers = await sql<{
    id: string;
  }>`insert into customer (name) values ('Old Ltd'), ('New Ltd') returning id`.execute(world.db);
  [old = '', present = ''] = customers.rows.map(({ id }) => id);
  await sql`update contact set customer_id = ${old}`.execute(world.db);
  const records = await sql<{
    id: string;
  }>`insert into record (kind, external_id, title) values ('order', '1', 'Order 1') returning id`.execute(
    world.db,
  );
  record = records.rows[0]?.id ?? '';
  await sql`insert into record_link (record_id, customer_id, linked_by) values (${record}, ${old}, 'anna')`.execute(
    world.db,
  );
});

/** Opens batch 1 and claims `count`. */
async function claim(id: string, count: number): Promise<{ token: number; contacts: string[] }> {
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 6, plannedAt: now, at: now });
  const token = opened.kind === 'open' ? opened.token : 0;
  const claimed = await claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit: count, now });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  return { token, contacts: claimed.intents.map(({ recipient }) => recipient.contactId) };
}

const sent = (contactId: string) =>
  ({
    contactId,
    settlement: {
      state: 'sent',
      reply: { code: 250, enhanced: null, text: 'ok' },
      reason: null,
      nextAttemptAt: null,
    },
  }) as const;

async function entries(owner: ActivityOwner, id: string): Promise<string[]> {
  const rows = await listActivities(world.db, owner, null, 100);
  return rows
    .filter((row) => row.campaign_id === id)
    .map((row) => row.contact_id)
    .toSorted();
}

test('everybody whose mail was sent has one entry, and so have the customer of that time and its records; repeating adds none', async () => {
  const id = await addRunning(world.db);
  const { token, contacts } = await claim(id, 3);
  await recordOutcomes(world.db, id, token, contacts.slice(0, 2).map(sent));
  // The person changes sides after the mail was made: the delivery knows the version that it saw.
  const [first = ''] = contacts;
  await sql`update delivery d set contact_version = c.version from contact c where c.id = d.contact_id and d.contact_id = ${first}`.execute(
    world.db,
  );
  await sql`update contact set customer_id = ${present} where id = ${first}`.execute(world.db);
  for (let i = 0; i < 2; i += 1) await finishBatch(world.db, id, 1, token);
  await writeRestOfActivities(world.db, id);
  const both = contacts.slice(0, 2).toSorted();
  expect(await entries({ customerId: old }, id)).toEqual(both);
  expect(await entries({ customerId: present }, id)).toEqual([]);
  expect(await entries({ recordId: record }, id)).toEqual(both);
  for (const [n, contactId] of contacts.entries())
    expect(await entries({ contactId }, id)).toEqual(n < 2 ? [contactId] : []);
  const [row] = await listActivities(world.db, { contactId: first }, null, 1);
  expect(row).toMatchObject({ mark: 'serial mail', campaign_name: 'Server upgrade' });
});

test('what a crash left unwritten is written by the next attempt of the batch, and what was cut off at the end', async () => {
  const id = await addRunning(world.db);
  const first = await claim(id, 2);
  await recordOutcomes(world.db, id, first.token, first.contacts.map(sent));
  const second = await claim(id, 1);
  await recordOutcomes(world.db, id, second.token, second.contacts.map(sent));
  expect(await entries({ recordId: record }, id)).toEqual([]);
  await finishBatch(world.db, id, 1, second.token);
  const [everybody] = [[...first.contacts, ...second.contacts]];
  for (const contactId of everybody) expect(await entries({ contactId }, id)).toEqual([contactId]);
  const cut = await claim(id, 1);
  await recordOutcomes(world.db, id, cut.token, cut.contacts.map(sent));
  await writeRestOfActivities(world.db, id);
  for (const contactId of cut.contacts) expect(await entries({ contactId }, id)).toEqual([contactId]);
});

test('a mail that was in doubt is written when a late reply or a person says that it was sent', async () => {
  const id = await addRunning(world.db);
  const { token, contacts } = await claim(id, 3);
  await settleAttempt(world.db, id);
  const [late = '', settled = '', open = ''] = contacts;
  await recordOutcomes(world.db, id, token, [sent(late)]);
  await settleInDoubt(world.db, { campaignId: id, contactId: settled, as: 'sent', by: 'anna', reason: null });
  for (const contactId of [late, settled]) expect(await entries({ contactId }, id)).toEqual([contactId]);
  expect(await entries({ contactId: open }, id)).toEqual([]);
});

test('a campaign that does not log leaves no entries, and says so once in its history', async () => {
  const id = await addDraft(world.db);
  await world.db.updateTable('campaign').set({ log_activity: false }).where('id', '=', id).execute();
  const start = { campaignId: id, by: 'bert', startAt: null, expectedVersion: null };
  await startCampaign(world.db, start);
  await startCampaign(world.db, start);
  await sql`insert into delivery (campaign_id, contact_id, position, email, address) select ${id}, id, 1, email, address from contact limit 1`.execute(
    world.db,
  );
  const { token, contacts } = await claim(id, 1);
  await recordOutcomes(world.db, id, token, contacts.map(sent));
  await finishBatch(world.db, id, 1, token);
  await writeRestOfActivities(world.db, id);
  expect((await ledgerOf(world.db, id)).map(({ state }) => state)).toEqual(['sent']);
  expect(await entries({ contactId: contacts[0] ?? '' }, id)).toEqual([]);
  expect((await historyOf(world.db, id)).filter(({ action }) => action === 'doNotLog')).toMatchObject([
    { by: 'bert', to: { logActivity: false } },
  ]);
});
