import type { FileHandle } from 'node:fs/promises';

/** A file whose parts can be read in any order. */
export interface OpenedFile {
  /** As recipients would see it. */
  readonly name: string;
  readonly size: number;
  /** Up to so many bytes from there; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  /** All bytes from the beginning, each piece valid until the next one. */
  stream(): AsyncIterable<Uint8Array>;
}

const pieceBytes = 262_144;

export function openedFile(handle: FileHandle, name: string, size: number): OpenedFile {
  const read = async (position: number, length: number): Promise<Buffer> => {
    const wanted = Math.max(0, Math.min(length, size - position));
    const buffer = Buffer.alloc(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await handle.read(buffer, filled, wanted - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  };
  return { name, size, read, stream: () => stream(handle) };
}

/** To the end of the file as it is now, which may be another one than when it was opened: whoever reads compares. */
async function* stream(handle: FileHandle): AsyncIterable<Uint8Array> {
  const buffer = Buffer.alloc(pieceBytes);
  for (let position = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, pieceBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
