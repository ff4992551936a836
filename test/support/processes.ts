import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program of this repository (its source, or what the build made of it) as a process of its own; what it says on standard error comes through. */
export function spawnProgram(
  path: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): ChildProcess {
  const loader = path.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return spawn(process.execPath, [...loader, join(root, path), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The first line of output that `matches`; rejects when the process ends before. */
export async function firstLine(child: ChildProcess, matches: (line: string) => boolean): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the process has no output');
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      if (matches(line)) resolve(line);
    });
    child.once('exit', (code) =>
      reject(new Error(`the process ended with ${code} before it said what was awaited`)),
    );
  });
}

/** Ends a process and waits until it is gone. */
export async function endProgram(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

/** Asks again until `look` finds something; throws what was awaited after `deadlineMs`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  deadlineMs = 60_000,
): Promise<T> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
