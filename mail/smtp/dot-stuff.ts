const finalDot = Buffer.from('.\r\n');
const lineEndAndFinalDot = Buffer.from('\r\n.\r\n');
const dot = 0x2e;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** A message as it goes on the wire (RFC 5321 4.5.2): the bytes of the body, then, apart from them, what ends it. */
export interface StuffedMessage {
  readonly body: Uint8Array;
  readonly end: Uint8Array;
}

/**
 * Doubles the dot of every line that starts with one. No copy when there is none. Returns null for a dot behind a bare CR or LF:
 * relays disagree whether that ends the message, and one could smuggle a second mail in it (CVE-2023-51764), so it must not leave.
 */
export function stuffDots(message: Uint8Array): StuffedMessage | null {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const end = endOf(bytes);
  if (bytes.includes('\r.', 0, 'latin1')) return null;
  const cuts = bytes[0] === dot ? [0] : [];
  for (let at = bytes.indexOf('\n.', 0, 'latin1'); at >= 0; at = bytes.indexOf('\n.', at + 2, 'latin1')) {
    if (bytes[at - 1] !== carriageReturn) return null;
    cuts.push(at + 1);
  }
  return { body: cuts.length === 0 ? bytes : doubleAt(bytes, cuts), end };
}

function endOf(bytes: Buffer): Uint8Array {
  const { length } = bytes;
  const closed = length === 0 || (bytes[length - 1] === lineFeed && bytes[length - 2] === carriageReturn);
  return closed ? finalDot : lineEndAndFinalDot;
}

function doubleAt(bytes: Buffer, cuts: readonly number[]): Uint8Array {
  const stuffed = Buffer.allocUnsafe(bytes.length + cuts.length);
  let from = 0;
  let to = 0;
  for (const cut of cuts) {
    to += bytes.copy(stuffed, to, from, cut);
    stuffed[to++] = dot;
    from = cut;
  }
  bytes.copy(stuffed, to, from);
  return stuffed;
}
