import { DocumentRefused } from './document-refused.ts';
import { macros } from './look-at-ooxml.ts';
import { readOleRoot, type OleEntry } from './ole-directory.ts';
import type { OpenedFile } from './opened-file.ts';

/** What an OLE compound file by its streams is. */
export type OleKind = 'doc' | 'xls' | 'ppt' | 'other';

/** Looks at an old Office file by the streams below its root. Throws DocumentRefused for damage, passwords and macros. */
export async function lookAtOle(file: OpenedFile): Promise<OleKind> {
  const entries = await readOleRoot(file);
  const find = (...names: string[]): OleEntry | undefined => entries.find(({ name }) => names.includes(name));
  // What Office makes of a .docx or .xlsx with a password ([MS-OFFCRYPTO] 2.3.1).
  if (find('EncryptedPackage') !== undefined) throw encrypted(file);
  const text = find('WordDocument');
  const workbook = find('Workbook', 'Book');
  if (text !== undefined && isEncryptedText(await text.opening())) throw encrypted(file);
  if (workbook !== undefined && isEncryptedWorkbook(await workbook.opening())) throw encrypted(file);
  if (find('Macros', '_VBA_PROJECT_CUR', '_VBA_PROJECT') !== undefined) throw macros(file);
  if (text !== undefined) return 'doc';
  if (workbook !== undefined) return 'xls';
  return find('PowerPoint Document') === undefined ? 'other' : 'ppt';
}

/** fEncrypted of the FIB ([MS-DOC] 2.5.2). */
function isEncryptedText(opening: Buffer): boolean {
  return opening.length >= 12 && (opening.readUInt16LE(10) & 0x01_00) !== 0;
}

/** A FilePass record near the beginning ([MS-XLS] 2.4.117). */
function isEncryptedWorkbook(opening: Buffer): boolean {
  for (let at = 0; at + 4 <= opening.length; at += 4 + opening.readUInt16LE(at + 2))
    if (opening.readUInt16LE(at) === 0x2f) return true;
  return false;
}

function encrypted({ name }: OpenedFile): DocumentRefused {
  return new DocumentRefused(
    'encrypted',
    `"${name}" is protected by a password, so its recipients could not open it; save it without one`,
  );
}
