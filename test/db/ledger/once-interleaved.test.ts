import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readCampaign } from '../../../db/campaigns.ts';
import { recordConsent } from '../../../db/consents.ts';
import { readFacts } from '../../../db/explanation.ts';
import { forceRecipient } from '../../../db/force.ts';
import { setFrequencyCap } from '../../../db/frequency-caps.ts';
import type { Intent } from '../../../db/ledger/claim.ts';
import { giveBackUnknown } from '../../../db/ledger/look.ts';
import { readRecipientRow } from '../../../db/recipients.ts';
import { settleInDoubt } from '../../../db/settlement.ts';
import { explain } from '../../../domain/explanation.ts';
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
const people = 5;
const hourMs = 3_600_000;
const cap = { count: 2, perMs: 24 * hourMs };
let runs = 0;

beforeAll(async () => addContacts(world.db, people));

/** What somebody does: `of` is one of three campaigns, `n` picks people and mails. */
const act = fc.record({
  kind: fc.constantFrom(
    ...([
      'claim',
      'claim',
      'claim',
      'outcome',
      'outcome',
      'kill',
      'lost',
      'settle',
      'consent',
      'force',
    ] as const),
  ),
  of: fc.nat(2),
  n: fc.nat(people - 1),
  how: fc.constantFrom(...(['sent', 'sent', 'failed', 'deferred', 'planned', 'skipped', 'inDoubt'] as const)),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

interface Running {
  readonly batches: Batches;
  /** Mails that a worker holds. */
  held: Intent[];
}

/** The same people every time; documents, stream and campaigns are new. */
async function setUp(): Promise<Running[]> {
  runs += 1;
  const stream = `stream-${runs}`;
  await sql`update contact set newsletter = true`.execute(world.db);
  await setFrequencyCap(world.db, { ...cap, stream }, 'test');
  const prices = await addDocument(world.db, `Prices ${runs}`);
  const brochure = await addDocument(world.db, `Brochure ${runs}`);
  const campaigns: Running[] = [];
  for (const documents of [[prices], [prices, brochure], [brochure, prices]]) {
    const id = await addRunning(world.db);
    await sql`update campaign set stream = ${stream}, newsletter_only = true where id = ${id}`.execute(
      world.db,
    );
    await attachDocuments(world.db, id, documents);
    const batches = new Batches(world.db, id);
    await batches.begin();
    campaigns.push({ batches, held: [] });
  }
  return campaigns;
}

async function perform(campaigns: readonly Running[], { kind, of, n, how }: Act, now: number): Promise<void> {
  const running = campaigns[of];
  if (running === undefined) return;
  const { batches } = running;
  const { campaignId } = batches;
  const rows = await ledgerOf(world.db, campaignId);
  const contactId = rows[n]?.contact_id ?? '';
  const who = { campaignId, by: 'Ada', reason: 'a test' };
  switch (kind) {
    case 'claim':
      // Two workers of different campaigns at the same moment.
      await Promise.all(
        [running, campaigns[(of + 1) % 3] ?? running].map(async (each) => {
          each.held.push(...(await each.batches.claim(1 + n, now)).intents);
        }),
      );
      return;
    case 'outcome':
      await batches.record(running.held.splice(0, 1 + n), {
        state: how,
        reason: { code: 'test', text: 'the test says so' },
        nextAttemptAt: how === 'deferred' ? now : null,
      });
      return;
    case 'kill':
      running.held = [];
      await batches.begin(true);
      return;
    case 'lost':
      running.held = [];
      await giveBackUnknown(world.db, campaignId, batches.token);
      return;
    case 'settle':
      await settleInDoubt(world.db, { ...who, contactId, as: how === 'sent' ? 'sent' : 'notSent' });
      return;
    case 'consent':
      await recordConsent(world.db, {
        contactId,
        given: how === 'sent',
        at: null,
        how: 'test',
        wording: null,
        by: 'Ada',
      });
      return;
    case 'force':
      await forceRecipient(world.db, contactId, who);
  }
}

/** What must be so at every moment. */
async function check(campaigns: readonly Running[]): Promise<void> {
  const ids = campaigns.map(({ batches }) => batches.campaignId);
  const { rows: wrong } = await sql`
    with mine as (select * from delivery where campaign_id = any (${ids}::uuid[])),
      receipt as (select * from document_receipt where campaign_id = any (${ids}::uuid[]))
    select 'a receipt without a mail' as what, d.state, r.contact_id from receipt r
    join mine d on d.contact_id = r.contact_id and d.campaign_id = r.campaign_id
    where d.state not in ('sending', 'sent', 'inDoubt', 'deferred')
    union all
    select 'a mail without a receipt', d.state, d.contact_id from mine d
    where d.state in ('sending', 'sent', 'inDoubt')
      and not exists (select from receipt r where r.contact_id = d.contact_id and r.campaign_id = d.campaign_id)
    union all
    select 'a document twice', null, contact_id from receipt where forced_by is null
    group by contact_id, document_id having count(*) > 1
    union all
    select 'over the cap', null, contact_id from mine where state in ('sending', 'sent', 'inDoubt')
    group by contact_id having count(*) > ${cap.count}`.execute(world.db);
  expect(wrong).toEqual([]);
  for (const { batches, held } of campaigns) {
    const { total, ...states } = await countsOf(world.db, batches.campaignId);
    expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(total);
    expect(total).toBe(people);
    for (const { recipient, documents } of held) {
      const { rows } = await sql`select document_id from document_receipt
        where contact_id = ${recipient.contactId} and campaign_id = ${batches.campaignId}`.execute(world.db);
      expect(rows.length, 'a mail carries what it has receipts for').toBe(documents?.length);
    }
  }
}

async function explainAll(campaigns: readonly Running[], now: number): Promise<void> {
  for (const { batches } of campaigns) {
    const campaign = await readCampaign(world.db, batches.campaignId);
    for (const { contact_id: contactId } of await ledgerOf(world.db, batches.campaignId)) {
      const row = await readRecipientRow(world.db, batches.campaignId, contactId);
      if (campaign === null || row === null) throw new Error('a row is gone');
      const { sentence } = explain(await readFacts(world.db, campaign, row, now));
      expect(sentence.length).toBeGreaterThan(20);
      if (row.state === 'skipped') expect(sentence).not.toContain('no reason was recorded');
    }
  }
}

test(
  'whatever claims, outcomes, crashes, settlements, consents and forcing come in whatever order, receipts are those of the mails, once each, the cap holds and everybody is explained',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 20 }), async (acts) => {
        const campaigns = await setUp();
        for (const [index, each] of acts.entries()) {
          const now = workflowTime + index * 60_000;
          await perform(campaigns, each, now);
          await check(campaigns);
        }
        await explainAll(campaigns, workflowTime + 2 * hourMs);
      }),
      { numRuns: 6, endOnFailure: true },
    );
  },
);
