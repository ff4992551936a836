import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forceCampaign, forceRecipient } from '../../../db/force.ts';
import { cancelSome } from '../../../db/ledger/end.ts';
import { giveBackUnknown } from '../../../db/ledger/look.ts';
import { settleInDoubt } from '../../../db/settlement.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';
import { Batches } from '../../support/claims.ts';
import { addDocument, attachDocuments } from '../../support/documents.ts';

const world = useDatabase();
let prices: string;
let brochure: string;

beforeEach(async () => {
  await addContacts(world.db, 4);
  prices = await addDocument(world.db, 'Price list');
  brochure = await addDocument(world.db, 'Brochure');
});
afterEach(async () => {
  await sql`truncate campaign, document, contact, template cascade`.execute(world.db);
});

/** A campaign that is about to send its first batch. */
async function start(
  documents: readonly string[],
  change: { name?: string; template?: string } = {},
): Promise<Batches> {
  const id = await addRunning(world.db);
  const { name = 'Autumn', template = null } = change;
  await world.db
    .updateTable('campaign')
    .set({ name, template_version_id: template, once_within_ms: template === null ? null : 86_400_000 })
    .where('id', '=', id)
    .execute();
  if (documents.length > 0) await attachDocuments(world.db, id, documents);
  const batches = new Batches(world.db, id);
  await batches.begin();
  return batches;
}

async function receipts(): Promise<{ campaign_id: string; contact_id: string; forced_by: string | null }[]> {
  return world.db.selectFrom('document_receipt').selectAll().orderBy('at').execute();
}

const force = { by: 'Ada', reason: 'asked for it once more' };

describe('a document', () => {
  test('goes to a contact once over all campaigns: a mail carries what is new, and who gets nothing new is skipped', async () => {
    const first = await start([prices]);
    const [one] = (await first.claim(1)).intents;
    expect(one?.documents).toEqual([prices]);
    await first.record(one === undefined ? [] : [one], {});

    const second = await start([brochure, prices]);
    const { intents } = await second.claim();
    expect(intents).toHaveLength(4);
    for (const { recipient, documents } of intents)
      expect(documents).toEqual(
        recipient.contactId === one?.recipient.contactId ? [brochure] : [brochure, prices],
      );

    const third = await start([prices], { name: 'Winter' });
    expect(await third.claim()).toMatchObject({ intents: [], skipped: 4, putOff: 0 });
    const rows = await ledgerOf(world.db, third.campaignId);
    expect(rows.every(({ reason_code: code }) => code === 'documentSent')).toBe(true);
    const day = new Date().toISOString().slice(0, 10);
    expect(rows[0]?.reason_text).toBe(`got "Price list" with campaign "Autumn" on ${day}`);
  });

  test('of a mail that did not go out was not received, whatever way it took; in doubt and deferred it was', async () => {
    const batches = await start([prices]);
    const { campaignId } = batches;
    const at = workflowTime;
    const has = async (): Promise<boolean> => (await receipts()).length > 0;
    const claimOne = async (now = at) => (await batches.claim(1, now)).intents;
    const contact = async (): Promise<string> => (await receipts())[0]?.contact_id ?? '';
    const keep = async (
      state: 'planned' | 'failed' | 'deferred' | 'skipped' | 'inDoubt',
      nextAttemptAt?: number,
    ) => batches.record(await claimOne(), { state, nextAttemptAt: nextAttemptAt ?? null });

    await keep('planned');
    expect(await has(), 'given back').toBe(false);
    await claimOne();
    await giveBackUnknown(world.db, campaignId, batches.token);
    expect(await has(), 'claim whose answer was lost').toBe(false);
    await keep('failed');
    expect(await has(), 'refused').toBe(false);
    await keep('skipped');
    expect(await has(), 'not to be filled').toBe(false);

    // A worker that dies leaves it in doubt; settled as not sent it was not received.
    await claimOne();
    await batches.begin(true);
    expect(await has(), 'in doubt').toBe(true);
    await settleInDoubt(world.db, { campaignId, contactId: await contact(), as: 'notSent', ...force });
    expect(await has(), 'settled as not sent').toBe(false);
    await keep('inDoubt');
    await settleInDoubt(world.db, { campaignId, contactId: await contact(), as: 'sent', ...force });
    expect(await has(), 'settled as sent').toBe(true);
    await sql`delete from document_receipt`.execute(world.db);

    // Tried again it carries what it carried, although the document is not new any more.
    await keep('deferred', at + 1_000);
    expect(await has(), 'deferred').toBe(true);
    const again = await claimOne(at + 1_000);
    expect(again[0]?.documents).toEqual([prices]);
    await batches.record(again, { state: 'deferred', nextAttemptAt: at + 1_000 });
    await cancelSome(world.db, campaignId, 10);
    expect(await has(), 'cancelled').toBe(false);
    expect(await countsOf(world.db, campaignId)).toEqual({
      sent: 1,
      failed: 1,
      skipped: 1,
      cancelled: 1,
      total: 4,
    });
  });

  test('that two campaigns claim for the same people at the same moment is carried by exactly one of them', async () => {
    await addContacts(world.db, 296, 'more');
    const [a, b] = [await start([prices, brochure]), await start([brochure, prices])];
    const drain = async (batches: Batches) => {
      const got: string[] = [];
      for (;;) {
        const { intents, skipped } = await batches.claim(20);
        got.push(
          ...intents.flatMap(({ recipient, documents = [] }) =>
            documents.map((id) => `${recipient.contactId} ${id}`),
          ),
        );
        if (intents.length + skipped === 0) return got;
      }
    };
    const carried = (await Promise.all([drain(a), drain(b)])).flat();
    expect(carried).toHaveLength(600);
    expect(new Set(carried).size).toBe(600);
    expect(await receipts()).toHaveLength(600);
  });
});

describe('forcing', () => {
  test('sends a document once more: one who was skipped comes back, the history and the receipts say who forced it', async () => {
    const first = await start([prices]);
    await first.record((await first.claim()).intents, {});
    const second = await start([prices]);
    await second.claim();
    const { campaignId } = second;
    const contactId = (await ledgerOf(world.db, campaignId))[0]?.contact_id ?? '';
    expect(await forceRecipient(world.db, contactId, { campaignId, ...force })).toMatchObject({
      ok: true,
      changed: true,
    });
    expect(await forceRecipient(world.db, contactId, { campaignId, ...force })).toMatchObject({
      ok: true,
      changed: false,
    });
    const { intents } = await second.claim();
    expect(intents.map(({ recipient, documents }) => [recipient.contactId, documents])).toEqual([
      [contactId, [prices]],
    ]);
    const acts = await world.db.selectFrom('control').selectAll().where('action', '=', 'force').execute();
    expect(acts).toMatchObject([{ by: 'Ada', reason: force.reason, to: { contactId, state: 'planned' } }]);
    expect((await receipts()).filter(({ forced_by: by }) => by === acts[0]?.id)).toMatchObject([
      { contact_id: contactId },
    ]);
  });

  test('the whole list brings back all of them and lets a finished campaign run again; a document sent for the first time counts as usual', async () => {
    const first = await start([prices]);
    await first.record((await first.claim(3)).intents, {});
    const second = await start([prices]);
    await second.claim(4);
    const { campaignId } = second;
    await sql`update delivery set state = 'sent' where campaign_id = ${campaignId} and state = 'sending'`.execute(
      world.db,
    );
    await sql`update campaign set state = 'finished' where id = ${campaignId}`.execute(world.db);
    expect(await forceCampaign(world.db, { campaignId, ...force })).toMatchObject({
      ok: true,
      broughtBack: 3,
    });
    const campaign = await world.db
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', campaignId)
      .execute();
    expect(campaign).toEqual([{ state: 'running' }]);
    expect((await second.claim()).intents).toHaveLength(3);
    // Four had it for the first time, each of these receipts keeps everybody else from sending it again.
    expect((await receipts()).filter(({ forced_by: by }) => by === null)).toHaveLength(4);
    const third = await start([prices]);
    expect(await third.claim()).toMatchObject({ intents: [], skipped: 4 });
  });

  test('never passes a suppression or a missing consent', async () => {
    const batches = await start([prices]);
    const { campaignId } = batches;
    await forceCampaign(world.db, { campaignId, ...force });
    await sql`update campaign set newsletter_only = true where id = ${campaignId}`.execute(world.db);
    expect(await batches.claim()).toMatchObject({ intents: [], skipped: 4 });
    const contactId = (await ledgerOf(world.db, campaignId))[0]?.contact_id ?? '';
    expect(await forceRecipient(world.db, contactId, { campaignId, ...force })).toMatchObject({
      ok: false,
      delivery: 'skipped',
    });
  });
});

test('who had the same version of a template within the time is skipped, with campaign and day; another version does not matter', async () => {
  const template = await world.db
    .insertInto('template')
    .values({ name: 'News', draft: '{}', created_by: 'test' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const version = async (number: number): Promise<string> => {
    const values = { template_id: template.id, number, content: '{}', created_by: 'test' };
    return (
      await world.db.insertInto('template_version').values(values).returning('id').executeTakeFirstOrThrow()
    ).id;
  };
  const [one, two] = [await version(1), await version(2)];
  const first = await start([], { template: one });
  const { intents } = await first.claim(2);
  await first.record(intents, {});
  const second = await start([], { template: one });
  expect(await second.claim()).toMatchObject({ skipped: 2 });
  const skipped = (await ledgerOf(world.db, second.campaignId)).filter(({ state }) => state === 'skipped');
  expect(skipped.map((row) => row.contact_id).toSorted()).toEqual(
    intents.map(({ recipient }) => recipient.contactId).toSorted(),
  );
  expect(skipped[0]).toMatchObject({
    reason_code: 'templateSentRecently',
    reason_text: 'got the same version of the template with campaign "Autumn" on 2100-01-01',
  });
  const third = await start([], { template: two });
  expect((await third.claim()).intents).toHaveLength(4);
  const later = await start([], { template: one });
  expect((await later.claim(10, workflowTime + 86_400_000)).intents).toHaveLength(4);
});
