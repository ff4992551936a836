import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
/** Where browsers of this family are that no PATH names. */
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A browser of the Chromium family on this machine: the one that was named, else the first on the PATH. Throws Failure with the ways to have one. */
export function findBrowser(named: string | undefined, { env, folder }: Surroundings): string {
  if (named !== undefined) {
    const path = join(named.startsWith('/') ? '' : folder, named);
    if (isProgram(path)) return path;
    throw new Failure(2, `--browser ${named} is no program; give the path of Chromium or Chrome`);
  }
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((each) => each !== '')
    .flatMap((each) => names.map((name) => join(each, name)));
  const found = [...onPath, ...applications].find(isProgram);
  if (found !== undefined) return found;
  throw new Failure(
    3,
    `a picture needs a browser, and none of ${names.join(', ')} is on the PATH; install Chromium or give --browser PATH, or look at the HTML part (--html FILE)`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
