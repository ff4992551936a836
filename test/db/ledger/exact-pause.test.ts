import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openBatch } from '../../../db/ledger/batch.ts';
import { claimNextRecipients, type Claim } from '../../../db/ledger/claim.ts';
import { recordOutcomes } from '../../../db/ledger/outcomes.ts';
import { settlePause } from '../../../db/ledger/pause.ts';
import { setMainGate } from '../../../db/main-gate.ts';
import type { Database } from '../../../db/open.ts';
import { pauseCampaign, readPause } from '../../../db/pause.ts';
import { until } from '../../../embedded/until.ts';
import { addContacts, addRunning, useDatabase, workflowTime } from '../../support/campaigns.ts';

const world = useDatabase({ connections: 20 });
const now = workflowTime;

let id: string;
let token: number;

beforeAll(() => addContacts(world.db, 1_000));
beforeEach(async () => {
  id = await addRunning(world.db);
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now });
  token = opened.kind === 'open' ? opened.token : 0;
});

const claimOn = (db: Database, limit: number): Promise<Claim> =>
  claimNextRecipients(db, { campaignId: id, batch: 1, token, limit, now });
const pause = () =>
  pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: 'too many calls', expectedVersion: null });

/** Resolves when so many connections wait for a lock: the moment at which transactions have met. */
async function somebodyWaits(connections = 1): Promise<void> {
  await until(
    async () => {
      const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(world.db);
      return (rows[0]?.n ?? 0) >= connections;
    },
    30_000,
    () => `fewer than ${connections} waited for a lock`,
  );
}

/** Work whose commit is held back until `commit` is called, as by a slow disk. */
async function heldOpen(work: (trx: Database) => Promise<unknown>): Promise<{ commit(): Promise<void> }> {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let ended: Promise<void> | undefined;
  await new Promise<void>((done, failed) => {
    ended = world.db.transaction().execute(async (trx) => {
      await work(trx);
      done();
      await held;
    });
    ended.catch(failed);
  });
  const commit = async (): Promise<void> => {
    release();
    await ended;
  };
  // Also when the test fails before: a transaction that is left open would hold up all that follows.
  onTestFinished(commit);
  return { commit };
}

test('a pause waits for a claim that is under way and counts its intents', async () => {
  const open = await heldOpen((trx) => claimOn(trx, 7));
  let answered = false;
  const pausing = pause().finally(() => (answered = true));
  await somebodyWaits();
  expect(answered).toBe(false);
  await open.commit();
  expect(await pausing).toMatchObject({
    applied: true,
    state: 'paused',
    pause: { inFlight: 7, by: 'anna', reason: 'too many calls' },
  });
});

test('closing the main gate waits likewise', async () => {
  const { inFlight: before } = await setMainGate(world.db, { open: true, by: 'anna', reason: null });
  const open = await heldOpen((trx) => claimOn(trx, 4));
  const closing = setMainGate(world.db, { open: false, by: 'anna', reason: null });
  await somebodyWaits();
  await open.commit();
  expect((await closing).inFlight).toBe(before + 4);
  await setMainGate(world.db, { open: true, by: 'anna', reason: null });
});

test('claims that come while the main gate waits to be closed get behind it: many senders cannot keep it open', async () => {
  const open = await heldOpen((trx) => claimOn(trx, 4));
  const closing = setMainGate(world.db, { open: false, by: 'anna', reason: null });
  await somebodyWaits();
  let later: Claim | undefined;
  const claiming = claimOn(world.db, 4).then((claim) => (later = claim));
  await somebodyWaits(2);
  expect(later).toBeUndefined();
  await open.commit();
  await closing;
  expect(await claiming).toEqual({ kind: 'closed' });
  await setMainGate(world.db, { open: true, by: 'anna', reason: null });
});

test('a claim that comes while the pause is being made waits and gets nothing', async () => {
  const closing = await heldOpen((trx) =>
    trx.updateTable('gate').set({ open: false }).where('campaign_id', '=', id).execute(),
  );
  const claiming = claimOn(world.db, 5);
  await somebodyWaits();
  await closing.commit();
  expect(await claiming).toEqual({ kind: 'closed' });
});

test('under many claims at once the pause counts exactly what was claimed, and nothing is claimed after it', async () => {
  const claiming = Array.from({ length: 12 }, async () => {
    const claims: Claim[] = [];
    while (claims.at(-1)?.kind !== 'closed') claims.push(await claimOn(world.db, 1));
    return claims.filter((claim) => claim.kind === 'claimed').flatMap((claim) => claim.intents);
  });
  await until(
    async () => (await countSending()) > 5,
    30_000,
    () => 'nothing was claimed',
  );
  const paused = await pause();
  const intents = (await Promise.all(claiming)).flat();
  expect(paused).toMatchObject({ applied: true, pause: { inFlight: intents.length } });
  expect(await countSending()).toBe(intents.length);
  expect(intents.length).toBeLessThan(1_000);
});

async function countSending(): Promise<number> {
  const rows = await world.db
    .selectFrom('delivery')
    .select('contact_id')
    .where('campaign_id', '=', id)
    .where('state', '=', 'sending')
    .execute();
  return rows.length;
}

test('the pause shows when the last mail it counted had its outcome, not before', async () => {
  const claimed = await claimOn(world.db, 2);
  const intents = claimed.kind === 'claimed' ? claimed.intents : [];
  await pause();
  const settle = async (index: number): Promise<void> => {
    const contactId = intents[index]?.recipient.contactId ?? '';
    const settlement = { state: 'sent' as const, reply: null, reason: null, nextAttemptAt: null };
    await recordOutcomes(world.db, id, token, [{ contactId, settlement }]);
    await settlePause(world.db, id);
  };
  await settle(0);
  expect((await readPause(world.db, id))?.settledAt).toBeNull();
  await settle(1);
  expect((await readPause(world.db, id))?.settledAt).toBeInstanceOf(Date);
});

test('a pause with nothing in flight is settled when it answers', async () => {
  expect(await pause()).toMatchObject({ pause: { inFlight: 0, settledAt: expect.any(Date) } });
});

test('a second pause answers the first one and adds nothing', async () => {
  await claimOn(world.db, 3);
  const first = await pause();
  const second = await pauseCampaign(world.db, {
    campaignId: id,
    by: 'ben',
    reason: null,
    expectedVersion: null,
  });
  expect(second).toEqual({ ...first, applied: false });
});
