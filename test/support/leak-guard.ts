import { readdirSync, readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { until } from '../../embedded/until.ts';

// A setup file: its afterAll is registered first and so runs last, after the test file's own clean-up.
const before = new Set(children());

afterAll(async () => {
  // A process that was just told to end may need a moment.
  await until(
    () => leaked().length === 0,
    30_000,
    () => `processes were left running: ${leaked().join(', ')}`,
  );
});

function leaked(): string[] {
  return children().filter((child) => !before.has(child));
}

/** Living child processes as "pid name"; empty where there is no /proc. */
function children(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(stat(pid)) ?? [];
      return Number(parent) === process.pid && state !== 'Z' ? [`${pid} ${name}`] : [];
    });
}

function stat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return ''; // ended meanwhile
  }
}
