import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** RFC 8301 3.2: verifiers need not take less than 1024, signers should use 2048. */
const leastBits = 2_048;
const generate = promisify(generateKeyPair);

export type ReadKey =
  | { readonly ok: true; readonly key: KeyObject; readonly algorithm: 'rsa' | 'ed25519' }
  | { readonly ok: false; readonly why: string };

/** Reads a private key that can sign mails; `why` never quotes it. */
export function readDkimKey(pem: string): ReadKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return {
      ok: false,
      why: 'this is no private key in PEM form without a passphrase; make one with POST …/dkim-keys, or with openssl genrsa 2048',
    };
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return { ok: true, key, algorithm: 'ed25519' };
  if (type !== 'rsa')
    return { ok: false, why: `DKIM signs with RSA or Ed25519 (got ${type ?? 'another kind of key'})` };
  const bits = details?.modulusLength ?? 0;
  if (bits < leastBits)
    return { ok: false, why: `an RSA key for DKIM has at least ${leastBits} bits (got ${bits}; RFC 8301)` };
  return { ok: true, key, algorithm: 'rsa' };
}

/** A new RSA key of 2048 bits, in PEM form. Computed off the main thread. */
export async function makeDkimKey(): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: leastBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface DkimRecord {
  readonly name: string;
  readonly type: 'TXT';
  readonly value: string;
  /** As a line of a zone file: a character-string has at most 255 octets (RFC 1035 3.3). */
  readonly zoneLine: string;
}

/** The TXT record by which receivers find the public key (RFC 6376 3.6.1, RFC 8463 4). */
export function dkimRecord(domain: string, selector: string, key: KeyObject): DkimRecord {
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const isEd25519 = key.asymmetricKeyType === 'ed25519';
  // Ed25519: the bare 32 octets, without the wrapping that RSA keys have.
  const published = (isEd25519 ? der.subarray(-32) : der).toString('base64');
  const name = `${selector}._domainkey.${domain}`;
  const value = `v=DKIM1; k=${isEd25519 ? 'ed25519' : 'rsa'}; p=${published}`;
  const pieces = value.match(/.{1,255}/g) ?? [];
  return {
    name,
    type: 'TXT',
    value,
    zoneLine: `${name}. IN TXT ${pieces.map((piece) => `"${piece}"`).join(' ')}`,
  };
}
