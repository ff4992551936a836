import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
// Mail servers are run by root only, and cannot live in a folder with blanks in its name: not in the working copy.
const mailServers = '/var/cache/sluice/mta';

/** For programs that run from the working copy, whatever its folder is called. */
export const programCache = join(
  fileURLToPath(new URL('../../../', import.meta.url)),
  'node_modules',
  '.cache',
  'sluice',
);

/** Where the unpacked programs of a folder find their libraries. */
export function librariesOf(folder: string): string[] {
  const files = ['lib', 'usr/lib'].flatMap((part) => {
    const at = join(folder, part);
    return existsSync(at)
      ? readdirSync(at, { recursive: true, encoding: 'utf8' }).map((each) => join(at, each))
      : [];
  });
  return [...new Set(files.filter((file) => /\.so(\.\d+)*$/.test(file)).map((file) => dirname(file)))];
}

/** The folder with the unpacked files of Debian packages, or why there is none. */
type Unpacked = { readonly folder: string } | { readonly missing: string };

/**
 * Downloads Debian packages and unpacks them into a cache of this machine, without installing them: mail servers
 * conflict with each other as packages, and a test must not change the machine. The second time nothing is downloaded.
 */
export async function unpackPackages(
  packages: readonly string[],
  cache = mailServers,
  name = packages.join('+'),
): Promise<Unpacked> {
  const folder = join(cache, name);
  if (existsSync(folder)) return { folder };
  if (process.platform !== 'linux') return { missing: 'needs Linux' };
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'download-'));
  try {
    await run('apt-get', ['-q', 'download', ...packages], { cwd: work, timeout: 60_000 });
    for (const file of await readdir(work)) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, 'files'], { cwd: work });
    }
    await rename(join(work, 'files'), folder);
    return { folder };
  } catch (error) {
    return { missing: `apt-get download ${packages.join(' ')} failed (${reason(error)})` };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? error.message) : String(error);
}
