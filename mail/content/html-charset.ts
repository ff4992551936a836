import iconv from 'iconv-lite';

/** How far readers of HTML look for the declaration of its encoding. */
const lookOctets = 1_024;

/** The text of an HTML file: by its byte order mark, by what it declares, as UTF-8 where that fits, else as Windows-1252. */
export function decodeHtml(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return iconv.decode(bytes, 'utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return iconv.decode(bytes, 'utf16be');
  const start = bytes.toString('latin1', 0, lookOctets);
  const declared = /<meta\b[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(start)?.[1] ?? '';
  const utf8 = tryUtf8(bytes);
  // A file saved anew keeps its old declaration: what is UTF-8 beyond ASCII is it by no chance.
  if (utf8 !== null) return utf8;
  return iconv.decode(
    bytes,
    declared !== '' && !/^utf-?(?:8|16)/i.test(declared) && iconv.encodingExists(declared)
      ? declared
      : 'win1252',
  );
}

function tryUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
