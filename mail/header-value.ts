const loneSurrogate = /\p{Cs}/u;
/** Words of printable ASCII with single spaces between them, each short enough to fold in front of. */
const plainWords = /^[!-~]{1,60}(?: [!-~]{1,60})*$/;
/** RFC 5322 3.2.3 atoms: a display name of these needs no quotes. */
const atoms = /^[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*$/;
/** Octets per encoded word: 52 base64 characters and 12 of frame stay under 75 (RFC 2047 2) and, behind a name, under 76. */
const wordOctets = 39;

/** Controls other than TAB, and lone surrogates, must not be in a header value, encoded or not (RFC 5322 2.2, RFC 2047 5). */
export function isUnsafeInHeader(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f)) return true;
    if (code >= 0xd800 && code <= 0xdfff)
      return loneSurrogate.test(value) || isUnsafeInHeader(withoutPairs(value));
  }
  return false;
}

/** An unstructured header value (RFC 5322 3.6.5), folded; `used` is the length of the header's name with `: `. ASCII only. */
export function encodeUnstructured(value: string, used: number): string {
  if (plainWords.test(value) && !value.includes('=?')) return foldWords(value, used);
  return value === '' ? '' : encodedWords(value);
}

/** `Name <address>` (RFC 5322 3.4). A name with anything but plain atoms is written in quotes or as encoded words. */
export function encodeMailbox(name: string, address: string): string {
  if (name === '') return address;
  if (atoms.test(name) && !name.includes('=?') && name.length <= 60) return `${name} <${address}>`;
  if (/^[ -~]{1,60}$/.test(name) && !name.includes('=?'))
    return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}" <${address}>`;
  return `${encodedWords(name)}\r\n <${address}>`;
}

/** For the rare value with characters beyond the basic plane: the rest of it is looked at without them. */
function withoutPairs(value: string): string {
  return value.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '');
}

function foldWords(value: string, used: number): string {
  if (used + value.length <= 76) return value;
  let column = used;
  let folded = '';
  for (const word of value.split(' ')) {
    const separator = folded === '' ? '' : column + 1 + word.length > 76 ? '\r\n ' : ' ';
    column = separator === '\r\n ' ? 1 + word.length : column + separator.length + word.length;
    folded += separator + word;
  }
  return folded;
}

/** Each word holds whole characters (RFC 2047 5); the fold between two encoded words is not part of the value. */
function encodedWords(value: string): string {
  const words: string[] = [];
  let pending = '';
  let octets = 0;
  for (const character of value) {
    const size = Buffer.byteLength(character);
    if (octets + size > wordOctets) {
      words.push(encodedWord(pending));
      pending = '';
      octets = 0;
    }
    pending += character;
    octets += size;
  }
  words.push(encodedWord(pending));
  return words.join('\r\n ');
}

function encodedWord(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** RFC 5322 3.3, always in UTC. The mails of a batch share the second, so the last one is kept. */
export function encodeDate(instant: number): string {
  const second = Math.floor(instant / 1000);
  if (second !== lastDate.second)
    lastDate = { second, text: new Date(second * 1000).toUTCString().replace('GMT', '+0000') };
  return lastDate.text;
}

let lastDate = { second: Number.NaN, text: '' };
