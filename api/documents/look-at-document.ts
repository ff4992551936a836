import {
  documentTypes,
  maxDocumentBytes,
  sayBytes,
  type DocumentExtension,
} from '../../domain/document-type.ts';
import { DocumentRefused } from './document-refused.ts';
import { knownSignature, signatureBytes } from './known-signature.ts';
import { lookAtOle } from './look-at-ole.ts';
import { lookAtArchive } from './look-at-ooxml.ts';
import { faultOfText } from './look-at-text.ts';
import type { OpenedFile } from './opened-file.ts';

/**
 * Whether a file is what its name says, by its bytes. Throws DocumentRefused. What is not looked for: passwords and scripts of a PDF (many
 * may be opened without one; most are printed with limits only), and whether a page or a workbook makes sense.
 */
export async function lookAtDocument(file: OpenedFile, extension: DocumentExtension): Promise<void> {
  refuseSize(file.name, file.size);
  const opening = await file.read(0, signatureBytes);
  switch (extension) {
    case 'pdf':
      return lookAtPdf(file, opening);
    case 'docx':
    case 'xlsx':
      return lookAtNewOffice(file, opening, extension);
    case 'doc':
    case 'xls':
      return lookAtOldOffice(file, opening, extension);
    case 'txt':
    case 'html':
    case 'xml': {
      const fault = await faultOfText(file, extension);
      const known = knownSignature(opening);
      // They can be made of letters alone. A text may well begin as a program does ("MZ 2000"); a program is no text.
      const isOther = known === 'a PDF file' || known === 'an RTF document';
      if (fault !== null || isOther)
        throw no(file, extension, known === null ? (fault ?? '') : `is ${known} by its content`);
    }
  }
}

/** Throws DocumentRefused for what can be said by the size alone. */
export function refuseSize(name: string, size: number): void {
  if (size === 0)
    throw new DocumentRefused('empty', `"${name}" is empty (0 bytes); was it saved and copied as a whole?`);
  if (size > maxDocumentBytes)
    throw new DocumentRefused(
      'tooLarge',
      `"${name}" is larger than ${sayBytes(maxDocumentBytes)} (${sayBytes(size)}); make it smaller, or put it on a web page and link to it`,
    );
}

/** The marks that every reader looks for at both ends (ISO 32000-1 7.5.2, 7.5.5). */
async function lookAtPdf(file: OpenedFile, opening: Buffer): Promise<void> {
  if (!opening.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw no(file, 'pdf', contentOf(opening));
  const tail = await file.read(Math.max(0, file.size - 1_024), 1_024);
  if (!tail.includes('%%EOF'))
    throw new DocumentRefused(
      'damaged',
      `"${file.name}" begins as a PDF, but has no end (%%EOF); was it copied as a whole? Copy it again`,
    );
}

async function lookAtNewOffice(file: OpenedFile, opening: Buffer, extension: 'docx' | 'xlsx'): Promise<void> {
  const known = knownSignature(opening);
  // One with a password is kept in the old form: that is said instead of "is an old Office file".
  if (known === 'an old Office file') await lookAtOle(file);
  if (known !== 'a zip archive or a newer Office file') throw no(file, extension, contentOf(opening));
  const kind = await lookAtArchive(file);
  if (kind === extension) return;
  const found = {
    docx: 'is a Word document by its content',
    xlsx: 'is an Excel workbook by its content',
    pptx: 'is a PowerPoint presentation by its content',
    archive: 'is a zip archive without the parts of an Office file',
  };
  throw no(file, extension, found[kind]);
}

async function lookAtOldOffice(file: OpenedFile, opening: Buffer, extension: 'doc' | 'xls'): Promise<void> {
  if (knownSignature(opening) !== 'an old Office file') throw no(file, extension, contentOf(opening));
  const kind = await lookAtOle(file);
  if (kind === extension) return;
  const found = {
    doc: 'is a Word document by its content',
    xls: 'is an Excel workbook by its content',
    ppt: 'is a PowerPoint presentation by its content',
    other: 'has no text and no workbook inside (such as an installer or a stored mail)',
  };
  throw no(file, extension, found[kind]);
}

function contentOf(opening: Buffer): string {
  const known = knownSignature(opening);
  return known === null ? 'has other first bytes' : `is ${known} by its content`;
}

/** `"offer.pdf" is a Windows program by its content, not a PDF file; …` */
function no({ name }: OpenedFile, extension: DocumentExtension, found: string): DocumentRefused {
  const { words } = documentTypes[extension];
  return new DocumentRefused(
    'type',
    `"${name}" ${found}, so it is not ${words} as its name says; give the file its right name, or save it as ${words}`,
  );
}
