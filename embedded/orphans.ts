import { endProcess } from './end-process.ts';
import { endPostgresIn } from './postgres.ts';
import { isAlive } from './process-identity.ts';
import type { StackRecord } from './stack-file.ts';

/** Clients first, so that nobody loses its server in the middle of its work. */
const order = ['worker', 'api', 'temporal', 'sink', 'postgres'];

/**
 * Ends what a killed stack left running: the recorded processes that still are the same ones (pid and start), and a
 * PostgreSQL that was killed before it could be recorded. Must be called under the stack's lock.
 */
export async function endOrphans(
  processes: StackRecord['processes'],
  postgresDir: string,
  say: (line: string) => void,
): Promise<void> {
  const left = processes.filter(isAlive);
  if (left.length > 0) {
    say(
      `ending what a killed stack left running: ${left.map(({ part, pid }) => `${part} (pid ${pid})`).join(', ')}`,
    );
  }
  for (const part of order) {
    const members = left.filter((process) => process.part.replace(/-\d+$/, '') === part);
    await Promise.all(members.map(async (process) => await endOrphan(process)));
  }
  await endPostgresIn(postgresDir);
}

async function endOrphan(process: StackRecord['processes'][number]): Promise<void> {
  const isPostgres = process.part === 'postgres';
  await endProcess(process, isPostgres ? 'SIGINT' : 'SIGTERM', isPostgres ? 60_000 : 20_000);
}
