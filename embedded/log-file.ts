import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

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
