/** A file that cannot be imported at all; the message says what it is and the way out. */
export class UnreadableFile extends Error {
  /** For programs: `empty`, `binary` (no text), `header`, `workbook` (no XLSX that can be read), `tooLarge`, `sheet`. */
  readonly code: 'empty' | 'binary' | 'header' | 'workbook' | 'tooLarge' | 'sheet';

  constructor(code: UnreadableFile['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableFile';
    this.code = code;
  }
}
