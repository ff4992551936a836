import { createHash } from 'node:crypto';
import MimeNode from 'nodemailer/lib/mime-node';

/** A file that goes out with a mail, byte by byte. Its name is a bare one; whatever else is in it is taken out. */
export interface Attachment {
  readonly name: string;
  /** The media type, such as `application/pdf`. */
  readonly type: string;
  /** Encoded bytes are shared between all mails that carry the file. */
  readonly bytes: Buffer | EncodedBytes;
}

/** A file's bytes as they go on the wire. */
export interface EncodedBytes {
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** Octets of the file. */
  readonly size: number;
  /** Base64 in lines of 76 (RFC 2045 6.8); ends with CRLF unless it is empty. */
  readonly base64: Buffer;
}

/** 57 octets are 76 characters of base64. */
const lineOctets = 57;

/** Takes about 5 ms for a megabyte: done once, not for each mail. */
export function encodeBytes(bytes: Buffer): EncodedBytes {
  const lines = Math.ceil(bytes.length / lineOctets);
  const base64 = Buffer.allocUnsafe(Math.ceil(bytes.length / 3) * 4 + lines * 2);
  let to = 0;
  for (let from = 0; from < bytes.length; from += lineOctets) {
    to += base64.write(
      bytes.toString('base64', from, Math.min(bytes.length, from + lineOctets)),
      to,
      'latin1',
    );
    to += base64.write('\r\n', to, 'latin1');
  }
  return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, base64 };
}

export function encoded({ bytes }: Attachment): EncodedBytes {
  return Buffer.isBuffer(bytes) ? encodeBytes(bytes) : bytes;
}

export interface PartHeader {
  readonly name: string;
  readonly type: string;
  readonly disposition: 'attachment' | 'inline';
  readonly transferEncoding: 'base64' | 'quoted-printable';
  /** Without angle brackets. */
  readonly contentId?: string;
}

/** The header of a MIME part with the empty line behind it. Names beyond ASCII are written as in RFC 2231 and, for Outlook, RFC 2047. */
export function partHeader({ name, type, disposition, transferEncoding, contentId }: PartHeader): string {
  const root = new MimeNode('multipart/mixed');
  const node = root.createChild(safeType(type), { filename: safeFileName(name) });
  node.setHeader({
    'Content-Transfer-Encoding': transferEncoding,
    'Content-Disposition': disposition,
    ...(contentId === undefined ? {} : { 'Content-Id': `<${contentId}>` }),
  });
  return `${node.buildHeaders()}\r\n\r\n`;
}

const longestName = 150;

/**
 * The name as recipients may see it: no path, no control or direction characters (which make `exe.fdp` look like a PDF),
 * no characters that Windows cannot store, not too long for its reader; `document` when nothing is left.
 */
export function safeFileName(name: string): string {
  const bare = name
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/^.*[/\\]/s, '')
    .replaceAll(/["<>:|?*]/g, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  const characters = Array.from(bare);
  if (characters.length === 0) return 'document';
  if (characters.length <= longestName) return bare;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(bare)?.[0] ?? '';
  return characters.slice(0, longestName - extension.length).join('') + extension;
}

/** `message/*` and `multipart/*` may not be encoded (RFC 2045 6.4); what is no media type at all is a stream of octets. */
function safeType(type: string): string {
  const plain =
    /^[A-Za-z0-9.+-]{1,60}\/[A-Za-z0-9.+-]{1,100}(?=$|\s*;)/.exec(type.trim())?.[0].toLowerCase() ?? '';
  return plain === '' || /^(?:message|multipart)\//.test(plain) ? 'application/octet-stream' : plain;
}
