import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from './process-identity.ts';

/** The server that works in this data folder now, if there is one, with its port. */
export function runningIn(data: string): { process: ProcessIdentity; port: number } | undefined {
  const lines = readLines(data);
  const pid = Number(lines?.[0]);
  const process = Number.isSafeInteger(pid) && pid > 1 ? identify(pid) : undefined;
  if (lines === undefined || process === undefined || !worksIn(pid, data)) return undefined;
  return { process, port: Number(lines[3]) };
}

/**
 * PostgreSQL removes the pid file of a dead server itself, but not when the pid now belongs to another process of
 * the same user (usual after a reboot or in a container): then it would never start again.
 */
export function removeStalePid(data: string): void {
  if (readLines(data) !== undefined && runningIn(data) === undefined) rmSync(join(data, 'postmaster.pid'));
}

function readLines(data: string): string[] | undefined {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** A server's working directory is its data folder: compared by device and inode, since paths have many names. */
function worksIn(pid: number, data: string): boolean {
  if (process.platform !== 'linux') return commandOf(pid).includes(data);
  try {
    const there = statSync(`/proc/${pid}/cwd`);
    const here = statSync(data);
    return there.dev === here.dev && there.ino === here.ino;
  } catch {
    return false; // ended meanwhile, or not ours to look at and so not our server
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
