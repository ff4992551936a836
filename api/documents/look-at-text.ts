import type { DocumentExtension } from '../../domain/document-type.ts';
import type { OpenedFile } from './opened-file.ts';

/** Why a file is no text of the kind its name says, in words that follow "it"; null: it is. */
export async function faultOfText(file: OpenedFile, extension: DocumentExtension): Promise<string | null> {
  const opening = await file.read(0, 4_096);
  const wide = wideEncoding(opening);
  const fault = wide === null ? await faultOfBytes(file) : await faultOfWide(file, wide);
  if (fault !== null) return fault;
  const begin = new TextDecoder(wide ?? 'utf-8').decode(opening).trimStart();
  if (extension === 'html' && !htmlBegin.test(begin))
    return 'does not begin as an HTML page (<!doctype html> or <html>)';
  if (extension === 'xml' && !xmlBegin.test(begin)) return 'does not begin as XML (<?xml or an element)';
  return null;
}

/** What may stand before it: an XML declaration, comments. */
const htmlBegin = /^(?:<\?xml[^>]*\?>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]/i;
const xmlBegin = /^(?:<\?xml\s|<!--|<!doctype\s|<[\p{L}_:][^<>]*>?)/iu;

/** UTF-16 says what it is by its first two bytes; Windows' own programs write it so. */
function wideEncoding(opening: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (opening[0] === 0xff && opening[1] === 0xfe) return 'utf-16le';
  return opening[0] === 0xfe && opening[1] === 0xff ? 'utf-16be' : null;
}

async function faultOfWide(file: OpenedFile, encoding: string): Promise<string | null> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const bytes of file.stream())
      if (control.test(decoder.decode(bytes, { stream: true }))) return binary;
    decoder.decode();
    return null;
  } catch {
    return 'cannot be read as the UTF-16 that it says it is';
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const control = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/;
const binary = 'holds bytes that are in no text';

/** UTF-8, or else Windows-1252, which nearly every other text file is; neither has control characters but line ends and tabs. */
async function faultOfBytes(file: OpenedFile): Promise<string | null> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let hasUndefined = false;
  for await (const piece of file.stream()) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const text = bytes.toString('latin1');
    if (control.test(text)) return binary;
    hasUndefined ||= /[\x81\x8d\x8f\x90\x9d]/.test(text);
    if (isUtf8) isUtf8 = decodes(decoder, bytes);
  }
  if (isUtf8) isUtf8 = decodes(decoder);
  return isUtf8 || !hasUndefined ? null : 'is neither UTF-8 nor Windows-1252 text';
}

/** Without bytes: the end. */
function decodes(decoder: InstanceType<typeof TextDecoder>, bytes?: Buffer): boolean {
  try {
    decoder.decode(bytes, { stream: bytes !== undefined });
    return true;
  } catch {
    return false;
  }
}
