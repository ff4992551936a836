import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeFrequencyCap, setFrequencyCap } from '../../../db/frequency-caps.ts';
import { readFindings } from '../../../db/guards.ts';
import { readPlan } from '../../../db/plan-state.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';
import { Batches } from '../../support/claims.ts';

const world = useDatabase();
const now = workflowTime;
const dayMs = 86_400_000;

beforeEach(async () => {
  await addContacts(world.db, 3);
});
afterEach(async () => {
  await sql`truncate campaign, contact, frequency_cap cascade`.execute(world.db);
});

async function start(stream = 'marketing'): Promise<Batches> {
  const id = await addRunning(world.db);
  await world.db.updateTable('campaign').set({ stream }).where('id', '=', id).execute();
  const batches = new Batches(world.db, id);
  await batches.begin();
  return batches;
}

const capTo = (count: number) =>
  setFrequencyCap(world.db, { stream: 'marketing', count, perMs: 7 * dayMs }, 'Ada');

/** Everybody gets a mail of the stream at that time. */
async function mail(at: number, stream?: string): Promise<void> {
  const batches = await start(stream);
  await batches.record((await batches.claim(10, at)).intents, {});
}

test('who has had as many mails of the stream is put off until the first of them is old enough, without an attempt', async () => {
  await capTo(2);
  await mail(now - 6 * dayMs);
  await mail(now - 1 * dayMs);
  await mail(now - 1 * dayMs, 'welcome');
  const third = await start();
  expect(await third.claim(10, now)).toMatchObject({ intents: [], skipped: 0, putOff: 3 });
  const frees = new Date(now + 1 * dayMs);
  for (const row of await ledgerOf(world.db, third.campaignId))
    expect(row).toMatchObject({
      state: 'deferred',
      next_attempt_at: frees,
      attempts: 0,
      batch: null,
      first_attempt_at: null,
      reason_code: 'frequencyCap',
      reason_text: 'has had 2 marketing mails in 7d, as many as the frequency cap allows',
    });
  // The planner waits for it, and nobody takes it for trouble.
  await sql`update batch set finished_at = now()`.execute(world.db);
  const { step } = await readPlan(world.db, third.campaignId, now);
  expect(step).toMatchObject({ kind: 'wait', because: 'deferral', batch: { at: frees.getTime() } });
  expect(await readFindings(world.db, third.campaignId, now, null)).toEqual([]);
  expect((await third.claim(10, frees.getTime() - 1)).intents).toEqual([]);
  expect((await third.claim(10, frees.getTime())).intents).toHaveLength(3);
});

test('what was mailed counts, also when its outcome is not known; what was refused or taken back does not', async () => {
  await capTo(1);
  const first = await start();
  const [a, b, c] = (await first.claim(10, now)).intents;
  await first.record(a === undefined ? [] : [a], { state: 'failed' });
  await first.record(b === undefined ? [] : [b], { state: 'inDoubt' });
  await first.record(c === undefined ? [] : [c], { state: 'planned' });
  const second = await start();
  const { intents, putOff } = await second.claim(10, now + 1_000);
  expect(new Set(intents.map(({ recipient }) => recipient.contactId))).toEqual(
    new Set([a?.recipient.contactId, c?.recipient.contactId]),
  );
  expect(putOff).toBe(1);
});

describe('a mail that waits for the relay, too', () => {
  test('is put off without losing its attempts, and the time after which it is given up begins anew', async () => {
    const first = await start();
    const tried = (await first.claim(10, now)).intents;
    await first.record(tried, { state: 'deferred', nextAttemptAt: now + 300_000 });
    await capTo(1);
    await mail(now + 1_000);
    expect(await first.claim(10, now + 300_000)).toMatchObject({ intents: [], putOff: 3 });
    const again = await first.claim(10, now + 8 * dayMs);
    expect(again.intents).toHaveLength(3);
    expect(again.intents[0]).toMatchObject({ attempts: 2, firstAttemptAt: now + 8 * dayMs });
  });
});

test('a person who was to be mailed at once is put off all the same, and waits like others', async () => {
  await capTo(1);
  await mail(now - dayMs);
  const next = await start();
  await sql`update delivery set send_now_at = now() where campaign_id = ${next.campaignId}`.execute(world.db);
  expect(await next.claim(10, now)).toMatchObject({ intents: [], putOff: 3 });
  expect((await ledgerOf(world.db, next.campaignId)).every((row) => row.send_now_at === null)).toBe(true);
});

test('campaigns that claim at the same moment keep the cap together', async () => {
  await addContacts(world.db, 197, 'more');
  await capTo(2);
  const campaigns = await Promise.all([start(), start(), start(), start()]);
  const drain = async (batches: Batches): Promise<void> => {
    for (;;) {
      const { intents, putOff } = await batches.claim(10, now);
      if (intents.length + putOff === 0) return;
    }
  };
  await Promise.all(campaigns.map(drain));
  const { rows } = await sql<{ mails: number; people: number }>`
    select mails, count(*) as people from (
      select contact_id, count(*) filter (where state = 'sending') as mails from delivery group by contact_id) each
    group by mails`.execute(world.db);
  expect(rows).toEqual([{ mails: 2, people: 200 }]);
  for (const { campaignId } of campaigns) {
    const { sending = 0, deferred = 0 } = await countsOf(world.db, campaignId);
    expect(sending + deferred).toBe(200);
  }
});

test('without a cap nobody waits', async () => {
  await capTo(1);
  await mail(now);
  await removeFrequencyCap(world.db, 'marketing');
  expect((await (await start()).claim(10, now)).intents).toHaveLength(3);
});
