/** What a file that is no text is, by its first bytes; null when nothing speaks against text. */
export function binaryKind(opening: Buffer): string | null {
  const known = signatures.find(({ magic }) => opening.subarray(0, magic.length).equals(magic));
  return known?.name ?? null;
}

/** As many first bytes as a signature can need. */
export const signatureBytes = 8;

const signatures = [
  { name: 'an Excel workbook or another zip file', magic: Buffer.from('PK\u0003\u0004', 'latin1') },
  { name: 'an old Excel or Word file', magic: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]) },
  { name: 'a PNG image', magic: Buffer.from([0x89, 0x50, 0x4e, 0x47]) },
  { name: 'a JPEG image', magic: Buffer.from([0xff, 0xd8, 0xff]) },
  { name: 'a PDF file', magic: Buffer.from('%PDF-', 'latin1') },
  { name: 'a gzip file', magic: Buffer.from([0x1f, 0x8b]) },
];
