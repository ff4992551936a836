import { sayBytes } from '../../domain/document-type.ts';
import { DocumentRefused } from './document-refused.ts';
import type { OpenedFile } from './opened-file.ts';
import { readZipDirectory, unpackSmall, type ZipEntry } from './zip-directory.ts';

/** What a zip archive by its parts is. */
export type ArchiveKind = 'docx' | 'xlsx' | 'pptx' | 'archive';

/** More than any office program can open, however small it is packed. */
const maxUnpackedBytes = 500_000_000;
/** Text packs to a tenth, tables of the same value to a fiftieth; up to 10 MB nobody is hurt. */
const maxRatio = 100;
const harmlessBytes = 10_000_000;
const maxTypesBytes = 1_000_000;

/**
 * Looks at a newer Office file by the directory of its archive; of its parts only the list of types is unpacked. Throws DocumentRefused
 * for what would unpack to too much, macros, encryption, and a directory that lies where that can be seen without unpacking.
 */
export async function lookAtArchive(file: OpenedFile): Promise<ArchiveKind> {
  const entries = await readZipDirectory(file);
  refuseBomb(file, entries);
  refuseTricks(file, entries);
  const names = entries.map(({ name }) => name.replaceAll('\\', '/').toLowerCase());
  const types = entries[names.indexOf('[content_types].xml')];
  if (types === undefined) return 'archive';
  await refuseMacros(file, names, types);
  if (names.some((name) => name.startsWith('word/'))) return 'docx';
  if (names.some((name) => name.startsWith('xl/'))) return 'xlsx';
  return names.some((name) => name.startsWith('ppt/')) ? 'pptx' : 'archive';
}

function refuseBomb(file: OpenedFile, entries: readonly ZipEntry[]): void {
  const unpacked = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const isBomb = unpacked > maxUnpackedBytes || (unpacked > harmlessBytes && unpacked > maxRatio * file.size);
  if (isBomb)
    throw new DocumentRefused(
      'bomb',
      `"${file.name}" (${sayBytes(file.size)}) would unpack to ${sayBytes(unpacked)}; at most ${sayBytes(maxUnpackedBytes)} and ` +
        `${maxRatio} times its size are taken. Save it anew with the office program, or send it as a PDF`,
    );
}

/** Parts that share bytes, or that cannot have the size they announce: made to unpack to more than the directory says. */
function refuseTricks(file: OpenedFile, entries: readonly ZipEntry[]): void {
  let end = 0;
  for (const { name, at, method, packedBytes, bytes, encrypted } of [...entries].sort(
    (a, b) => a.at - b.at,
  )) {
    if (encrypted)
      throw new DocumentRefused(
        'encrypted',
        `"${file.name}" is encrypted inside; save it without a password`,
      );
    const fits =
      method === 0
        ? packedBytes === bytes
        : method === 8 && bytes <= packedBytes * 1_032 + 64 && packedBytes <= bytes * 1.1 + 1_024;
    const isPath = /^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(name);
    if (!fits || isPath || at < end || at + 30 + packedBytes > file.size)
      throw new DocumentRefused(
        'damaged',
        `"${file.name}" is no archive that an office program writes (its part ${JSON.stringify(name.slice(0, 100))} overlaps another one, ` +
          `leads out of it or has an impossible size); save it anew with the office program`,
      );
    end = at + 30 + packedBytes;
  }
}

async function refuseMacros(file: OpenedFile, names: readonly string[], types: ZipEntry): Promise<void> {
  const list = await unpackSmall(file, types, maxTypesBytes);
  if (list === null)
    throw new DocumentRefused(
      'damaged',
      `the list of types inside "${file.name}" cannot be read; save it anew with the office program`,
    );
  const declared = /macroenabled|vbaproject/i.test(list.toString('utf8').replaceAll('\0', ''));
  const parts = names.some((name) => /(?:^|\/)vbaproject\.bin$|\/macrosheets\//.test(name));
  if (declared || parts) throw macros(file);
}

export function macros({ name }: OpenedFile): DocumentRefused {
  return new DocumentRefused(
    'macros',
    `"${name}" has macros, which recipients' programs block; save it as .docx or .xlsx without macros, or as a PDF`,
  );
}
