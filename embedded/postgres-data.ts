import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from './server-user.ts';

/** The one role of the trial's server. */
export const role = 'sluice';

/** How the server names a folder or file of ours on its command line, and the descriptors it must inherit for that. */
export interface ServerPaths {
  readonly names: readonly string[];
  readonly descriptors: readonly number[];
  close(): void;
}

/**
 * Under root the server runs as `nobody`, who often cannot walk to a folder below a private home. The kernel lets
 * a process enter a folder by a descriptor that was opened for it, whatever lies above: so we open, it inherits,
 * and its path is /proc/self/fd/N. Elsewhere (no root, no Linux) plain paths do.
 */
export function serverPaths(user: ServerUser | undefined, ...paths: string[]): ServerPaths {
  if (user === undefined || process.platform !== 'linux') {
    return { names: paths, descriptors: [], close: () => undefined };
  }
  const descriptors = paths.map((path) => openSync(path, 'r'));
  return {
    // A child's descriptors are numbered by their place in `stdio`, after stdin, stdout and stderr.
    names: descriptors.map((_, index) => `/proc/self/fd/${index + 3}`),
    descriptors,
    close: () => descriptors.forEach((descriptor) => closeSync(descriptor)),
  };
}

/** `dir`/data, made by initdb the first time; a first time that was interrupted leaves nothing that looks finished. */
export async function prepareData(
  dir: string,
  runtime: string,
  user: ServerUser | undefined,
  fast: boolean,
): Promise<string> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const data = join(dir, 'data');
  if (existsSync(data)) return data;
  for (const name of readdirSync(dir).filter((name) => name.startsWith('data.new-'))) {
    rmSync(join(dir, name), { recursive: true, force: true });
  }
  const building = join(dir, `data.new-${randomBytes(4).toString('hex')}`);
  mkdirSync(building, { mode: 0o700 });
  writeFileSync(passwordFile(dir), `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (user !== undefined) {
    chownSync(building, user.uid, user.gid);
    chownSync(passwordFile(dir), user.uid, user.gid);
  }
  await initdb(building, passwordFile(dir), runtime, user, fast);
  renameSync(building, data);
  return data;
}

/** The server's password, made by chance when its data were made; only we and the server can read it. */
export function readPassword(dir: string): string {
  return readFileSync(passwordFile(dir), 'utf8').trim();
}

function passwordFile(dir: string): string {
  return join(dir, 'password');
}

async function initdb(
  data: string,
  password: string,
  runtime: string,
  user: ServerUser | undefined,
  fast: boolean,
): Promise<void> {
  const paths = serverPaths(user, data, password);
  const [dataName, passwordName] = paths.names;
  const settings = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  // The built-in provider is the same on every machine: no dependence on the system's locales or ICU.
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'];
  const child = spawn(
    join(runtime, 'bin', 'initdb'),
    [
      `--pgdata=${dataName}`,
      `--username=${role}`,
      `--pwfile=${passwordName}`,
      ...settings,
      ...locale,
      ...(fast ? ['--no-sync'] : []),
    ],
    { ...user, cwd: '/', env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe', ...paths.descriptors] },
  );
  paths.close();
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`initdb failed for ${data}: ${said.trim()}`);
}

/** A server needs no secrets of ours, and PG* variables or a foreign locale must not change what it does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
