import { domainToASCII } from 'node:url';
import { normaliseAddress } from '../domain/email-address.ts';
import { Problem } from './problem.ts';

/** An address as somebody typed it; one that is none is refused (422) at the pointer. */
export function readAddress(text: string, pointer: string): { email: string; address: string } {
  const check = normaliseAddress(text, domainToASCII);
  if (check.ok) return check;
  const detail = `${JSON.stringify(text.slice(0, 100))}: ${check.why}`;
  throw new Problem('invalidBody', detail, { errors: [{ pointer, detail }] });
}
