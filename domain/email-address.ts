/** `email` is the address as first written (trimmed, NFC); `address` is the key under which two spellings are the same mailbox. */
export type AddressCheck =
  | { readonly ok: true; readonly email: string; readonly address: string }
  | { readonly ok: false; readonly why: string };

/** What has no place in an address: controls, format and private characters, lone surrogates, every kind of space. */
// eslint-disable-next-line no-misleading-character-class
const unprintable = /[\p{C}\p{Z}]/u;
/** RFC 5322 3.2.3 dot-atom, with the characters above ASCII that RFC 6531 3.3 adds. */
const dotAtom =
  /^[\w!#$%&'*+\-/=?^`{|}~\u{80}-\u{10FFFF}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u{80}-\u{10FFFF}]+)*$/u;
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads one bare address, also an international one (RFC 6531), and gives its key: NFC, domain as lower-case A-label, local part
 * without case (RFC 5321 allows case to matter; no living mail system makes it matter). Quoted local parts and address literals are
 * refused: they are legal, nobody has one, and mail software disagrees about them.
 * `toAscii` turns a domain with U-labels into A-labels and answers '' when it cannot (`domainToASCII` of node:url).
 */
export function normaliseAddress(text: string, toAscii: (domain: string) => string): AddressCheck {
  const email = text.trim().normalize('NFC');
  if (email === '') return refuse('an address is required');
  if (unprintable.test(email)) return refuse('an address has no spaces or control characters inside');
  const at = email.lastIndexOf('@');
  if (at < 1 || at === email.length - 1) return refuse('an address is written as name@domain');
  const local = email.slice(0, at);
  if (local.startsWith('"')) return refuse('quoted local parts ("..."@domain) are not supported');
  if (local.includes('@')) return refuse('an address has one @');
  if (!dotAtom.test(local)) return refuse('the part before the @ has a character or a dot where none may be');
  if (utf8Length(local) > 64)
    return refuse('the part before the @ is longer than 64 octets (RFC 5321 4.5.3.1.1)');
  const domain = asciiDomain(email.slice(at + 1), toAscii);
  const wrong = domainFault(domain);
  if (wrong !== null) return refuse(wrong);
  if (utf8Length(local) + 1 + domain.length > 254)
    return refuse('the address is longer than 254 octets (RFC 5321 4.5.3.1.3)');
  return { ok: true, email, address: `${local.toLowerCase().normalize('NFC')}@${domain}` };
}

/** The domain as lower-case A-labels, or '' when there is no such form. */
export function asciiDomain(domain: string, toAscii: (domain: string) => string): string {
  const lower = domain.toLowerCase();
  // Only names that need IDNA go through it: the URL rules behind it would also decode %41 and turn 0x7f.1 into an IPv4 address.
  const international = /[^\0-\u007f]/u.test(lower) || /(?:^|\.)xn--/.test(lower);
  return international && !/[%/:?#[\]@\\]/.test(lower) ? toAscii(lower).toLowerCase() : lower;
}

function domainFault(domain: string): string | null {
  const labels = domain.split('.');
  const known = domain.length <= 253 && labels.every((label) => domainLabel.test(label));
  if (!known) return 'the part after the @ is no domain name';
  if (labels.length < 2) return 'the domain after the @ has no dot';
  return /^\d+$/.test(labels.at(-1) ?? '') ? 'the domain after the @ ends in a number' : null;
}

function utf8Length(text: string): number {
  let octets = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return octets;
}

function refuse(why: string): AddressCheck {
  return { ok: false, why };
}
