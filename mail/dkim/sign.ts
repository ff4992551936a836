import { createHash, sign, type KeyObject } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SharedTail } from '../shared-tail.ts';
import { relaxedBody, relaxedHeader, relaxedLines, splitMessage } from './canonical.ts';

export interface DkimKey {
  /** d=: the signing domain, as A-label. */
  readonly domain: string;
  /** s=: where under the domain the public key is. */
  readonly selector: string;
  /** An RSA (2048 bit or more, RFC 8301) or Ed25519 (RFC 8463) private key. A KeyObject: reading a PEM for each mail costs twice the signature. */
  readonly privateKey: KeyObject;
}

/** Signed when present. List-Unsubscribe-Post has to be among them, or one-click is ignored (RFC 8058 4). */
const signedFields = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'feedback-id',
];
/** Named once more than they are there, so that adding a second one breaks the signature (RFC 6376 8.15). */
const overSigned = ['from', 'subject', 'list-unsubscribe', 'list-unsubscribe-post'];

const signOffThread = promisify(sign);

/**
 * The message with a DKIM-Signature in front (RFC 6376; rsa-sha256 or ed25519-sha256, relaxed/relaxed). The signature itself is
 * computed in libuv's threads, so it does not block the wire. The same message, key and `date` give the same bytes: RSA with PKCS #1
 * v1.5 and Ed25519 are deterministic, and t= is the mail's stored Date. `tail` is signed with it and stays what it is.
 */
export async function signDkim(
  message: Uint8Array,
  key: DkimKey,
  date: number,
  tail: SharedTail | null = null,
): Promise<Uint8Array> {
  const { fields, body } = splitMessage(Buffer.from(message).toString('latin1'));
  const bodyHash = tail === null ? hashOf(relaxedBody(body)) : await hashWithTail(body, tail);
  const names = namesToSign(fields.map(({ name }) => name.toLowerCase()));
  const unsigned = signatureHeader(key, Math.floor(date / 1000), names, bodyHash);
  const toSign = [...canonicalFields(fields, names), relaxedHeader('dkim-signature', unsigned)].join('\r\n');
  const signature = await compute(Buffer.from(toSign, 'latin1'), key.privateKey);
  const header = `DKIM-Signature:${unsigned}${foldBase64(signature)}\r\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), message]);
}

function hashOf(body: string): string {
  return createHash('sha256').update(body, 'latin1').digest('base64');
}

/** Bytes hashed between two looks at the sockets: a mail with large attachments must not keep the others waiting. */
const hashStep = 1_048_576;

async function hashWithTail(body: string, tail: SharedTail): Promise<string> {
  const hash = createHash('sha256').update(relaxedLines(body), 'latin1');
  for (const piece of relaxedTail(tail))
    for (let from = 0; from < piece.length; from += hashStep) {
      hash.update(piece.subarray(from, from + hashStep));
      await setImmediate();
    }
  return hash.digest('base64');
}

const relaxedTails = new WeakMap<SharedTail, readonly Buffer[]>();

/** Worked out once: base64 has no blanks, only names of files do. A tail ends with the end of a MIME part, so with one line end. */
function relaxedTail(tail: SharedTail): readonly Buffer[] {
  const known = relaxedTails.get(tail);
  if (known !== undefined) return known;
  const relaxed = tail.pieces.map((piece) =>
    ['  ', ' \r', '\t'].some((blank) => piece.includes(blank))
      ? Buffer.from(relaxedLines(piece.toString('latin1')), 'latin1')
      : piece,
  );
  relaxedTails.set(tail, relaxed);
  return relaxed;
}

function namesToSign(present: readonly string[]): string[] {
  const there = signedFields.filter((name) => present.includes(name));
  return [...there, ...overSigned.filter((name) => there.includes(name))];
}

/** Each name takes the lowest field of its name that is not taken yet; one that is not there adds nothing (RFC 6376 5.4.2). */
function canonicalFields(
  fields: readonly { name: string; value: string }[],
  names: readonly string[],
): string[] {
  const left = [...fields];
  return names.flatMap((name) => {
    const index = left.findLastIndex((field) => field.name.toLowerCase() === name);
    const [field] = index < 0 ? [] : left.splice(index, 1);
    return field === undefined ? [] : [relaxedHeader(field.name, field.value)];
  });
}

function signatureHeader(key: DkimKey, seconds: number, names: readonly string[], bodyHash: string): string {
  const algorithm = key.privateKey.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
  return [
    ` v=1; a=${algorithm}; c=relaxed/relaxed; d=${key.domain};`,
    ` s=${key.selector}; t=${seconds};`,
    ` h=${names.join(':\r\n  ')};`,
    ` bh=${bodyHash};`,
    ' b=',
  ].join('\r\n');
}

/** RFC 8463 3: Ed25519 signs the SHA-256 of the data, not the data. */
async function compute(data: Buffer, privateKey: KeyObject): Promise<string> {
  const signature =
    privateKey.asymmetricKeyType === 'ed25519'
      ? await signOffThread(null, createHash('sha256').update(data).digest(), privateKey)
      : await signOffThread('sha256', data, privateKey);
  return signature.toString('base64');
}

function foldBase64(text: string): string {
  return (text.match(/.{1,72}/g) ?? []).join('\r\n  ');
}
