import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identify, isAlive } from './process-identity.ts';

const holderSchema = z.object({ pid: z.number(), startedAt: z.string() });

/**
 * Makes this process the only one that runs a stack in the folder; gives the function that releases it. The lock of a
 * process that is dead (kill -9, power failure) does not count, also when its pid is used again.
 */
export function lockStack(dataDir: string): () => void {
  const lock = join(dataDir, 'stack.lock');
  const own = join(dataDir, `stack.lock.${randomUUID()}`);
  writeFileSync(own, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (taken(own, lock)) return () => rmSync(lock, { force: true });
      const text = readText(lock);
      const holder = parse(text);
      if (holder !== undefined && isAlive(holder)) {
        throw new Error(
          `a stack (pid ${holder.pid}) already runs in ${dataDir}; ` +
            `end it with Ctrl-C in its terminal or "kill ${holder.pid}", or set SLUICE_DATA_DIR to another folder`,
        );
      }
      removeStale(lock, text);
    }
    throw new Error(`${lock} could not be taken; remove it when no stack runs in ${dataDir}`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** link(2) either makes the name or fails: two processes cannot both succeed, and the file is never half written. */
function taken(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Between our look and the removal another process may have taken the lock: then it gets it back. */
function removeStale(lock: string, seen: string | undefined): void {
  const aside = `${lock}.stale-${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // somebody was quicker
  }
  if (readText(aside) !== seen) taken(aside, lock);
  rmSync(aside, { force: true });
}

function parse(text: string | undefined): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
