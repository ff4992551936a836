import { usage } from '../failure.ts';

/** Reads `IT department <it@example.com>` (RFC 5322 3.4 name-addr; quotes around the name are taken off). */
export function readSender(text: string): { readonly name: string; readonly address: string } {
  const match = /^\s*(?:"((?:[^"\\]|\\.)+)"|([^<>"]+?))\s*<\s*([^<>\s]+)\s*>\s*$/.exec(text);
  const name = match?.[1]?.replaceAll(/\\(.)/g, '$1') ?? match?.[2];
  const address = match?.[3];
  if (name === undefined || address === undefined)
    throw usage(`a sender is written "IT department <it@example.com>" (got ${text})`);
  return { name, address };
}
