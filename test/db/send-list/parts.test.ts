import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { readCampaignCheck } from '../../../db/campaign-check.ts';
import { readConcerned } from '../../../db/campaign-consent.ts';
import { keepCampaignRecords, readCampaignRecords } from '../../../db/campaign-records.ts';
import { deleteDraft, readCampaign } from '../../../db/campaigns.ts';
import { forceCampaign, forceRecipient } from '../../../db/force.ts';
import { discardSendList, layOutSendList } from '../../../db/send-list/lay-out.ts';
import { splitSendList } from '../../../db/send-list/split.ts';
import { startCampaign } from '../../../db/start.ts';
import { createWorkList } from '../../../db/work-list-change.ts';
import { deleteWorkList } from '../../../db/work-list-use.ts';
import { addContacts, addDraft, historyOf, ledgerOf, useDatabase } from '../../support/campaigns.ts';

/* What a send list keeps of the draft that it was laid out for, and what its parts keep. */

const world = useDatabase();
let id: string;

beforeAll(async () => {
  await addContacts(world.db, 6);
});

beforeEach(async () => {
  id = await addDraft(world.db);
});

const edit = () => ({ campaignId: id, by: 'anna', reason: 'because', expectedVersion: null });

async function split(): Promise<string> {
  await layOutSendList(world.db, edit());
  const { parts } = await splitSendList(world.db, { ...edit(), parted: { parts: 2 } });
  return parts[0]?.campaignId ?? '';
}

test('no part of a split takes the whole audience again', async () => {
  const part = await split();
  for (const campaignId of [id, part]) {
    expect(await discardSendList(world.db, { ...edit(), campaignId })).toMatchObject({
      ok: false,
      refusal: { code: 'conflict', detail: expect.stringContaining('split') },
    });
    expect(await ledgerOf(world.db, campaignId)).toHaveLength(3);
  }
});

test('a part of a forced list is forced, by whom and why, also when the campaign that it came from is gone', async () => {
  await forceCampaign(world.db, { campaignId: id, by: 'carla', reason: 'asked for it' });
  const part = await split();
  expect(await deleteDraft(world.db, id, null)).toMatchObject({ ok: true });
  const { rows } =
    await sql`select control.by, control.reason from campaign join control on control.id = campaign.forced_by
    where campaign.id = ${part}`.execute(world.db);
  expect(rows).toEqual([{ by: 'carla', reason: 'asked for it' }]);
});

test('nobody of a forced list is kept back for what they had before', async () => {
  const { rows } = await sql<{ id: string }>`
    with made as (insert into document (title, version, name, type, size, sha256, origin, added_by)
      values ('Prices', 1, 'prices.pdf', 'application/pdf', 1, '\\x01', 'upload', 'anna') returning id)
    insert into campaign_document (campaign_id, position, document_id, "as") select ${id}, 1, id, 'attachment' from made
    returning document_id as id`.execute(world.db);
  const check = async (): Promise<readonly string[] | null> => {
    const campaign = await readCampaign(world.db, id);
    return campaign === null ? null : (await readCampaignCheck(world.db, campaign, new Date())).documents;
  };
  expect(await check()).toEqual(rows.map((row) => row.id));
  await forceCampaign(world.db, { campaignId: id, by: 'carla', reason: 'asked for it' });
  expect(await check()).toEqual([]);
});

test('one person of a draft is forced, and the draft can go all the same', async () => {
  await layOutSendList(world.db, edit());
  const contactId = (await ledgerOf(world.db, id))[0]?.contact_id ?? '';
  const force = { campaignId: id, by: 'carla', reason: 'asked for it' };
  expect(await forceRecipient(world.db, contactId, force)).toEqual({
    ok: true,
    changed: true,
    replan: false,
  });
  expect((await ledgerOf(world.db, id)).filter((row) => row.forced_by !== null)).toMatchObject([
    { contact_id: contactId, state: 'planned' },
  ]);
  expect(await deleteDraft(world.db, id, null)).toMatchObject({ ok: true });
});

test('of several records of a kind a part speaks of the same one', async () => {
  const { rows } = await sql<{ id: string }>`insert into record (kind, external_id, title)
    select 'order', n::text, 'Order' from generate_series(1, 8) n returning id`.execute(world.db);
  const ids = rows.map((row) => row.id);
  await keepCampaignRecords(world.db, id, { ids, by: 'anna' });
  expect(await readCampaignRecords(world.db, await split())).toEqual(ids);
});

test('who wanted a part to go to everybody is in its history, with the people of the part', async () => {
  await sql`update campaign set newsletter_reason = 'a recall', newsletter_by = 'dora' where id = ${id}`.execute(
    world.db,
  );
  const part = await split();
  expect(await historyOf(world.db, part)).toContainEqual(
    expect.objectContaining({ action: 'withoutConsent', by: 'dora', reason: 'a recall' }),
  );
  const campaign = await readCampaign(world.db, part);
  expect(campaign === null ? null : await readConcerned(world.db, campaign)).toBe(3);
});

test('a draft starts with its list when the work list that it was laid out from is gone', async () => {
  const act = { by: 'anna', reason: null };
  const list = (await createWorkList(world.db, 'Those', null, act)) ?? '';
  await sql`insert into work_list_entry (list_id, contact_id, added_by) select ${list}, id, 'anna' from contact limit 2`.execute(
    world.db,
  );
  await sql`update campaign set audience = ${JSON.stringify({ workList: list })}::jsonb where id = ${id}`.execute(
    world.db,
  );
  await layOutSendList(world.db, edit());
  expect(await deleteWorkList(world.db, list, null)).toEqual({ ok: true });
  expect(
    await startCampaign(world.db, { campaignId: id, by: 'anna', startAt: null, expectedVersion: null }),
  ).toMatchObject({ started: true });
});
