import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const launch = fileURLToPath(new URL('../../cli/launch.mjs', import.meta.url));

interface Demo {
  readonly output: () => string;
  readonly interrupt: () => void;
  readonly ended: Promise<number | null>;
}

/** Runs the demo as a user does, in a data folder of its own. */
function startDemo(folder: string): Demo {
  const child = spawn(process.execPath, [launch, 'demo'], {
    env: { ...process.env, SLUICE_DATA_DIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString('utf8')));
  child.stderr.on('data', (part: Buffer) => (output += part.toString('utf8')));
  return {
    output: () => output,
    interrupt: () => void child.kill('SIGINT'),
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('tells the whole story, proves it, and leaves nothing behind', async () => {
  const folder = ownFolder();
  const demo = startDemo(folder);
  const code = await demo.ended;
  const output = demo.output();
  expect(output).toContain('1,000 imported');
  expect(output).toMatch(/it counted [\d,]+ mails? in flight/);
  expect(output).toContain('and nothing else ✓');
  expect(output).toContain('50 every 2 s → 100 every 2 s');
  expect(output).toContain('Kill the worker with SIGKILL');
  expect(output).toContain('✓ The ledger and the sink agree, address by address.');
  expect(output).toMatch(/the run in the Temporal UI +http/);
  expect(code, output).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

it('cleans up when it is interrupted in the middle of a campaign', async () => {
  const folder = ownFolder();
  const demo = startDemo(folder);
  const deadline = Date.now() + 120_000;
  while (!demo.output().includes('of 1,000')) {
    if (Date.now() > deadline)
      throw new Error(`no campaign was under way within 2 minutes:\n${demo.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  demo.interrupt();
  expect(await demo.ended, demo.output()).toBe(0);
  expect(demo.output()).toContain('interrupted; cleaning up');
  expect(readdirSync(folder)).toEqual([]);
});
