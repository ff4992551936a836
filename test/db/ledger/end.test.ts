import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { cancelSome, endCampaign } from '../../../db/ledger/end.ts';
import { addContacts, addRunning, countsOf, historyOf, useDatabase } from '../../support/campaigns.ts';

const world = useDatabase();

beforeAll(() => addContacts(world.db, 10));

async function setStates(id: string, states: readonly string[]): Promise<void> {
  for (const [i, state] of states.entries()) {
    const where = sql`campaign_id = ${id} and position = ${i + 1}`;
    if (state === 'planned') continue;
    if (state !== 'cancelled')
      await sql`update delivery set state = 'sending' where ${where}`.execute(world.db);
    if (state !== 'sending') await sql`update delivery set state = ${state} where ${where}`.execute(world.db);
  }
}

test('a campaign with somebody still to come does not end', async () => {
  for (const state of ['planned', 'sending', 'deferred']) {
    const id = await addRunning(world.db);
    await setStates(id, [...Array.from({ length: 9 }, () => 'sent'), state]);
    expect((await endCampaign(world.db, id)).ended, state).toBe(false);
  }
});

test('a campaign ends with its counts in the history, in doubt included, and ends once', async () => {
  const id = await addRunning(world.db);
  await setStates(id, [...Array.from({ length: 8 }, () => 'sent'), 'failed', 'inDoubt']);
  expect(await endCampaign(world.db, id)).toMatchObject({
    ended: true,
    counts: { sent: 8, failed: 1, inDoubt: 1, total: 10 },
  });
  expect(await endCampaign(world.db, id)).toMatchObject({ ended: true });
  const ends = (await historyOf(world.db, id)).filter(({ action }) => action === 'finish');
  expect(ends).toMatchObject([{ by: 'sluice', to: { state: 'finished', counts: { sent: 8, total: 10 } } }]);
});

test('what was not handed over is cancelled in portions; what may be on the wire is left alone', async () => {
  const id = await addRunning(world.db);
  await setStates(id, ['sent', 'failed', 'sending', 'inDoubt', 'deferred']);
  expect(await cancelSome(world.db, id, 4)).toBe(4);
  expect(await cancelSome(world.db, id, 4)).toBe(2);
  expect(await cancelSome(world.db, id, 4)).toBe(0);
  expect(await countsOf(world.db, id)).toEqual({
    sent: 1,
    failed: 1,
    sending: 1,
    inDoubt: 1,
    cancelled: 6,
    total: 10,
  });
});
