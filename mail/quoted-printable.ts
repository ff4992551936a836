/** RFC 2045 6.7 rule 5: a line has at most 76 characters, the `=` of a soft break among them. */
const lineLimit = 76;
/** Printable ASCII without `=`, short enough for one line with its soft break. */
const needsNoEncoding = /^[ -<>-~]{0,75}$/;
const softBreak = '=\r\n';

/**
 * Quoted-printable of a fixed stretch of a part, as ASCII. Line ends of any kind become CRLF. `open` says that a slot follows: the
 * stretch then ends at the start of a line, by a soft break where it has to, so that no value can touch what stands before it.
 */
export function encodeStretch(text: string, open: boolean): string {
  const encoded = encodeLines(text, !open);
  return open && encoded !== '' && !encoded.endsWith('\r\n') ? encoded + softBreak : encoded;
}

/** Quoted-printable of a slot's value. It begins at the start of a line and ends with a soft break, so it can break nothing behind it. */
export function encodeValue(value: string): string {
  if (value === '') return '';
  return needsNoEncoding.test(value) ? value + softBreak : encodeLines(value, false) + softBreak;
}

function encodeLines(text: string, atEnd: boolean): string {
  if (!/[\r\n]/.test(text)) return encodeLine(text, atEnd);
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.length - 1;
  // A soft break behind the last line protects its trailing space; every other line end would let it be trimmed away.
  return lines.map((line, index) => encodeLine(line, index < last || atEnd)).join('\r\n');
}

function encodeLine(line: string, protectEnd: boolean): string {
  let encoded = '';
  let column = 0;
  for (let index = 0; index < line.length;) {
    const code = line.codePointAt(index) ?? 0;
    index += code > 0xffff ? 2 : 1;
    // Whole characters only: a soft break never tears one, as some readers decode line by line.
    const unit = encodeCharacter(code, protectEnd && index === line.length);
    if (column + unit.length > lineLimit - 1) {
      encoded += softBreak;
      column = 0;
    }
    encoded += unit;
    column += unit.length;
  }
  return encoded;
}

function encodeCharacter(code: number, atLineEnd: boolean): string {
  const blank = code === 0x20 || code === 0x09;
  if (blank ? !atLineEnd : code > 0x20 && code < 0x7f && code !== 0x3d) return String.fromCharCode(code);
  if (code < 0x80) return octet(code);
  if (code < 0x800) return octet(0xc0 | (code >> 6)) + trail(code);
  // UTF-8 has no form for half a surrogate pair; it becomes U+FFFD as everywhere else.
  if (code >= 0xd800 && code <= 0xdfff) return '=EF=BF=BD';
  if (code < 0x1_0000) return octet(0xe0 | (code >> 12)) + trail(code >> 6) + trail(code);
  return octet(0xf0 | (code >> 18)) + trail(code >> 12) + trail(code >> 6) + trail(code);
}

function trail(bits: number): string {
  return octet(0x80 | (bits & 0x3f));
}

function octet(value: number): string {
  return hex[value] ?? '';
}

const hex = Array.from(
  { length: 256 },
  (_, value) => `=${value.toString(16).toUpperCase().padStart(2, '0')}`,
);
