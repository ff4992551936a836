import { inflateRawSync } from 'node:zlib';
import { DocumentRefused } from './document-refused.ts';
import type { OpenedFile } from './opened-file.ts';

/** One file of a zip archive, as the directory at its end announces it (APPNOTE 4.3.12). */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly at: number;
}

/** More files than any office program writes. */
const maxEntries = 10_000;
const maxDirectoryBytes = 8_000_000;

/** The directory of a zip archive: what it would unpack to, without unpacking. Throws DocumentRefused. */
export async function readZipDirectory(file: OpenedFile): Promise<ZipEntry[]> {
  const { count, bytes, at } = await readEnd(file);
  if (count > maxEntries)
    throw new DocumentRefused(
      'bomb',
      `"${file.name}" announces ${count} files inside, at most ${maxEntries} are taken; save it anew with the office program`,
    );
  if (bytes > maxDirectoryBytes || at + bytes > file.size) throw damaged(file);
  const directory = await file.read(at, bytes);
  const entries: ZipEntry[] = [];
  for (let position = 0; entries.length < count;) {
    if (position + 46 > directory.length || directory.readUInt32LE(position) !== 0x02_01_4b_50)
      throw damaged(file);
    const nameLength = directory.readUInt16LE(position + 28);
    const extraLength = directory.readUInt16LE(position + 30);
    const end = position + 46 + nameLength + extraLength + directory.readUInt16LE(position + 32);
    if (end > directory.length) throw damaged(file);
    entries.push(readEntry(directory.subarray(position, end), nameLength, extraLength));
    position = end;
  }
  return entries;
}

/** The bytes of one small file inside; null when it cannot be unpacked to at most so many. */
export async function unpackSmall(
  file: OpenedFile,
  { at, method, packedBytes }: ZipEntry,
  maxBytes: number,
): Promise<Buffer | null> {
  const head = await file.read(at, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== 0x04_03_4b_50 || packedBytes > maxBytes) return null;
  const packed = await file.read(at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28), packedBytes);
  if (method === 0) return packed;
  try {
    return inflateRawSync(packed, { maxOutputLength: maxBytes });
  } catch {
    return null; // too large, or no deflate
  }
}

interface DirectoryPlace {
  readonly count: number;
  readonly bytes: number;
  readonly at: number;
}

/** The end record is the last thing in the file, with a comment of up to 65,535 bytes (4.3.16). */
async function readEnd(file: OpenedFile): Promise<DirectoryPlace> {
  const tailAt = Math.max(0, file.size - 22 - 65_535);
  const tail = await file.read(tailAt, file.size - tailAt);
  for (let position = tail.length - 22; position >= 0; position -= 1) {
    if (tail.readUInt32LE(position) !== 0x06_05_4b_50) continue;
    if (position + 22 + tail.readUInt16LE(position + 20) !== tail.length) continue;
    const place = {
      count: tail.readUInt16LE(position + 10),
      bytes: tail.readUInt32LE(position + 12),
      at: tail.readUInt32LE(position + 16),
    };
    const isLarge = place.count === 0xff_ff || place.bytes === 0xff_ff_ff_ff || place.at === 0xff_ff_ff_ff;
    return isLarge ? readLargeEnd(file, tailAt + position) : place;
  }
  throw damaged(file);
}

/** Zip64 (4.3.14, 4.3.15): some programs write it for small files, too. */
async function readLargeEnd(file: OpenedFile, endAt: number): Promise<DirectoryPlace> {
  const locator = await file.read(Math.max(0, endAt - 20), 20);
  if (locator.length < 20 || locator.readUInt32LE(0) !== 0x07_06_4b_50) throw damaged(file);
  const record = await file.read(Number(locator.readBigUInt64LE(8)), 56);
  if (record.length < 56 || record.readUInt32LE(0) !== 0x06_06_4b_50) throw damaged(file);
  return {
    count: Number(record.readBigUInt64LE(32)),
    bytes: Number(record.readBigUInt64LE(40)),
    at: Number(record.readBigUInt64LE(48)),
  };
}

function readEntry(record: Buffer, nameLength: number, extraLength: number): ZipEntry {
  const large = largeSizes(record.subarray(46 + nameLength, 46 + nameLength + extraLength));
  const size = (position: number): number => {
    const written = record.readUInt32LE(position);
    return written === 0xff_ff_ff_ff ? (large.shift() ?? written) : written;
  };
  // In this order they stand in the zip64 field (4.5.3), those that are needed only.
  const bytes = size(24);
  const packedBytes = size(20);
  const at = size(42);
  return {
    name: record.subarray(46, 46 + nameLength).toString('utf8'),
    method: record.readUInt16LE(10),
    encrypted: (record.readUInt16LE(8) & 1) !== 0,
    packedBytes,
    bytes,
    at,
  };
}

function largeSizes(extra: Buffer): number[] {
  for (let position = 0; position + 4 <= extra.length;) {
    const length = extra.readUInt16LE(position + 2);
    const value = extra.subarray(position + 4, position + 4 + length);
    if (extra.readUInt16LE(position) === 1)
      return Array.from({ length: Math.floor(value.length / 8) }, (_, index) =>
        Number(value.readBigUInt64LE(index * 8)),
      );
    position += 4 + length;
  }
  return [];
}

function damaged({ name }: OpenedFile): DocumentRefused {
  return new DocumentRefused(
    'damaged',
    `"${name}" begins as a zip archive, but its directory at the end is missing or damaged; was it copied as a whole? Copy it again`,
  );
}
