import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { readForecastFacts } from '../../../db/forecast-facts.ts';
import { openBatch } from '../../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../../db/ledger/claim.ts';
import { endCampaign } from '../../../db/ledger/end.ts';
import { snapshotAudience } from '../../../db/ledger/snapshot.ts';
import { pauseCampaign } from '../../../db/pause.ts';
import { readPlan } from '../../../db/plan-state.ts';
import { discardSendList, layOutSendList } from '../../../db/send-list/lay-out.ts';
import { moveRecipient, orderSendList } from '../../../db/send-list/order.ts';
import { addRecipient, removeFromDraft } from '../../../db/send-list/recipients.ts';
import { splitSendList } from '../../../db/send-list/split.ts';
import { startCampaign } from '../../../db/start.ts';
import { partSizes } from '../../../domain/send-list.ts';
import {
  addContacts,
  addDraft,
  countsOf,
  historyOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';

const world = useDatabase();
let id: string;
let later: string;

beforeAll(async () => {
  await addContacts(world.db, 10);
});

beforeEach(async () => {
  id = await addDraft(world.db, { limits: [{ domain: 'limited.example', count: 5, everyMs: 60_000 }] });
  await sql`delete from contact where address like 'later%' and not exists (select from delivery where contact_id = contact.id)`.execute(
    world.db,
  );
  expect(await layOutSendList(world.db, edit())).toMatchObject({ ok: true, changed: true, state: 'draft' });
  later = await addContact(`later-${id}@limited.example`);
});

async function addContact(address: string): Promise<string> {
  const { id: added } = await world.db
    .insertInto('contact')
    .values({ address, email: address, attributes: '{}' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return added;
}

function edit() {
  return { campaignId: id, by: 'anna', reason: 'because', expectedVersion: null };
}

async function order(): Promise<string[]> {
  return (await ledgerOf(world.db, id)).map((row) => row.contact_id);
}

async function start(): Promise<void> {
  await startCampaign(world.db, { campaignId: id, by: 'bert', startAt: null, expectedVersion: null });
}

test('a laid-out list is the audience of the start: nobody who comes later is in it, forecast, plan and counts are of it', async () => {
  const before = await ledgerOf(world.db, id);
  expect(await layOutSendList(world.db, edit())).toMatchObject({ changed: false });
  const first = before[0]?.contact_id ?? '';
  expect(await removeFromDraft(world.db, { ...edit(), contactId: first })).toMatchObject({ changed: true });
  expect(await removeFromDraft(world.db, { ...edit(), contactId: first })).toMatchObject({ changed: false });
  expect((await readForecastFacts(world.db, id, Date.now())).state.planned).toBe(before.length - 1);
  await start();
  expect(await snapshotAudience(world.db, id)).toEqual({ total: before.length - 1 });
  expect(await countsOf(world.db, id)).toEqual({ planned: before.length - 1, total: before.length - 1 });
  const { total, settled } = await readPlan(world.db, id, workflowTime);
  expect({ total, settled }).toEqual({ total: before.length - 1, settled: 0 });
  expect((await historyOf(world.db, id)).map(({ action, by, reason }) => [action, by, reason])).toEqual([
    ['layOutSendList', 'anna', 'because'],
    ['removeRecipient', 'anna', 'because'],
    ['start', 'bert', null],
  ]);
});

test('a pace that finishes by an instant is worked out for the list when it starts', async () => {
  const finishBy = Date.now() + 4 * 3_600_000;
  await world.db
    .updateTable('campaign')
    .set({ pace_form: JSON.stringify({ finishBy }), size: 1, gap_ms: 1000 })
    .where('id', '=', id)
    .execute();
  await start();
  const { size, gap_ms } = await world.db
    .selectFrom('campaign')
    .select(['size', 'gap_ms'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  expect([size, gap_ms]).not.toEqual([1, 1000]);
});

test('a list that is thrown away leaves the draft as it was', async () => {
  expect(await discardSendList(world.db, edit())).toMatchObject({ ok: true, changed: true });
  expect(await discardSendList(world.db, edit())).toMatchObject({ ok: true, changed: false });
  expect(await ledgerOf(world.db, id)).toEqual([]);
  await start();
  expect((await snapshotAudience(world.db, id)).total).toBeGreaterThan(10);
});

test('one who is added comes last, with the limit of their domain; twice is once', async () => {
  const last = (await order()).at(-1) ?? '';
  await removeFromDraft(world.db, { ...edit(), contactId: last });
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({ changed: true });
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({ changed: false });
  const rows = await ledgerOf(world.db, id);
  expect(rows.at(-1)).toMatchObject({ contact_id: later, limit_index: 1, state: 'planned' });
  expect(new Set(rows.map(({ position }) => position)).size).toBe(rows.length);
  expect((await countsOf(world.db, id)).total).toBe(rows.length);
});

test.each([
  [
    'suppressed',
    sql`insert into suppression (address, reason, source) select address, 'complaint', 'test' from contact`,
    'suppressed',
  ],
  ['without consent', sql`update campaign set newsletter_only = true`, 'newsletter'],
])('one who is %s is not added, and nothing changes', async (_, prepare, why) => {
  const where = why === 'suppressed' ? sql`where id = ${later}` : sql`where id = ${id}`;
  await sql`${prepare} ${where}`.execute(world.db);
  const before = await ledgerOf(world.db, id);
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({
    ok: false,
    refusal: { code: 'conflict', detail: expect.stringContaining(why) },
  });
  expect(await ledgerOf(world.db, id)).toEqual(before);
  expect(await historyOf(world.db, id)).toHaveLength(1);
});

test('added to a finished campaign, it runs again for them; to a cancelled one nobody is added', async () => {
  await start();
  await sql`update delivery set state = 'sending' where campaign_id = ${id}`.execute(world.db);
  await sql`update delivery set state = 'sent' where campaign_id = ${id}`.execute(world.db);
  await endCampaign(world.db, id);
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({
    ok: true,
    state: 'running',
  });
  expect((await readPlan(world.db, id, workflowTime)).step).toMatchObject({
    kind: 'batch',
    batch: { size: 1 },
  });
  await sql`update campaign set state = 'cancelled' where id = ${id}`.execute(world.db);
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({ ok: false });
});

test('who is moved is where they were put, and nobody else changes places', async () => {
  const before = await order();
  const [a = '', b = '', c = '', ...rest] = before;
  const move = (contactId: string, place: Parameters<typeof moveRecipient>[1]['place']) =>
    moveRecipient(world.db, { ...edit(), contactId, place });
  await move(c, 'first');
  expect(await order()).toEqual([c, a, b, ...rest]);
  await move(c, { before: b });
  expect(await order()).toEqual([a, c, b, ...rest]);
  expect(await move(c, { before: b })).toMatchObject({ changed: false });
  await move(a, { before: rest[2] ?? '' });
  expect(await order()).toEqual([c, b, ...rest.slice(0, 2), a, ...rest.slice(2)]);
  await move(a, 'last');
  expect(await order()).toEqual([c, b, ...rest, a]);
  expect(await move(a, 'last')).toMatchObject({ changed: false });
  expect(await move(a, { before: later })).toMatchObject({ ok: false });
});

test('a list is ordered by customer, by name and back', async () => {
  const shuffled = await order();
  await sql`with made as (insert into customer (name) values ('Beta'), ('alpha') on conflict (name) do update set name = excluded.name returning id, name)
    update contact set customer_id = (select id from made where name = case when first_name in ('First1', 'First2') then 'Beta' else 'alpha' end)
    where first_name in ('First1', 'First2', 'First3')`.execute(world.db);
  const names = async (): Promise<(string | null)[]> => {
    const { rows } = await sql<{
      first_name: string | null;
    }>`select first_name from delivery join contact on contact.id = contact_id
      where campaign_id = ${id} order by position`.execute(world.db);
    return rows.map((row) => row.first_name).slice(0, 4);
  };
  await orderSendList(world.db, { ...edit(), order: 'customer' });
  expect(await names()).toEqual(['First3', 'First1', 'First2', 'First10']);
  await orderSendList(world.db, { ...edit(), order: 'name' });
  expect(await names()).toEqual(['First1', 'First10', 'First2', 'First3']);
  await orderSendList(world.db, { ...edit(), order: 'random' });
  expect(await order()).toEqual(shuffled);
  expect(await orderSendList(world.db, { ...edit(), order: 'random' })).toMatchObject({ changed: false });
});

test('a paused campaign is split: what was tried stays, the rest is in new drafts with its settings, each with a history', async () => {
  await world.db
    .updateTable('campaign')
    .set({ stream: 'crm', once_within_ms: 5, trouble: null })
    .where('id', '=', id)
    .execute();
  await start();
  const opened = await openBatch(world.db, {
    campaignId: id,
    number: 1,
    size: 3,
    plannedAt: workflowTime,
    at: workflowTime,
  });
  const token = opened.kind === 'open' ? opened.token : 0;
  await claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit: 3, now: workflowTime });
  expect(await splitSendList(world.db, { ...edit(), parted: { size: 3 } })).toMatchObject({ ok: false });
  await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
  const before = await order();
  const { parts } = await splitSendList(world.db, { ...edit(), parted: { size: 3 } });
  expect(parts.map(({ count }) => count)).toEqual(partSizes(before.length - 3, { size: 3 }).slice(1));
  const after = [await order()];
  for (const { campaignId, count } of parts) {
    const rows = await ledgerOf(world.db, campaignId);
    expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    after.push(rows.map((row) => row.contact_id));
    expect(await countsOf(world.db, campaignId)).toEqual({ planned: count, total: count });
    expect(await historyOf(world.db, campaignId)).toMatchObject([
      { action: 'split', from: { campaign: id } },
    ]);
    const copy = await world.db
      .selectFrom('campaign')
      .selectAll()
      .where('id', '=', campaignId)
      .executeTakeFirstOrThrow();
    expect(copy).toMatchObject({
      state: 'draft',
      stream: 'crm',
      once_within_ms: 5,
      total: count,
      trouble: null,
      started_at: null,
      version: 1,
    });
  }
  const tried = (await ledgerOf(world.db, id)).filter(({ state }) => state === 'sending');
  const isTried = (contactId: string): boolean => tried.some((row) => row.contact_id === contactId);
  expect(after.flat().filter((one) => !isTried(one))).toEqual(before.filter((one) => !isTried(one)));
  expect(await countsOf(world.db, id)).toEqual({ planned: 3, sending: 3, total: 6 });
});

test('what somebody forced stays forced in a new campaign, with who and why', async () => {
  const last = (await order()).at(-1) ?? '';
  await sql`with act as (insert into control (campaign_id, action, by, via, reason, applied_at)
      values (${id}, 'force', 'carla', 'api', 'asked for it', now()) returning id)
    update delivery set forced_by = (select id from act) where campaign_id = ${id} and contact_id = ${last}`.execute(
    world.db,
  );
  const { parts } = await splitSendList(world.db, { ...edit(), parted: { parts: 2 } });
  const campaignId = parts[0]?.campaignId ?? '';
  // The campaign that it came from may go.
  await world.db.deleteFrom('campaign').where('id', '=', id).execute();
  const { rows } =
    await sql`select c.by, c.reason from delivery d join control c on c.id = d.forced_by and c.campaign_id = d.campaign_id
    where d.campaign_id = ${campaignId} and d.contact_id = ${last}`.execute(world.db);
  expect(rows).toEqual([{ by: 'carla', reason: 'asked for it' }]);
});

test('an edit on an older version is refused, and so is one on a draft without a list', async () => {
  expect(await orderSendList(world.db, { ...edit(), expectedVersion: 99, order: 'name' })).toMatchObject({
    ok: false,
    refusal: { code: 'stale' },
  });
  await discardSendList(world.db, edit());
  expect(await addRecipient(world.db, { ...edit(), contactId: later })).toMatchObject({
    ok: false,
    refusal: { detail: expect.stringContaining('send-list') },
  });
});

test('a list that is laid out holds to the domains of the identity, as they are at the start and as they are now', async () => {
  await addRecipient(world.db, { ...edit(), contactId: later });
  await world.db
    .updateTable('campaign')
    .set({ allowed_domains: ['limited.example'] })
    .where('id', '=', id)
    .execute();
  await start();
  const rows = await ledgerOf(world.db, id);
  const planned = rows.filter(({ state }) => state === 'planned');
  expect(planned.length).toBeGreaterThan(0);
  expect(planned.every(({ email }) => email.endsWith('@limited.example'))).toBe(true);
  expect(rows.find(({ state }) => state === 'skipped')).toMatchObject({ reason_code: 'domainNotAllowed' });
  const other = await addContact(`other-${id}@elsewhere.example`);
  expect(await addRecipient(world.db, { ...edit(), contactId: other })).toMatchObject({
    ok: false,
    refusal: { detail: expect.stringContaining('identity') },
  });
});
