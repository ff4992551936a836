import { createTransport } from 'nodemailer';
import { NodemailerTransport } from './nodemailer-transport.ts';
import { SmtpPool } from './smtp/pool.ts';
import { parseSmtpUrl } from './smtp/url.ts';
import type { Transport } from './transport.ts';

/**
 * The way out for mails, by the scheme of `url`: `smtp:` and `smtps:` are our own pool (see parseSmtpUrl for what may follow),
 * `sendmail:` or `sendmail:/path/to/sendmail` hands over to a local program. Connects to nothing yet.
 * Throws an Error that never shows a password.
 */
export function openTransport(options: { readonly url: string; readonly connections: number }): Transport {
  const { url, connections } = options;
  if (!url.startsWith('sendmail:')) return new SmtpPool(parseSmtpUrl(url), { connections });
  const path = url.slice('sendmail:'.length);
  if (path !== '' && !path.startsWith('/')) {
    throw new Error(
      'sendmail: must be followed by nothing or by an absolute path, as in sendmail:/usr/sbin/sendmail',
    );
  }
  const program = path === '' ? {} : { path };
  // A local program expects the line ends of this machine.
  const sender = createTransport({ sendmail: true, newline: 'unix', ...program });
  return new NodemailerTransport(sender, connections);
}
