import { afterEach, beforeAll, expect, test } from 'vitest';
import { GateWatch } from '../../db/gate-watch.ts';
import { openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { readMainGate, setMainGate } from '../../db/main-gate.ts';
import { until } from '../../embedded/until.ts';
import { addContacts, addRunning, useDatabase, workflowTime } from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;

beforeAll(() => addContacts(world.db, 10));
const set = (open: boolean, reason: string | null = null) =>
  setMainGate(world.db, { open, by: 'anna', reason });
afterEach(() => set(true));

async function claimSome(limit: number): Promise<void> {
  const campaignId = await addRunning(world.db);
  const opened = await openBatch(world.db, { campaignId, number: 1, size: 50, plannedAt: now, at: now });
  const token = opened.kind === 'open' ? opened.token : 0;
  await claimNextRecipients(world.db, { campaignId, batch: 1, token, limit, now });
}

test('closing it counts the mails in flight of all campaigns', async () => {
  await claimSome(3);
  await claimSome(4);
  expect(await set(false, 'the relay is on fire')).toMatchObject({
    open: false,
    changed: true,
    inFlight: 7,
    by: 'anna',
    reason: 'the relay is on fire',
  });
  expect(await readMainGate(world.db)).toMatchObject({
    open: false,
    by: 'anna',
    reason: 'the relay is on fire',
  });
});

test('while it is closed no batch begins', async () => {
  await set(false);
  const campaignId = await addRunning(world.db);
  expect(await openBatch(world.db, { campaignId, number: 1, size: 50, plannedAt: now, at: now })).toEqual({
    kind: 'closed',
  });
});

test('a change that is none adds no history and keeps who made it', async () => {
  await set(false, 'first');
  const acts = () =>
    world.db.selectFrom('control').select('id').where('action', '=', 'closeMainGate').execute();
  const before = (await acts()).length;
  expect(await setMainGate(world.db, { open: false, by: 'ben', reason: 'second' })).toMatchObject({
    changed: false,
    by: 'anna',
    reason: 'first',
  });
  expect(await acts()).toHaveLength(before);
});

test('every sender hears of it, whatever its campaign', async () => {
  const watch = new GateWatch(world.url);
  await watch.start();
  const heard: string[] = [];
  watch.watch('one', () => heard.push('one'));
  const unwatch = watch.watch('two', () => heard.push('two'));
  await set(false);
  await until(
    () => heard.length === 2,
    30_000,
    () => `only ${heard.join()} heard`,
  );
  unwatch();
  await set(true);
  await until(
    () => heard.length === 3,
    30_000,
    () => `only ${heard.join()} heard`,
  );
  expect(heard.toSorted()).toEqual(['one', 'one', 'two']);
  await watch.close();
});
