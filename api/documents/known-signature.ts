/** What a file is by its first bytes, in words; null when they say nothing. */
export function knownSignature(opening: Buffer): string | null {
  const known = signatures.find(({ magic }) => opening.subarray(0, magic.length).equals(magic));
  return known?.words ?? null;
}

/** Enough first bytes for each of them. */
export const signatureBytes = 16;

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const signatures: readonly { readonly words: string; readonly magic: Buffer }[] = [
  { words: 'a Windows program', magic: latin('MZ') },
  { words: 'a Linux program', magic: latin('\x7fELF') },
  { words: 'a macOS program', magic: latin('\xcf\xfa\xed\xfe') },
  { words: 'a macOS program', magic: latin('\xce\xfa\xed\xfe') },
  { words: 'a macOS or Java program', magic: latin('\xca\xfe\xba\xbe') },
  { words: 'a program (script)', magic: latin('#!') },
  { words: 'a Windows shortcut', magic: latin('L\0\0\0\x01\x14\x02\0') },
  { words: 'a PDF file', magic: latin('%PDF-') },
  { words: 'an RTF document', magic: latin('{\\rtf') },
  { words: 'a zip archive or a newer Office file', magic: latin('PK\x03\x04') },
  { words: 'an empty zip archive', magic: latin('PK\x05\x06') },
  { words: 'an old Office file', magic: latin('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') },
  { words: 'a RAR archive', magic: latin('Rar!') },
  { words: 'a 7-Zip archive', magic: latin('7z\xbc\xaf\x27\x1c') },
  { words: 'a gzip archive', magic: latin('\x1f\x8b') },
  { words: 'a PNG image', magic: latin('\x89PNG') },
  { words: 'a JPEG image', magic: latin('\xff\xd8\xff') },
  { words: 'a GIF image', magic: latin('GIF8') },
];
