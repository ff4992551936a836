import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../../embedded/sink/script.ts';
import { Arena } from '../support/arena.ts';
import { auditLedger, expectNoBurst } from './ledger-audit.ts';

/** Reproduce a run: SEED=1234 npm test -- --project stack crash */
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const random = mulberry32(seed);

let arena: Arena;

beforeAll(async () => {
  console.log(`crash test: SEED=${seed}`);
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

/** Time that passes while processes are killed at random is the point here, not a wait for something. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A small seeded generator, so that a run can be repeated. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
