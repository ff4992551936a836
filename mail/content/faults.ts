/** One thing that is wrong with a content. `line` and `column` count from 1 in the source as the user wrote it. */
export interface ContentFault {
  /** JSON pointer into the campaign body, such as `/content/mjml`. */
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

/** The content cannot be sent as it is; the user can mend it. All faults that could be found together are named. */
export class ContentRefused extends Error {
  readonly faults: readonly ContentFault[];

  constructor(faults: readonly ContentFault[], options?: ErrorOptions) {
    const [first] = faults;
    super(
      first === undefined
        ? 'content refused'
        : `${first.pointer} ${first.line}:${first.column}: ${first.detail}`,
      options,
    );
    this.name = 'ContentRefused';
    this.faults = faults;
  }
}

/** A fault at an offset of the source. */
export function faultAt(pointer: string, source: string, offset: number, detail: string): ContentFault {
  const before = source.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { pointer, line: before.split('\n').length, column: before.length - lineStart + 1, detail };
}
