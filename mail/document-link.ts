import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../domain/instant.ts';

/** Which download a link is: of which document, for whom, in which campaign's mail, and until when. */
export interface DocumentLinkTarget {
  readonly campaignId: string;
  readonly contactId: string;
  readonly documentId: string;
  /** Whole seconds count. */
  readonly expiresAt: Instant;
}

export interface DocumentLinkMaker {
  /** The secret of response links (`readLinkSecret`). */
  readonly secret: Buffer;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly campaignId: string;
  /** For mails outside the ledger: their links are nobody's. */
  readonly test?: boolean;
}

/** The download links of one campaign's mails. */
export interface DocumentLinks {
  /** A pure function, so that a mail that is built again is the same. */
  urlOf(contactId: string, documentId: string, expiresAt: Instant): string;
}

/** The links carry ids and an instant only, signed; no address, no name of a person or file. */
export function createDocumentLinks({
  secret,
  publicUrl,
  campaignId,
  test = false,
}: DocumentLinkMaker): DocumentLinks {
  return {
    urlOf: (contactId, documentId, expiresAt) => {
      const target = { campaignId, contactId: test ? nobody : contactId, documentId, expiresAt };
      return `${publicUrl}/d/${signDocumentLink(secret, target)}`;
    },
  };
}

/** Which download a token is; null when it was not made with this secret. Whether it has expired is the caller's to say. */
export function readDocumentLink(secret: Buffer, token: string): DocumentLinkTarget | null {
  if (!tokenForm.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const signed = bytes.subarray(0, signedBytes);
  if (!timingSafeEqual(bytes.subarray(signedBytes), macOf(secret, signed))) return null;
  return {
    campaignId: idOf(signed.subarray(0, idBytes)),
    contactId: idOf(signed.subarray(idBytes, 2 * idBytes)),
    documentId: idOf(signed.subarray(2 * idBytes, 3 * idBytes)),
    expiresAt: signed.readUIntBE(3 * idBytes, secondsBytes) * 1_000,
  };
}

const nobody = '00000000-0000-0000-0000-000000000000';
const idBytes = 16;
/** Seconds since 1970; enough for 34,000 years. */
const secondsBytes = 5;
const signedBytes = 3 * idBytes + secondsBytes;
/** 128 bits: nobody can guess one. */
const macBytes = 16;
/** 69 bytes are 92 characters with nothing left over: one token for each target. */
const tokenForm = /^[A-Za-z0-9_-]{92}$/;

function signDocumentLink(secret: Buffer, target: DocumentLinkTarget): string {
  const seconds = Buffer.alloc(secondsBytes);
  seconds.writeUIntBE(Math.ceil(target.expiresAt / 1_000), 0, secondsBytes);
  const signed = Buffer.concat([
    bytesOf(target.campaignId),
    bytesOf(target.contactId),
    bytesOf(target.documentId),
    seconds,
  ]);
  return Buffer.concat([signed, macOf(secret, signed)]).toString('base64url');
}

/** The blank keeps it apart from response links, which are signed with the same secret: their names have none. */
function macOf(secret: Buffer, signed: Buffer): Buffer {
  return createHmac('sha256', secret).update('document link\n').update(signed).digest().subarray(0, macBytes);
}

function bytesOf(id: string): Buffer {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  if (bytes.length !== idBytes) throw new TypeError('a download link is made of UUIDs only');
  return bytes;
}

function idOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
