import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnreadableFile } from '../import/unreadable-file.ts';

/** A file of an upload, on disk. */
export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  readonly opening: Buffer;
  readonly remove: () => Promise<void>;
}

/** Larger workbooks are exported as CSV, which has no limit. */
const maxBytes = 250_000_000;
const openingBytes = 4_096;

/** Keeps an upload in a temporary file that only this user can read: a zip file is read from its end. Throws UnreadableFile. */
export async function spool(source: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
  const path = join(tmpdir(), `sluice-${randomUUID()}.xlsx`);
  const remove = async (): Promise<void> => rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  const first: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source) {
      if (bytes < openingBytes) first.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw new UnreadableFile(
          'tooLarge',
          `a workbook has at most ${maxBytes / 1e6} MB; save it as CSV, which has no limit`,
        );
      await file.write(chunk);
    }
  } catch (error) {
    await file.close();
    await remove();
    throw error;
  }
  await file.close();
  return { path, bytes, opening: Buffer.concat(first).subarray(0, openingBytes), remove };
}
