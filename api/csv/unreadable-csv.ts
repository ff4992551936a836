/** The file as a whole cannot be imported; the message says what was found and what would help. */
export class UnreadableCsv extends Error {
  readonly code: 'empty' | 'binary' | 'header';

  constructor(code: 'empty' | 'binary' | 'header', message: string) {
    super(message);
    this.name = 'UnreadableCsv';
    this.code = code;
  }
}
