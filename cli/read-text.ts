import { readFileSync, statSync } from 'node:fs';
import { usage } from './failure.ts';

/** A text file that was named on the command line. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'there is no such file'
        : 'it cannot be read';
    throw usage(`${path}: ${why}`);
  }
}

/** The path of a file that was named on the command line and is there. */
export function existingFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw usage(`${path}: there is no such file`);
  if (!found.isFile()) throw usage(`${path} is no file`);
  return path;
}
