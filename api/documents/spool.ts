import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxDocumentBytes } from '../../domain/document-type.ts';
import { refuseSize } from './look-at-document.ts';
import { openedFile, type OpenedFile } from './opened-file.ts';

/**
 * Keeps a stream in a temporary file while `work` looks at it: what a document is stands at both its ends, and nothing may be stored
 * before that is known. The file has no name as soon as it is open, so that nothing of it stays whatever happens. Throws
 * DocumentRefused as soon as it is too large.
 */
export async function withSpooled<T>(
  source: AsyncIterable<Uint8Array>,
  name: string,
  work: (file: OpenedFile) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `sluice-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    // Windows keeps the name until the handle is closed.
    await unlink(path).catch(() => undefined);
    return await work(openedFile(handle, name, await writeAll(handle, source, name)));
  } finally {
    await handle.close();
    await unlink(path).catch(() => undefined);
  }
}

async function writeAll(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  name: string,
): Promise<number> {
  let size = 0;
  for await (const piece of source) {
    size += piece.length;
    if (size > maxDocumentBytes) refuseSize(name, size);
    await handle.writeFile(piece);
  }
  return size;
}
