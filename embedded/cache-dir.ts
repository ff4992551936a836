import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Folder for what is fetched once per user: $XDG_CACHE_HOME/sluice or ~/.cache/sluice, and the data folder
 * when neither can be written (a home that does not exist, a read-only one).
 */
export function userCacheDir(dataDir = process.env['SLUICE_DATA_DIR'] ?? '.sluice'): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  const places = [
    // The XDG base directory specification: a relative path is invalid and must be ignored.
    ...(xdg !== undefined && isAbsolute(xdg) ? [join(xdg, 'sluice')] : []),
    join(homedir(), '.cache', 'sluice'),
  ];
  return places.find(isWritable) ?? made(resolve(dataDir, 'cache'));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(made(folder), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
