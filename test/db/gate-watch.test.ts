import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { GateWatch } from '../../db/gate-watch.ts';
import { notifyGate } from '../../db/notify.ts';
import { until } from '../../embedded/until.ts';
import { useDatabase } from '../support/campaigns.ts';

const world = useDatabase();

async function connections(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from pg_stat_activity
    where datname = current_database() and application_name = 'sluice gate watch'`.execute(world.db);
  return rows[0]?.n ?? 0;
}

test('a lost connection is made anew, once, and everybody looks again then: what was said meanwhile was not heard', async () => {
  const watch = new GateWatch(world.url);
  await watch.start();
  onTestFinished(() => watch.close());
  let heard = 0;
  watch.watch('one', () => (heard += 1));
  for (let loss = 1; loss <= 3; loss += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'sluice gate watch'`.execute(world.db);
    await until(
      () => heard === 2 * loss - 1,
      30_000,
      () => `nobody looked again after loss ${loss}; heard ${heard} times`,
    );
    await notifyGate(world.db, 'one');
    await until(
      () => heard === 2 * loss,
      30_000,
      () => `an announcement after loss ${loss} was not heard; heard ${heard} times`,
    );
    expect(await connections()).toBe(1);
  }
});
