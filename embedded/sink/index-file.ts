import { fstatSync, readSync } from 'node:fs';

/** What an index file of whole lines holds: how many, up to which byte, and where every `stride`-th line begins. */
export function readIndex(file: number, stride: number): { lines: number; size: number; places: number[] } {
  const { size: fileSize } = fstatSync(file);
  const chunk = Buffer.alloc(1 << 20);
  const places: number[] = [];
  let lines = 0;
  let size = 0;
  for (let read = 0; read < fileSize;) {
    const got = readSync(file, chunk, 0, chunk.length, read);
    if (got === 0) break;
    for (let end = chunk.indexOf(10); end !== -1 && end < got; end = chunk.indexOf(10, end + 1)) {
      if (lines % stride === 0) places.push(size);
      lines += 1;
      size = read + end + 1;
    }
    read += got;
  }
  return { lines, size, places };
}
