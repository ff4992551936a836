import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startNode } from '../../embedded/node-process.ts';
import { endOrphans } from '../../embedded/orphans.ts';
import { identify } from '../../embedded/process-identity.ts';
import { StackFile } from '../../embedded/stack-file.ts';
import { lockStack } from '../../embedded/stack-lock.ts';
import { supervise } from '../../embedded/supervise.ts';
import { until } from '../../embedded/until.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-supervise-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const startSink = async () =>
  await startNode({ entry: 'embedded/sink/main', env: process.env, log: join(dir, 'sink.log') });

it('starts a part that died again, but not one that was killed on purpose', async () => {
  const said: string[] = [];
  const part = supervise({
    name: 'sink',
    start: startSink,
    say: (line) => said.push(line),
    changed: () => undefined,
  });
  await part.start();
  const first = part.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await until(
    () => part.pid !== undefined && part.pid !== first,
    20_000,
    () => 'it was not started again',
  );
  expect(said).toEqual(['sink has ended; it is started again']);
  await part.kill();
  expect(part.pid).toBeUndefined();
  await part.start();
  expect(part.pid).toBeDefined();
  const last = part.pid ?? 0;
  await part.stop();
  expect(identify(last)).toBeUndefined();
});

it('tells of nothing any more when it is down, however late the end of the process is heard', async () => {
  const told: (number | undefined)[] = [];
  let hear = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    hear = resolve;
  });
  // A process whose end is known before it is heard, as when another one looks at the table of processes.
  const late = async () => setTimeout(hear, 50);
  const part = supervise({
    name: 'late',
    start: async () => ({ pid: 1, ended, stop: async () => void late(), kill: async () => void late() }),
    say: () => undefined,
    changed: (pid) => told.push(pid),
  });
  await part.start();
  await part.stop();
  expect(told).toEqual([1, undefined]);
});

it('ends what a killed supervisor left behind, but never a process that only has its pid', async () => {
  const orphan = await startSink();
  const file = new StackFile(dir);
  file.setProcess('sink', orphan.pid);
  const [recorded] = new StackFile(dir).record.processes;
  const reused = { part: 'worker', pid: process.pid, startedAt: 'another boot:1' };
  const said: string[] = [];
  await endOrphans([recorded ?? reused, reused], join(dir, 'postgres'), (line) => said.push(line));
  await orphan.ended;
  expect(said).toEqual([`ending what a killed stack left running: sink (pid ${orphan.pid})`]);
});

it('lets one stack run in a folder, and takes over the lock of a dead one', () => {
  const unlock = lockStack(dir);
  expect(() => lockStack(dir)).toThrow(`a stack (pid ${process.pid}) already runs in ${dir}`);
  unlock();
  // The pid lives, but as another process than the one that took the lock.
  writeFileSync(join(dir, 'stack.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' }));
  lockStack(dir)();
  writeFileSync(join(dir, 'stack.lock'), 'half writ');
  lockStack(dir)();
});
