/** Why a file cannot be a document. The message says fact, value and way out; nothing of it was kept. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused';
  readonly code: 'name' | 'empty' | 'tooLarge' | 'type' | 'damaged' | 'macros' | 'encrypted' | 'bomb';

  constructor(code: DocumentRefused['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
