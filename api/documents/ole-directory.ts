import { DocumentRefused } from './document-refused.ts';
import type { OpenedFile } from './opened-file.ts';

/** One entry directly below the root of an OLE compound file ([MS-CFB] 2.6). */
export interface OleEntry {
  readonly name: string;
  /** The first bytes of a stream; empty for storages and for streams too small to matter here. */
  opening(): Promise<Buffer>;
}

const noStream = 0xff_ff_ff_ff;
/** 4,000 directory sectors hold 16,000 entries; real files have some dozens. */
const maxSectors = 4_000;

/** What is directly below the root of an old Office file. Throws DocumentRefused when it is damaged. */
export async function readOleRoot(file: OpenedFile): Promise<OleEntry[]> {
  const header = await file.read(0, 512);
  if (header.length < 512) throw damaged(file);
  const shift = header.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) throw damaged(file);
  const sectors = { file, header, shift, smallest: header.readUInt32LE(56) };
  const records = await readDirectory(sectors);
  return childrenOfRoot(file, records).map((record) => ({
    name: nameOf(record),
    opening: async () => {
      const isStream = record.readUInt8(66) === 2 && record.readUInt32LE(120) >= sectors.smallest;
      return isStream ? readSector(sectors, record.readUInt32LE(116)) : Buffer.alloc(0);
    },
  }));
}

interface Sectors {
  readonly file: OpenedFile;
  readonly header: Buffer;
  readonly shift: number;
  readonly smallest: number;
}

async function readSector({ file, shift }: Sectors, sector: number): Promise<Buffer> {
  const bytes = await file.read((sector + 1) * 2 ** shift, 2 ** shift);
  if (bytes.length < 2 ** shift) throw damaged(file);
  return bytes;
}

async function readDirectory(sectors: Sectors): Promise<Buffer[]> {
  const { file, header, shift } = sectors;
  const records: Buffer[] = [];
  const seen = new Set<number>();
  for (let sector = header.readUInt32LE(48); sector < 0xff_ff_ff_fa;) {
    if (seen.has(sector) || seen.size >= maxSectors) throw damaged(file);
    seen.add(sector);
    const bytes = await readSector(sectors, sector);
    for (let at = 0; at < 2 ** shift; at += 128) records.push(bytes.subarray(at, at + 128));
    sector = await nextSector(sectors, sector);
  }
  return records;
}

/** The file allocation table says which sector follows; where its own sectors are stands in the header and in a chain (2.5). */
async function nextSector(sectors: Sectors, sector: number): Promise<number> {
  const perSector = 2 ** sectors.shift / 4;
  const table = await tableSector(sectors, Math.floor(sector / perSector));
  return (await readSector(sectors, table)).readUInt32LE((sector % perSector) * 4);
}

async function tableSector(sectors: Sectors, index: number): Promise<number> {
  const { file, header, shift } = sectors;
  if (index < 109) return header.readUInt32LE(76 + index * 4);
  const perSector = 2 ** shift / 4 - 1;
  let place = header.readUInt32LE(68);
  for (let hops = Math.floor((index - 109) / perSector); hops > 0; hops -= 1) {
    if (hops > maxSectors) throw damaged(file);
    place = (await readSector(sectors, place)).readUInt32LE(perSector * 4);
  }
  return (await readSector(sectors, place)).readUInt32LE(((index - 109) % perSector) * 4);
}

/** Siblings are a tree: left, right; the root names its top (2.6.1). */
function childrenOfRoot(file: OpenedFile, records: readonly Buffer[]): Buffer[] {
  const [root] = records;
  if (root === undefined || root.readUInt8(66) !== 5) throw damaged(file);
  const children: Buffer[] = [];
  const seen = new Set<number>();
  const open = [root.readUInt32LE(76)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === noStream) continue;
    const record = records[id];
    if (record === undefined || seen.has(id)) throw damaged(file);
    seen.add(id);
    children.push(record);
    open.push(record.readUInt32LE(68), record.readUInt32LE(72));
  }
  return children;
}

function nameOf(record: Buffer): string {
  const bytes = Math.min(64, record.readUInt16LE(64));
  return record.subarray(0, Math.max(0, bytes - 2)).toString('utf16le');
}

function damaged({ name }: OpenedFile): DocumentRefused {
  return new DocumentRefused(
    'damaged',
    `"${name}" begins as an old Office file, but what follows is damaged; was it copied as a whole? Copy it again`,
  );
}
