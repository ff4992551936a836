import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endProcess, gone } from './end-process.ts';
import { identify, signalProcess } from './process-identity.ts';
import type { Running } from './supervise.ts';

export interface NodeProcessOptions {
  /** Entry point relative to the program's folder, without extension: `worker/main`. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** File for its output, appended. */
  readonly log: string;
  /** How long it may take to end after SIGTERM. */
  readonly patienceMs?: number;
}

/** Starts one of our own entry points as a process, from sources or from a build, whichever we are. */
export async function startNode(options: NodeProcessOptions): Promise<Running> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const entry = fileURLToPath(new URL(`../${options.entry}${extension}`, import.meta.url));
  const loader = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn(
    process.execPath,
    [...loader, ...(options.nodeArgs ?? []), '--enable-source-maps', entry, ...(options.args ?? [])],
    {
      env: options.env,
      stdio: ['ignore', log, log],
      // Ctrl-C goes to the whole process group; the parts are ended one after the other by us.
      detached: true,
    },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const identity = identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startedAt: '' };
  return {
    pid: identity.pid,
    ended,
    stop: async () => {
      await endProcess(identity, 'SIGTERM', options.patienceMs ?? 20_000);
      await ended;
    },
    kill: async (signal = 'SIGKILL') => {
      signalProcess(identity, signal);
      await gone(identity, 20_000);
      await ended;
    },
  };
}
