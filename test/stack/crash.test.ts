import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from '../support/arena.ts';
import { auditLedger, expectNoBurst } from './ledger-audit.ts';
import { seededRandom } from './seeded-random.ts';

const random = seededRandom('crash test');

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
  await arena.startApi();
  await arena.addContacts(400);
});
afterAll(() => arena.stop());

test('two workers, four campaigns, 21 random kills, PostgreSQL and Temporal killed too: the ledger is what the relay accepted', async () => {
  const gapMs = 1_000;
  // Replies take so long that kills find batches under way, from the first to the last.
  arena.peer.script = async (stage) => {
    if (stage === 'accepted') await pause(150 + random() * 450);
    return undefined;
  };
  const workers: ChildProcess[] = [await arena.startWorker(), await arena.startWorker()];
  const ids = await Promise.all([1, 2, 3, 4].map(() => arena.startCampaign({ size: 25, gapMs })));
  let underWay = 0;
  for (let kill = 1; kill <= 21; kill += 1) {
    await pause(random() * 1_500);
    const sending = await Promise.all(ids.map((id) => arena.countIn('sending', id)));
    if (sending.some((mails) => mails > 0)) underWay += 1;
    const index = Math.floor(random() * 2);
    const victim = workers[index];
    if (victim !== undefined) await arena.kill(victim);
    if (kill === 7) await arena.restartPostgres();
    if (kill === 14) await arena.restartTemporal();
    workers[index] = await arena.startWorker();
  }
  console.log(`${underWay} of 21 kills while mails were on their way`);
  // Kills that find nothing to break would prove nothing.
  expect(underWay).toBeGreaterThan(10);
  arena.peer.script = undefined;
  for (const id of ids) await arena.untilState(id, 'finished', 180_000);
  const audits = await Promise.all(ids.map((id) => auditLedger(arena.db, arena.peer, id)));
  console.log(audits);
  for (const audit of audits) expect(audit.sent + audit.inDoubt).toBe(400);
  expect(audits.reduce((sum, { inDoubt }) => sum + inDoubt, 0)).toBeLessThanOrEqual(21 * arena.window);
  for (const id of ids) await expectNoBurst(arena.db, id, gapMs);
}, 600_000);

/** Time that passes while processes are killed at random is the point here, not a wait for something. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
