import { isAscii } from 'node:buffer';
import { domainToASCII } from 'node:url';
import type { Outcome, Stage } from '../../domain/outcome.ts';
import type { WireMail } from '../transport.ts';
import type { Capabilities } from './capabilities.ts';

/** The two commands that open a transaction, with their line ends; each character is one byte. */
export interface Envelope {
  readonly mail: string;
  readonly rcpt: string;
}

/** A mail that this relay can certainly not take: answered in its place, never put on the wire. */
export type Impossible = Extract<Outcome, { kind: 'refused' }>;

/**
 * Writes MAIL and RCPT with the parameters that the relay offers: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 only when an
 * address needs it (RFC 6531), DSN when there is an envelope id (RFC 3461). Domains go out as A-labels (RFC 5891).
 */
export function writeEnvelope(mail: WireMail, offers: Capabilities): Envelope | Impossible {
  const from = mail.from === '' ? '' : writeAddress(mail.from);
  const to = writeAddress(mail.to);
  if (from === null) return impossible('mail', 553, '5.1.7', 'The sender address cannot be written in SMTP');
  if (to === null) return impossible('rcpt', 553, '5.1.3', 'The address cannot be written in SMTP');
  const international = !(isPlain(from) && isPlain(to));
  if (international && !offers.smtpUtf8) {
    const stage = isPlain(to) ? 'mail' : 'rcpt';
    return impossible(stage, 553, '5.6.7', 'The relay does not take international addresses (SMTPUTF8)');
  }
  const bodyProblem = checkBody(mail, offers);
  if (bodyProblem !== null) return bodyProblem;
  const withDsn = offers.dsn && mail.envelopeId !== undefined && mail.envelopeId.length <= 100;
  const parameters =
    (offers.size ? ` SIZE=${sizeOf(mail)}` : '') +
    (offers.eightBitMime && !isAscii(mail.message) ? ' BODY=8BITMIME' : '') +
    (international ? ' SMTPUTF8' : '') +
    (withDsn ? ` RET=HDRS ENVID=${xtext(mail.envelopeId)}` : '');
  const notify = withDsn ? ` NOTIFY=FAILURE,DELAY ORCPT=${originalRecipient(to)}` : '';
  const commands = { mail: `MAIL FROM:<${from}>${parameters}\r\n`, rcpt: `RCPT TO:<${to}>${notify}\r\n` };
  return international ? { mail: asBytes(commands.mail), rcpt: asBytes(commands.rcpt) } : commands;
}

/** An outcome of our own making, in the form of a relay's reply so that it is counted and shown like one. */
export function impossible(stage: Stage, code: number, enhanced: string, text: string): Impossible {
  return {
    kind: 'refused',
    stage,
    reply: { code, enhanced, text: `${text}; it was not offered to the relay` },
  };
}

function sizeOf({ message, tail }: WireMail): number {
  return message.length + (tail?.length ?? 0);
}

function checkBody(mail: WireMail, offers: Capabilities): Impossible | null {
  const { message } = mail;
  if (offers.maxBytes !== null && sizeOf(mail) > offers.maxBytes) {
    const sizes = `${sizeOf(mail)} bytes, the relay takes ${offers.maxBytes}`;
    return impossible('message', 552, '5.3.4', `The message is too big (${sizes})`);
  }
  if (!offers.eightBitMime && !isAscii(message)) {
    return impossible('message', 554, '5.6.3', 'The message has 8-bit text and the relay takes 7-bit only');
  }
  return null;
}

// The caller has checked; this is the last gate before a line of SMTP, so it looks once more.
// oxlint-disable-next-line no-control-regex -- control characters are what must not pass
const unwritable = /[\u0000-\u001f\u007f<>]/;

function writeAddress(address: string): string | null {
  const at = address.lastIndexOf('@');
  if (at < 1 || unwritable.test(address)) return null;
  const domain = address.slice(at + 1);
  if (isPlain(domain)) return domain === '' ? null : address;
  const label = domainToASCII(domain);
  return label === '' ? null : `${address.slice(0, at)}@${label}`;
}

function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Printable ASCII only. */
function isPlain(text: string): boolean {
  return !/[^\u0020-\u007e]/.test(text);
}

/** RFC 3461 4: printable ASCII but "+" and "=", the rest as +HH. */
function xtext(text: string): string {
  return text.replace(
    /[^!-~]|[+=]/g,
    (c) => `+${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function originalRecipient(address: string): string {
  if (isPlain(address)) return `rfc822;${xtext(address)}`;
  // RFC 6533 3: the ASCII form of an international address.
  const encoded = address.replace(
    /[^!-~]|[+=\\]/gu,
    (c) => `\\x{${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
  return `utf-8;${encoded}`;
}
