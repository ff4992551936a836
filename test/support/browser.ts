import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findBrowser } from '../../cli/browser.ts';
import { processSurroundings } from '../../cli/process-surroundings.ts';
import { librariesOf, programCache, unpackPackages } from './mta/packages.ts';

const run = promisify(execFile);

export interface Browser {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A real browser: the one of this machine, else Debian's Chromium with what this machine lacks for it, unpacked and not installed. */
export async function findTestBrowser(): Promise<Browser | { readonly missing: string }> {
  try {
    return { program: findBrowser(undefined, processSurroundings()), env: {} };
  } catch {
    return unpackChromium();
  }
}

async function unpackChromium(): Promise<Browser | { readonly missing: string }> {
  try {
    const unpacked = await unpackPackages(await packagesOfChromium(), programCache, 'chromium');
    if ('missing' in unpacked) return unpacked;
    return {
      program: join(unpacked.folder, 'usr', 'lib', 'chromium', 'chromium'),
      env: { LD_LIBRARY_PATH: librariesOf(unpacked.folder).join(delimiter) },
    };
  } catch (error) {
    return {
      missing: `no browser is installed, and the package of Chromium cannot be had (${String(error)})`,
    };
  }
}

/** Its package and those that an installation would bring to this machine. */
async function packagesOfChromium(): Promise<string[]> {
  const words = ['-y', '--no-install-recommends', '--print-uris', 'install', 'chromium'];
  const { stdout } = await run('apt-get', words, { timeout: 20_000 });
  return [...stdout.matchAll(/^'[^']+' ([a-z0-9.+-]+)_/gm)].map(([, name = '']) => name);
}
