import type { Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { UnreadableFile } from '../import/unreadable-file.ts';

/** The parts of an Office Open XML package (ECMA-376-2): files of a zip by their names. */
export interface Package {
  readonly has: (name: string) => boolean;
  /** Inflates a part as it is read. Throws UnreadableFile for a part that there is not, or that may not be read. */
  readonly open: (name: string) => Promise<Readable>;
  readonly close: () => void;
}

const mostEntries = 10_000;
/** What a part may become. Reading takes time for every byte, however little memory it takes. */
const maxPartBytes = 2_000_000_000;
/** Tables are packed to a tenth or a fiftieth, seldom to more; a bomb to a thousandth. Small parts may be anything. */
const mostRatio = 400;
const smallPartBytes = 20_000_000;

/**
 * Opens the zip at a path. Sizes are checked as they are declared; yauzl breaks off where the real ones differ.
 * Throws UnreadableFile when it is no zip file of an acceptable make.
 */
export async function openPackage(path: string): Promise<Package> {
  const zip = await yauzl
    .openPromise(path, { autoClose: false, lazyEntries: true })
    .catch((error: unknown) => {
      throw damaged(error);
    });
  try {
    if (zip.entryCount > mostEntries)
      throw new UnreadableFile(
        'workbook',
        `the workbook is a zip of ${zip.entryCount} files; ${mostEntries} are possible. Save the sheet as CSV`,
      );
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(partName(entry.fileName), entry);
    return {
      has: (name) => entries.has(partName(name)),
      open: async (name) => openPart(zip, entries.get(partName(name)), name),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof UnreadableFile ? error : damaged(error);
  }
}

/** What the XML or zip parser found, as a refusal. */
export function damaged(cause: unknown): UnreadableFile {
  if (cause instanceof UnreadableFile) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UnreadableFile(
    'workbook',
    `the file is no readable XLSX workbook (${why.slice(0, 200)}); open it in a spreadsheet and save it as .xlsx, or as CSV`,
    cause,
  );
}

/** Names of parts are compared without case (ECMA-376-2 6.2.2.3). */
function partName(name: string): string {
  return name.replace(/^\/+/, '').toLowerCase();
}

async function openPart(zip: ZipFile, entry: Entry | undefined, name: string): Promise<Readable> {
  if (entry === undefined) throw damaged(new Error(`${name} is missing`));
  if (entry.isEncrypted())
    throw new UnreadableFile('workbook', 'the workbook is encrypted; save it without a password, or as CSV');
  const { compressedSize, uncompressedSize } = entry;
  const packed = uncompressedSize > smallPartBytes && uncompressedSize > compressedSize * mostRatio;
  if (uncompressedSize > maxPartBytes || packed)
    throw new UnreadableFile(
      'tooLarge',
      `${name} of the workbook would become ${Math.round(uncompressedSize / 1e6)} MB from ${(compressedSize / 1e6).toFixed(1)} MB; save the sheet as CSV`,
    );
  return zip.openReadStreamPromise(entry).catch((error: unknown) => {
    throw damaged(error);
  });
}
