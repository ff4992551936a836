import { domainToASCII } from 'node:url';
import { createTransport } from 'nodemailer';
import { messageIdOf } from '../../domain/message-id.ts';
import type { Recipient } from '../../domain/recipient.ts';
import { compileMail } from '../../mail/compile.ts';
import { renderPreview } from '../../mail/preview.ts';
import { benchIdentity, mailOf8kB } from './mail-of-8-kb.ts';

/**
 * The yardstick: a plain nodemailer pool with ten connections that sends the same messages to the same sink, as a program
 * in a process of its own. The texts are filled beforehand; composing is nodemailer's, as it is for everybody who uses it.
 * Arguments: PORT MAILS; says {"perSecond": n}.
 */
const [port = 0, mails = 0] = process.argv.slice(2).map(Number);
const campaignId = '3b241101-e2bb-4255-8caf-4136c566a962';
const recipient: Recipient = {
  contactId: '9b2b1f0c-6a54-4c56-9b5e-0c7f0f5c3a11',
  email: 'p1@example.org',
  firstName: 'Anna1',
  lastName: 'Muster1',
  title: null,
  salutation: 'Frau',
  language: 'de',
  timeZone: null,
  attributes: { server: 's1', room: '12' },
  customer: null,
};
const mail = { campaignId, campaignName: 'Measurement', identity: benchIdentity, content: mailOf8kB };
const { options } = await compileMail(mail);
const messageId = messageIdOf(campaignId, recipient.contactId, options.domain);
const { subject, html, text } = await renderPreview({ ...mail, recipient, messageId, date: Date.now() });

const transport = createTransport({
  host: '127.0.0.1',
  port,
  pool: true,
  maxConnections: 10,
  maxMessages: Infinity,
  ignoreTLS: true,
  disableFileAccess: true,
  disableUrlAccess: true,
});
const send = (index: number): Promise<unknown> =>
  transport.sendMail({
    from: { name: benchIdentity.name, address: benchIdentity.address },
    to: { name: '', address: `p${index}@${domainToASCII('example.org')}` },
    subject,
    ...(html === null ? {} : { html: html.replaceAll('Anna1', `Anna${index}`) }),
    ...(text === null ? {} : { text: text.replaceAll('Anna1', `Anna${index}`) }),
  });
await Promise.all(Array.from({ length: 200 }, (_, index) => send(index)));
const startedAt = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: 20 }, async () => {
    while (next < mails) await send(next++);
  }),
);
process.stdout.write(`${JSON.stringify({ perSecond: (mails * 1_000) / (performance.now() - startedAt) })}\n`);
transport.close();
