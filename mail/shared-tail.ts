import { isAscii } from 'node:buffer';

/**
 * The octets at the end of a message that all mails of a skeleton share, such as its attachments: kept once and never copied, however
 * many mails are on their way. ASCII, and no line begins with a dot, so they go on the wire as they are.
 */
export class SharedTail {
  readonly pieces: readonly Buffer[];
  readonly length: number;

  constructor(pieces: readonly Buffer[]) {
    for (const piece of pieces)
      if (!isAscii(piece) || piece[0] === 0x2e || piece.includes('\n.') || piece.includes('\r.'))
        throw new TypeError('a shared tail is ASCII without a line that begins with a dot');
    this.pieces = pieces;
    this.length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  }
}

/** A message in one piece: for those who show or keep one mail, not for those who send many. */
export function wholeMessage({
  message,
  tail,
}: {
  readonly message: Uint8Array;
  readonly tail: SharedTail | null;
}): Uint8Array {
  return tail === null ? message : Buffer.concat([message, ...tail.pieces]);
}
