/** The kinds of files that may go out with a mail, by the extension of their name. */
export const documentTypes = {
  pdf: { type: 'application/pdf', words: 'a PDF file' },
  txt: { type: 'text/plain', words: 'a text file' },
  html: { type: 'text/html', words: 'an HTML page' },
  xml: { type: 'application/xml', words: 'an XML file' },
  xls: { type: 'application/vnd.ms-excel', words: 'an old Excel workbook' },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    words: 'an Excel workbook',
  },
  doc: { type: 'application/msword', words: 'an old Word document' },
  docx: {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    words: 'a Word document',
  },
} as const;

export type DocumentExtension = keyof typeof documentTypes;

export const documentExtensions: readonly DocumentExtension[] = [
  'pdf',
  'txt',
  'html',
  'xml',
  'xls',
  'xlsx',
  'doc',
  'docx',
];

/** The kind that a name promises; null when it is none that may go out. `.htm` is `.html`. */
export function extensionOf(name: string): DocumentExtension | null {
  const written = /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase();
  const wanted = written === 'htm' ? 'html' : written;
  return documentExtensions.find((each) => each === wanted) ?? null;
}

/** The largest file that can be a document at all, as a link; 100 MB. */
export const maxDocumentBytes = 100_000_000;

/** `10.5 MB`, `340 kB`, `12 bytes`, as people count (decimal); rounded down, so that a limit is never shown as kept when it was not. */
export function sayBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.floor(bytes / 1_000)} kB`;
  return `${Math.floor(bytes / 100_000) / 10} MB`;
}
