import type { Outcome } from '../../../domain/outcome.ts';
import { SmtpPool, type PoolOptions } from '../../../mail/smtp/pool.ts';
import { parseSmtpUrl } from '../../../mail/smtp/url.ts';
import type { Transport, WireMail } from '../../../mail/transport.ts';

export const never: AbortSignal = new AbortController().signal;
export const always = (): boolean => true;

/** Short enough for a test of silence, long enough for a busy machine. */
const wait = 2_000;
export const shortTimeouts = {
  connectMs: wait,
  greetingMs: wait,
  mailMs: wait,
  rcptMs: wait,
  dataMs: wait,
  blockMs: wait,
  finalMs: wait,
  quitMs: 100,
};

export function openPool(url: string, options: PoolOptions = {}): SmtpPool {
  return new SmtpPool(parseSmtpUrl(url), {
    ...options,
    timeouts: { ...shortTimeouts, ...options.timeouts },
  });
}

export function mailOf(message: string | Uint8Array, more: Partial<WireMail> = {}): WireMail {
  return { from: 'b+1@example.com', to: 'user@example.com', message: Buffer.from(message), ...more };
}

export const smallMail = mailOf('Subject: small\r\n\r\nHello\r\n');
/** More than every buffer between two programs of one machine takes. */
export const largeMail = mailOf(`Subject: large\r\n\r\n${`${'x'.repeat(98)}\r\n`.repeat(150_000)}`);

export async function sendOne(
  transport: Transport,
  mail: WireMail = smallMail,
  mayProceed: () => boolean = always,
): Promise<Outcome> {
  const lane = await transport.acquire(never);
  try {
    return await lane.send(mail, mayProceed);
  } finally {
    lane.release();
  }
}
