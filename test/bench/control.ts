import { eventually } from '../support/processes.ts';
import type { BenchStack } from './bench-stack.ts';
import { percentile, type Figure } from './figures.ts';

/** How fast acts of control and continuations are, while mails are being sent. */
export async function measureControl(stack: BenchStack): Promise<Figure[]> {
  return [
    ...(await measurePause(stack)),
    ...(await measureLateness(stack)),
    ...(await measureRecovery(stack)),
  ];
}

/** Pauses in the middle of a batch at full speed, answered over HTTP. */
async function measurePause(stack: BenchStack): Promise<Figure[]> {
  await stack.contacts(60_000);
  const worker = await stack.arena.startWorker();
  const id = await stack.campaign({ size: 60_000, gapMs: 1_000 });
  const answered: number[] = [];
  let sent = 500;
  for (let round = 0; round < 20; round += 1) {
    await stack.untilSent(id, sent);
    const startedAt = performance.now();
    const { status } = await stack.arena.request('PUT', `/v1/campaigns/${id}/pause`, {});
    answered.push(performance.now() - startedAt);
    if (status !== 200) throw new Error(`pause answered ${status}`);
    sent = (await stack.countSent(id)) + 500;
    await eventually(
      'resume',
      async () => (await stack.arena.request('DELETE', `/v1/campaigns/${id}/pause`)).status === 200,
    );
  }
  await stack.arena.kill(worker, 'SIGTERM');
  return [{ name: 'pause answered at full speed, p95', value: percentile(answered, 95), unit: 'ms' }];
}

/** Twenty campaigns at once, 50 every 3 s: how late batches begin. */
async function measureLateness(stack: BenchStack): Promise<Figure[]> {
  await stack.contacts(500);
  const worker = await stack.arena.startWorker();
  const ids: string[] = [];
  for (let index = 0; index < 20; index += 1) ids.push(await stack.campaign({ size: 50, gapMs: 3_000 }));
  for (const id of ids) await stack.arena.untilState(id, 'finished', 120_000);
  await stack.arena.kill(worker, 'SIGTERM');
  const batches = await stack.arena.db
    .selectFrom('batch')
    .select(['planned_at', 'started_at'])
    .where('number', '>', 1)
    .execute();
  const lateness = batches.map(({ planned_at, started_at }) => started_at.getTime() - planned_at.getTime());
  return [{ name: 'batch lateness, 20 campaigns, p99', value: percentile(lateness, 99), unit: 'ms' }];
}

/** A worker is killed in the middle of a batch and started again: how long until mails leave again. */
async function measureRecovery(stack: BenchStack): Promise<Figure[]> {
  await stack.contacts(40_000);
  const worker = await stack.arena.startWorker();
  const id = await stack.campaign({ size: 40_000, gapMs: 1_000 });
  await stack.untilSent(id, 1_000);
  await stack.arena.kill(worker);
  const killedAt = performance.now();
  const sent = await stack.countSent(id);
  const next = await stack.arena.startWorker();
  await stack.untilSent(id, sent + 1);
  const recoveredMs = performance.now() - killedAt;
  await stack.arena.kill(next);
  return [{ name: 'worker killed, sending again after', value: recoveredMs / 1_000, unit: 's' }];
}
