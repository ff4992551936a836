import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from '../support/arena.ts';
import { eventually } from '../support/processes.ts';
import { auditLedger, expectNoBurst } from './ledger-audit.ts';

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start({ window: 20 });
  await arena.startApi();
  await arena.addContacts(600);
});
afterAll(() => arena.stop());

test('a worker frozen past its heartbeat and then continued sends nothing that it lost', async () => {
  const frozen = await arena.startWorker();
  // Every reply takes a moment: the batch is still under way when its worker is frozen.
  arena.peer.script = async (stage) => {
    if (stage === 'accepted') await new Promise((resolve) => setTimeout(resolve, 20));
    return undefined;
  };
  const id = await arena.startCampaign({ size: 600, gapMs: 1_000 });
  await arena.peer.until(({ accepted }) => accepted.length >= 60);
  frozen.kill('SIGSTOP');
  const ofFrozen = new Set(arena.peer.accepted.map(({ connection }) => connection));

  const next = await arena.startWorker();
  const isOfNext = ({ connection }: { connection: number }): boolean => !ofFrozen.has(connection);
  await arena.peer.until(({ accepted }) => accepted.some(isOfNext), 120_000);
  const before = arena.peer.accepted.filter((mail) => !isOfNext(mail)).length;
  frozen.kill('SIGCONT');
  await arena.untilState(id, 'finished');
  // It has had its say when it has no open row left: late replies settle doubts, what was not on the wire went back.
  await eventually('nothing to be sending', async () => (await arena.countIn('sending', id)) === 0);

  expect(arena.peer.accepted.filter((mail) => !isOfNext(mail)).length).toBe(before);
  const audit = await auditLedger(arena.db, arena.peer, id);
  expect(audit.sent + audit.inDoubt).toBe(600);
  expect(audit.inDoubt).toBeLessThanOrEqual(arena.window);
  await expectNoBurst(arena.db, id, 1_000);
  await arena.kill(frozen);
  await arena.kill(next, 'SIGTERM');
}, 300_000);
