import { createHash } from 'node:crypto';
import { encoded } from './attachment.ts';
import type { MailToCompile } from './compile.ts';

/**
 * Two mails with the same key compile to the same skeleton. Also the boundary of their MIME parts, so a mail that has none of what came
 * later (files, images, ...) keeps the key that it always had: a retry after an upgrade is byte-equal.
 */
export function contentKey(mail: MailToCompile): string {
  const { campaignId, campaignName, identity, content, streamId, test } = mail;
  const { name, address, replyTo } = identity;
  const { subject, mjml, html, text, wrap } = content;
  const parts = [
    campaignId,
    campaignName,
    name,
    address,
    replyTo,
    subject,
    mjml,
    html,
    text,
    streamId,
    test === true,
  ];
  // Behind the others and only where they are: a mail from before them keeps its key, and with it its bytes.
  if (wrap !== undefined) parts.push('wrap');
  if (mail.signature) parts.push('signature', mail.signature.html, mail.signature.text);
  return createHash('sha256')
    .update(JSON.stringify([...parts, ...later(mail)].map((part) => part ?? null)))
    .digest('hex')
    .slice(0, 32);
}

function later(mail: MailToCompile): unknown[] {
  const {
    attachments = [],
    bodyHtml = null,
    downloads = null,
    images = new Map(),
    content,
    timeZone = 'UTC',
  } = mail;
  const files = attachments.map((file) => [file.name, file.type, encoded(file).sha256]);
  const all: unknown[] = [
    files.length === 0 ? null : ['attachments', files],
    bodyHtml === null ? null : ['body', bodyHtml],
    downloads === null || downloads.items.length === 0 ? null : ['downloads', downloads.items],
  ];
  if (content.calendar !== undefined) all.push(['calendar', content.calendar, timeZone]);
  if (images.size > 0)
    all.push(['images', Array.from(images.values(), ({ name, bytes, url }) => [name, bytes.sha256, url])]);
  return all.filter((part) => part !== null);
}
