import { readFileSync } from 'node:fs';
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
