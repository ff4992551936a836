import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { snapshotAudience } from '../../../db/ledger/snapshot.ts';
import { addContacts, addStarted, ledgerOf, useDatabase } from '../../support/campaigns.ts';

const world = useDatabase();

beforeAll(() => addContacts(world.db, 200));

test('everybody gets one place, without holes', async () => {
  const id = await addStarted(world.db);
  expect(await snapshotAudience(world.db, id)).toEqual({ total: 200 });
  const rows = await ledgerOf(world.db, id);
  expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  expect(new Set(rows.map((row) => row.contact_id)).size).toBe(200);
  expect(rows.every(({ state }) => state === 'planned')).toBe(true);
});

test('the order is not that of the addresses, and another one for each campaign: a batch is a fair sample', async () => {
  const orders = await Promise.all(
    [1, 2].map(async () => {
      const id = await addStarted(world.db);
      await snapshotAudience(world.db, id);
      return (await ledgerOf(world.db, id)).map(({ address }) => address);
    }),
  );
  const [one = [], two = []] = orders;
  expect(one).not.toEqual(one.toSorted());
  expect(one).not.toEqual(two);
  expect(one.toSorted()).toEqual(two.toSorted());
});

test('a second snapshot changes nothing, also when people came meanwhile', async () => {
  const id = await addStarted(world.db);
  await snapshotAudience(world.db, id);
  const before = await ledgerOf(world.db, id);
  await addContacts(world.db, 5, 'later');
  expect(await snapshotAudience(world.db, id)).toEqual({ total: 200 });
  expect(await ledgerOf(world.db, id)).toEqual(before);
});

test('two workers that take it at the same moment make one', async () => {
  const id = await addStarted(world.db);
  const answers = await Promise.all([snapshotAudience(world.db, id), snapshotAudience(world.db, id)]);
  expect(answers[0]).toEqual(answers[1]);
  expect(await ledgerOf(world.db, id)).toHaveLength(answers[0].total);
});

test('a snapshot waits for no refresh of statistics: campaigns that start together keep no connection from each other', async () => {
  const id = await addStarted(world.db);
  await world.db.transaction().execute(async (trx) => {
    // As another refresh holds it.
    await sql`lock table delivery in share update exclusive mode`.execute(trx);
    expect(await snapshotAudience(world.db, id)).toMatchObject({ total: expect.any(Number) });
  });
});
