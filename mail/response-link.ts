import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ResponseLinks } from '../domain/merge-field.ts';

/** Which answer a link is: whose, to which campaign. */
export interface LinkTarget {
  readonly campaignId: string;
  readonly contactId: string;
  readonly name: string;
}

const idBytes = 16;
/** 128 bits: nobody can guess one, and 48 bytes are 64 characters with nothing left over. */
const macBytes = 16;
const tokenForm = /^([A-Za-z][A-Za-z0-9]{0,39})\.([A-Za-z0-9_-]{64})$/;

/**
 * The token of a response link: the link's name, the two ids and their HMAC-SHA256. A pure function, so that a mail that
 * is built again is the same. Who reads it learns nothing of a person, and nobody can make one without the secret.
 */
export function signResponseLink(secret: Buffer, target: LinkTarget): string {
  const ids = Buffer.concat([bytesOf(target.campaignId), bytesOf(target.contactId)]);
  return `${target.name}.${Buffer.concat([ids, macOf(secret, target.name, ids)]).toString('base64url')}`;
}

/** Whose link a token is; null when it was not made with this secret. */
export function readResponseLink(secret: Buffer, token: string): LinkTarget | null {
  const [, name, text] = tokenForm.exec(token) ?? [];
  if (name === undefined || text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  const ids = bytes.subarray(0, 2 * idBytes);
  if (!timingSafeEqual(bytes.subarray(2 * idBytes), macOf(secret, name, ids))) return null;
  return { name, campaignId: idOf(ids.subarray(0, idBytes)), contactId: idOf(ids.subarray(idBytes)) };
}

export interface LinkMaker {
  readonly secret: Buffer;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly campaignId: string;
  /** The links that the mail may use. */
  readonly names: readonly string[];
  /** For mails outside the ledger: their links are nobody's. */
  readonly test?: boolean;
}

/** The links of one campaign's mails, as its merge fields take them. */
export function createResponseLinks(maker: LinkMaker): ResponseLinks {
  const { secret, publicUrl, campaignId, names, test = false } = maker;
  // Text and HTML ask for the same person's links in turn.
  let last = { contactId: '', urls: new Map<string, string>() };
  return {
    names,
    urlOf(contactId, name) {
      if (last.contactId !== contactId) last = { contactId, urls: new Map() };
      const known = last.urls.get(name);
      if (known !== undefined) return known;
      const target = { campaignId, contactId: test ? nobody : contactId, name };
      const url = `${publicUrl}/r/${signResponseLink(secret, target)}`;
      last.urls.set(name, url);
      return url;
    },
  };
}

const nobody = '00000000-0000-0000-0000-000000000000';

function macOf(secret: Buffer, name: string, ids: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${name}\n`).update(ids).digest().subarray(0, macBytes);
}

function bytesOf(id: string): Buffer {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  if (bytes.length !== idBytes) throw new TypeError('a response link is made of UUIDs only');
  return bytes;
}

function idOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
