import { closeSync, fstatSync, openSync, readdirSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes in the log now: what comes later is said by the part that is started next. */
export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What was logged after `offset`, at most the last 8 kB of it. */
export function logSince(file: string, offset: number): string {
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const from = Math.max(offset, size - 8_192);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    readSync(log, bytes, 0, bytes.length, from);
    return bytes.toString('utf8').trim();
  } finally {
    closeSync(log);
  }
}

const rotateBytes = 20_000_000;

/** Before a start: a log that has grown big becomes NAME.1, the one before that is given up. */
export function rotateLogs(folder: string): void {
  for (const name of readdirSync(folder)) {
    const log = join(folder, name);
    if (name.endsWith('.log') && logSize(log) > rotateBytes) renameSync(log, `${log}.1`);
  }
}
