import { isAlive, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { until } from './until.ts';

/** Ends a process: the gentle signal first, SIGKILL when it has not ended after `patienceMs`. */
export async function endProcess(
  target: ProcessIdentity,
  gentle: NodeJS.Signals = 'SIGTERM',
  patienceMs = 10_000,
): Promise<void> {
  if (!signalProcess(target, gentle)) return;
  try {
    await gone(target, patienceMs);
  } catch {
    signalProcess(target, 'SIGKILL');
    await gone(target, 10_000);
  }
}

/** Waits until the process has ended. */
export async function gone(target: ProcessIdentity, deadlineMs: number): Promise<void> {
  await until(
    () => !isAlive(target),
    deadlineMs,
    () => `process ${target.pid} did not end within ${deadlineMs} ms; end it by hand: kill -9 ${target.pid}`,
  );
}
