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
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.length - 1;
  // A soft break behind the last line protects its trailing space; every other line end would let it be trimmed away.
  return lines.map((line, index) => encodeLine(line, index < last || atEnd)).join('\r\n');
}

function encodeLine(line: string, protectEnd: boolean): string {
  const octets = Buffer.from(line, 'utf8');
  let encoded = '';
  let column = 0;
  for (let index = 0; index < octets.length; ) {
    const count = characterLength(octets[index] ?? 0);
    const atLineEnd = index + count >= octets.length;
    const unit = encodeCharacter(octets, index, count, atLineEnd && protectEnd);
    if (column + unit.length > lineLimit - 1) {
      encoded += softBreak;
      column = 0;
    }
    encoded += unit;
    column += unit.length;
    index += count;
  }
  return encoded;
}

/** Octets of the UTF-8 character that starts so: a character is never torn by a soft break, as some readers decode line by line. */
function characterLength(lead: number): number {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function encodeCharacter(octets: Buffer, from: number, count: number, atLineEnd: boolean): string {
  const octet = octets[from] ?? 0;
  const blank = octet === 0x20 || octet === 0x09;
  if (count === 1 && ((octet > 0x20 && octet < 0x7f && octet !== 0x3d) || (blank && !atLineEnd)))
    return String.fromCharCode(octet);
  let unit = '';
  for (let index = from; index < from + count; index++) unit += `=${hex[octets[index] ?? 0] ?? ''}`;
  return unit;
}

const hex = Array.from({ length: 256 }, (_, octet) => octet.toString(16).toUpperCase().padStart(2, '0'));
