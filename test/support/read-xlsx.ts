import { inflateRawSync } from 'node:zlib';

export type ReadCell = { readonly type: string; readonly style: string; readonly text: string };

/** The parts of a zip file, read from its central directory (APPNOTE 4.3.12) without the library that wrote it. */
export function unzip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = zip.readUInt16LE(end + 10);
  const parts = new Map<string, Buffer>();
  for (let at = zip.readUInt32LE(end + 16), n = 0; n < count; n++) {
    const [compressed, nameLength] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
    const [extra, comment, local] = [
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(from, from + compressed);
    parts.set(name, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes);
    at += 46 + nameLength + extra + comment;
  }
  return parts;
}

/** The cells of each row of a sheet by their places, with the texts as a spreadsheet shows them. */
export function readSheet(parts: Map<string, Buffer>, number = 1): Map<string, ReadCell> {
  const xml = parts.get(`xl/worksheets/sheet${number}.xml`)?.toString('utf8') ?? '';
  const cells = new Map<string, ReadCell>();
  for (const [, attributes = '', inside = ''] of xml.matchAll(/<c ([^>]*)>(.*?)<\/c>/gs)) {
    const of = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
    const text = /<(?:t|v)[^>]*>(.*?)<\/(?:t|v)>/s.exec(inside)?.[1] ?? '';
    cells.set(of('r'), { type: of('t'), style: of('s'), text: unescape(text) });
  }
  return cells;
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/_x([0-9A-F]{4})_/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
