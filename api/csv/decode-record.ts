import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

/** No field holds a NUL byte (the record reader refuses such a record), so one buffer can stand for all fields. */
const between = '\0';

/**
 * The text of a record whose bytes are not all ASCII: UTF-8 when all its fields are, else Windows-1252 (a record at a time, because
 * files glued together from two sources are common). null when it is neither: five bytes have no meaning in Windows-1252.
 */
export function decodeRecord(fields: readonly string[]): string[] | null {
  const bytes = Buffer.from(fields.join(between), 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8').split(between);
  const text = iconv.decode(bytes, 'win1252');
  return text.includes('\uFFFD') ? null : text.split(between);
}

/** The beginning of a record that is none, as people can read it. */
export function decodeRaw(raw: string): string {
  const bytes = Buffer.from(raw, 'latin1');
  // Cut off in the middle of a character, UTF-8 is still UTF-8.
  const text = [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.length - cut)))
    ? bytes.toString('utf8')
    : iconv.decode(bytes, 'win1252');
  return text.replaceAll('\0', '\u2400');
}
