export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

export const imageExtensions: Readonly<Record<ImageType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

export interface ImageFile {
  readonly type: ImageType;
  readonly width: number;
  readonly height: number;
}

/** What the bytes say by themselves: the kind of image and its size in pixels. Null: no image of a kind that mail readers show. */
export function readImageFile(bytes: Buffer): ImageFile | null {
  const start = bytes.toString('latin1', 0, 32);
  if (start.startsWith('\x89PNG\r\n\x1a\n') && start.slice(12, 16) === 'IHDR' && bytes.length >= 45)
    return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (/^GIF8[79]a/.test(start) && bytes.length >= 14)
    return { type: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (start.startsWith('\xff\xd8\xff')) return readJpeg(bytes);
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP' && bytes.length >= 30)
    return readWebp(bytes, start.slice(12, 16));
  return null;
}

/** Markers of a frame: baseline, progressive and their kin; not the tables that have numbers among them. */
const frame = /^[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]$/;

function readJpeg(bytes: Buffer): ImageFile | null {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const marker = String.fromCharCode(bytes[at + 1] ?? 0);
    if (frame.test(marker))
      return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    // Fill bytes may stand in front of a marker.
    at += marker === '\xff' ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

function readWebp(bytes: Buffer, chunk: string): ImageFile | null {
  const type = 'image/webp';
  if (chunk === 'VP8 ')
    return { type, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (chunk === 'VP8X')
    return { type, width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (chunk !== 'VP8L') return null;
  const bits = bytes.readUInt32LE(21);
  return { type, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}
