import { deflateRawSync } from 'node:zlib';

/** One part of an archive; `lie` replaces what the directory says. */
export interface ZipPart {
  readonly name: string;
  readonly text: string | Buffer;
  readonly lie?: { readonly bytes?: number; readonly at?: number; readonly flags?: number };
}

/** A zip archive as APPNOTE has it, deflated, with honest headers unless a part lies. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, text, lie = {} } of parts) {
    const bytes = Buffer.from(text);
    const packed = deflateRawSync(bytes);
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04_03_4b_50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(label.length, 26);
    bodies.push(local, label, packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02_01_4b_50, 0);
    entry.writeUInt16LE(lie.flags ?? 0, 8);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(lie.bytes ?? bytes.length, 24);
    entry.writeUInt16LE(label.length, 28);
    entry.writeUInt32LE(lie.at ?? at, 42);
    directory.push(entry, label);
    at += local.length + label.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
}

const types = (main: string): string =>
  `<?xml version="1.0"?><Types><Override ContentType="${main}"/></Types>`;

export function docx(more: readonly ZipPart[] = [], main = 'wordprocessingml.document.main+xml'): Buffer {
  return zipOf([
    { name: '[Content_Types].xml', text: types(main) },
    { name: 'word/document.xml', text: '<w:document/>' },
    ...more,
  ]);
}

export function xlsx(more: readonly ZipPart[] = [], main = 'spreadsheetml.sheet.main+xml'): Buffer {
  return zipOf([
    { name: '[Content_Types].xml', text: types(main) },
    { name: 'xl/workbook.xml', text: '<workbook/>' },
    ...more,
  ]);
}

/** An OLE compound file ([MS-CFB]) with these streams below its root, 4,096 bytes each; a null is a storage. */
export function oleOf(streams: Readonly<Record<string, Buffer | null>>): Buffer {
  const names = Object.keys(streams);
  const directorySectors = Math.ceil((names.length + 1) / 4);
  const header = Buffer.alloc(512);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xff_fe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(1, 44);
  header.writeUInt32LE(1, 48);
  header.writeUInt32LE(4_096, 56);
  for (const place of [60, 68]) header.writeUInt32LE(0xff_ff_ff_fe, place);
  for (let i = 0; i < 109; i += 1) header.writeUInt32LE(i === 0 ? 0 : 0xff_ff_ff_ff, 76 + i * 4);
  const table = Buffer.alloc(512, 0xff);
  table.writeUInt32LE(0xff_ff_ff_fd, 0);
  const chain = (first: number, count: number): void => {
    for (let i = 0; i < count; i += 1)
      table.writeUInt32LE(i === count - 1 ? 0xff_ff_ff_fe : first + i + 1, (first + i) * 4);
  };
  chain(1, directorySectors);
  const records = [record('Root Entry', 5, names.length === 0 ? -1 : 1, -1)];
  const bodies: Buffer[] = [];
  let sector = 1 + directorySectors;
  names.forEach((name, index) => {
    const body = streams[name] ?? null;
    // Siblings in a row to the right: a tree, if not a balanced one.
    const right = index + 1 < names.length ? index + 2 : -1;
    records.push(record(name, body === null ? 1 : 2, -1, right, body === null ? 0 : sector));
    if (body === null) return;
    bodies.push(Buffer.concat([body, Buffer.alloc(4_096 - body.length)]));
    chain(sector, 8);
    sector += 8;
  });
  while (records.length < directorySectors * 4) records.push(Buffer.alloc(128));
  return Buffer.concat([header, table, ...records, ...bodies]);
}

function record(name: string, type: number, child: number, right: number, sector = 0): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.write(name, 0, 'utf16le');
  bytes.writeUInt16LE(name.length * 2 + 2, 64);
  bytes.writeUInt8(type, 66);
  bytes.writeInt32LE(-1, 68);
  bytes.writeInt32LE(right, 72);
  bytes.writeInt32LE(child, 76);
  bytes.writeUInt32LE(sector, 116);
  bytes.writeUInt32LE(type === 2 ? 4_096 : 0, 120);
  return bytes;
}

export function pdf(words = 'Price list'): Buffer {
  return Buffer.from(`%PDF-1.7\n1 0 obj\n(${words})\nendobj\ntrailer\n<< >>\nstartxref\n0\n%%EOF\n`);
}
