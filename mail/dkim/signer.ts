import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SharedTail } from '../shared-tail.ts';
import { signDkim } from './sign.ts';

/** Signs a finished message with its Date; `tail` is what follows it in the mail and stays what it is. */
export type Signer = (message: Uint8Array, date: number, tail?: SharedTail | null) => Promise<Uint8Array>;

/** Keys that were read, by their PEM: reading one for each mail would cost twice the signature. The oldest is forgotten first. */
const read = new Map<string, KeyObject>();
const kept = 64;

/** The signer of one key. */
export function signerOf({
  domain,
  selector,
  privateKey: pem,
}: {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: string;
}): Signer {
  const key = { domain, selector, privateKey: keyOf(pem) };
  return (message, date, tail = null) => signDkim(message, key, date, tail);
}

function keyOf(pem: string): KeyObject {
  const key = read.get(pem) ?? createPrivateKey(pem);
  read.delete(pem);
  read.set(pem, key);
  const [oldest] = read.keys();
  if (read.size > kept && oldest !== undefined) read.delete(oldest);
  return key;
}
