import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { actAtOnce } from '../../../db/act-at-once.ts';
import { applyControl } from '../../../db/control.ts';
import { openBatch } from '../../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../../db/ledger/claim.ts';
import { recordOutcomes } from '../../../db/ledger/outcomes.ts';
import { pauseCampaign } from '../../../db/pause.ts';
import { moveRecipient, orderSendList } from '../../../db/send-list/order.ts';
import { addRecipient } from '../../../db/send-list/recipients.ts';
import { splitSendList } from '../../../db/send-list/split.ts';
import { addContacts, addRunning, ledgerOf, useDatabase, workflowTime } from '../../support/campaigns.ts';

const world = useDatabase({ connections: 12 });
const now = workflowTime;
let everybody: string[];
let strangers: string[];
let added: number;

beforeAll(async () => {
  await addContacts(world.db, 40);
  everybody = (await world.db.selectFrom('contact').select('id').execute()).map(({ id }) => id);
});

type Edit = {
  readonly kind: 'add' | 'skip' | 'moveToEnd' | 'sendNow' | 'place' | 'split' | 'order';
  readonly who: number;
  readonly at: number;
};
const editArbitrary: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('add', 'add', 'skip', 'moveToEnd', 'sendNow', 'place', 'place', 'split', 'order'),
  who: fc.nat(59),
  at: fc.nat(39),
});

test('edits that race with claims lose nobody and double nobody, whatever comes first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(editArbitrary, { minLength: 12, maxLength: 24 }), async (edits) => {
      const id = await addRunning(world.db);
      await addContacts(world.db, 20, `stranger-${id}-`);
      const found = await sql<{
        id: string;
      }>`select id from contact where address like ${`stranger-${id}-%`}`.execute(world.db);
      strangers = found.rows.map((row) => row.id);
      added = 0;
      const claimed: string[] = [];
      const campaigns = new Set([id]);
      const token = await nextToken(id);
      const claimers = [1, 2, 3].map(async () => {
        for (let turn = 0; turn < 12; turn += 1) claimed.push(...(await claim(id, token, 2)));
      });
      const editors = [0, 1, 2].map(async (lane) => {
        for (const edit of edits.filter((_, index) => index % 3 === lane)) await act(id, edit, campaigns);
      });
      await Promise.all([...claimers, ...editors]);
      await resume(id);
      for (const campaignId of campaigns) claimed.push(...(await drain(campaignId)));

      expect(claimed.length).toBe(new Set(claimed).size);
      const ledgers = await Promise.all([...campaigns].map((campaignId) => ledgerOf(world.db, campaignId)));
      for (const rows of ledgers)
        expect(new Set(rows.map(({ position }) => position)).size).toBe(rows.length);
      const rows = ledgers.flat();
      const people = rows.map((row) => row.contact_id);
      expect(people.length).toBe(new Set(people).size);
      expect(everybody.filter((contactId) => !people.includes(contactId))).toEqual([]);
      const sent = rows.filter(({ state }) => state === 'sent').map((row) => row.contact_id);
      expect(sent.toSorted()).toEqual(claimed.toSorted());
      expect(rows.every(({ state }) => state === 'sent' || state === 'skipped')).toBe(true);
      const { total } = await world.db
        .selectFrom('campaign')
        .select((select) => select.fn.sum<number>('total').as('total'))
        .where('id', 'in', [...campaigns])
        .executeTakeFirstOrThrow();
      expect(total).toBe(rows.length);
      // The next run's audience is the forty again.
      await sql`delete from campaign where id = any (${[...campaigns]}::uuid[])`.execute(world.db);
      await sql`delete from contact where address like ${`stranger-${id}-%`}`.execute(world.db);
    }),
    { numRuns: 6, endOnFailure: true },
  );
});

async function nextToken(campaignId: string): Promise<number> {
  const opened = await openBatch(world.db, { campaignId, number: 1, size: 1_000, plannedAt: now, at: now });
  return opened.kind === 'open' ? opened.token : 0;
}

async function claim(campaignId: string, token: number, limit: number): Promise<string[]> {
  const found = await claimNextRecipients(world.db, { campaignId, batch: 1, token, limit, now });
  const ids = found.kind === 'claimed' ? found.intents.map(({ recipient }) => recipient.contactId) : [];
  const settlement = { state: 'sent', reply: null, reason: null, nextAttemptAt: null } as const;
  if (ids.length > 0)
    await recordOutcomes(
      world.db,
      campaignId,
      token,
      ids.map((contactId) => ({ contactId, settlement })),
    );
  return ids;
}

/** Starts what a split has made, and sends everything that is left. */
async function drain(campaignId: string): Promise<string[]> {
  await sql`insert into gate (campaign_id, not_before) values (${campaignId}, now()) on conflict do nothing`.execute(
    world.db,
  );
  const token = await nextToken(campaignId);
  const all: string[] = [];
  for (;;) {
    const some = await claim(campaignId, token, 50);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function act(id: string, { kind, who, at }: Edit, campaigns: Set<string>): Promise<void> {
  const contactId = [...everybody, ...strangers][who] ?? '';
  const edit = { campaignId: id, by: 'anna', reason: null, expectedVersion: null };
  switch (kind) {
    case 'add': {
      // Each once: who was moved by a split may be added again by hand, to another campaign.
      const stranger = strangers[added++];
      if (stranger !== undefined) await addRecipient(world.db, { ...edit, contactId: stranger });
      return;
    }
    case 'place':
      await moveRecipient(world.db, { ...edit, contactId, place: { before: everybody[at] ?? '' } });
      return;
    case 'order':
      await orderSendList(world.db, { ...edit, order: 'name' });
      return;
    case 'split': {
      await pauseCampaign(world.db, edit);
      const { parts } = await splitSendList(world.db, { ...edit, parted: { parts: 2 } });
      for (const { campaignId } of parts) campaigns.add(campaignId);
      await resume(id);
      return;
    }
    case 'skip':
    case 'moveToEnd':
    case 'sendNow':
      await actAtOnce(world.db, { ...edit, action: kind, request: { contactId } });
  }
}

async function resume(campaignId: string): Promise<void> {
  await applyControl(world.db, {
    campaignId,
    controlId: crypto.randomUUID(),
    action: 'resume',
    via: 'api',
    at: Date.now(),
    request: {},
  });
}
