import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../../embedded/sink/script.ts';
import { Arena } from '../support/arena.ts';
import { auditLedger, expectNoBurst } from './ledger-audit.ts';
import { seededRandom } from './seeded-random.ts';

const random = seededRandom('aimed crash test');

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
  await arena.startApi();
  await arena.addContacts(400);
});
afterAll(() => arena.stop());

test('a worker killed after the intent, inside DATA, after the dot and after the reply loses nobody and doubles nobody', async () => {
  let worker = await arena.startWorker();
  const gapMs = 1_000;
  const id = await arena.startCampaign({ size: 60, gapMs });
  const stages: readonly Stage[] = ['mail', 'content', 'message', 'accepted'];
  for (const stage of stages) {
    const doubtBefore = await arena.countIn('inDoubt', id);
    await reach(stage);
    await arena.kill(worker);
    arena.peer.script = undefined;
    worker = await arena.startWorker();
    await arena.peer.until(({ accepted }) => accepted.length > 0, 120_000);
    await nextAcceptance();
    const doubt = (await arena.countIn('inDoubt', id)) - doubtBefore;
    console.log(`killed at stage ${stage}: ${doubt} newly in doubt (window ${arena.window})`);
    expect(doubt).toBeLessThanOrEqual(arena.window);
  }
  await arena.untilState(id, 'finished');
  await arena.kill(worker);
  const audit = await auditLedger(arena.db, arena.peer, id);
  expect(audit.total).toBe(400);
  expect(audit.sent + audit.inDoubt).toBe(400);
  await expectNoBurst(arena.db, id, gapMs);
}, 400_000);

/** Waits until a mail in the middle of a batch is at this stage, and holds it there. */
async function reach(stage: Stage): Promise<void> {
  const after = 5 + Math.floor(random() * 15);
  let seen = 0;
  await new Promise<void>((resolve) => {
    arena.peer.script = (at) => {
      if (at !== stage || ++seen < after) return undefined;
      resolve();
      // After the reply means: the reply leaves, and the kill comes before its outcome is written (10 ms).
      return at === 'accepted' ? undefined : new Promise(() => undefined);
    };
  });
}

async function nextAcceptance(): Promise<void> {
  const before = arena.peer.accepted.length;
  await arena.peer.until(({ accepted }) => accepted.length > before, 120_000);
}
