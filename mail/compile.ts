import { domainToASCII } from 'node:url';
import { asciiDomain } from '../domain/email-address.ts';
import { mailEvent } from '../domain/event-times.ts';
import type { ResponseLinks } from '../domain/merge-field.ts';
import type { Content, Identity, Signature } from '../domain/schema/content.ts';
import { encoded, type Attachment } from './attachment.ts';
import { createCalendarFile } from './calendar-file.ts';
import { contentKey } from './content-key.ts';
import { composeBodies } from './content/bodies.ts';
import { ContentRefused } from './content/faults.ts';
import { usesLinkedValues } from './content/linked-use.ts';
import { createProgram } from './content/program.ts';
import { withSignature } from './content/signature.ts';
import { readSources } from './content/sources.ts';
import { wrapText } from './content/wrapped-text.ts';
import type { Downloads } from './downloads.ts';
import { contentIdOf, type MailImages } from './mail-image.ts';
import { buildFrame } from './mime-frame.ts';
import { Skeleton, type Note } from './skeleton.ts';

export interface MailToCompile {
  readonly campaignId: string;
  readonly campaignName: string;
  readonly identity: Identity;
  readonly content: Content;
  /** The kind of mail, for List-Id; `mailings` when not given. */
  readonly streamId?: string;
  /** What `links.NAME` becomes; null: a content that uses one is refused. */
  readonly links?: ResponseLinks | null;
  /** Files that go with the mail, in their order. */
  readonly attachments?: readonly Attachment[];
  /** HTML in place of the content's body: a document of somebody else's make. */
  readonly bodyHtml?: string | null;
  /** Stands at the end of the body, or where the content says `{{ signature }}`. */
  readonly signature?: Signature | null;
  /** Documents to download: where the content says `downloads`, else below the body. */
  readonly downloads?: Downloads | null;
  /** The stored images that the mail shows by name (`collectImages`). */
  readonly images?: MailImages;
  /** The campaign's time zone; UTC when not given. */
  readonly timeZone?: string;
  /** Marks every mail of this skeleton as a test: `[Test]` before the subject and an X-Sluice-Test header. */
  readonly test?: boolean;
}

/**
 * Compiles a campaign's mail once, to be filled for each recipient. Throws ContentRefused with every fault and its place.
 * No Auto-Submitted header is set: the mails come from a person or department who wants the answers, out-of-office ones among them.
 * List-Id is constant over all campaigns of a stream and sender (RFC 2919 3).
 */
export async function compileMail(mail: MailToCompile): Promise<Skeleton> {
  const { identity, links = null, downloads = null, bodyHtml = null, signature = null } = mail;
  const { images = new Map(), timeZone = 'UTC' } = mail;
  const content = withSignature(wrapText(mail.content), signature);
  const sources = readSources({ content, bodyHtml, signature, images, links: links?.names ?? null });
  const address = withAsciiDomain(identity.address);
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const { html, text, cssInlined, shown } = await composeBodies(sources, {
    downloads,
    signature,
    images,
    domain,
  });
  const event = content.calendar === undefined ? null : mailEvent(content.calendar, timeZone);
  const frame = await buildFrame({
    identity: {
      name: identity.name,
      address,
      replyTo: identity.replyTo === undefined ? undefined : withAsciiDomain(identity.replyTo),
    },
    parts: [...(text === null ? [] : ['text' as const]), ...(html === null ? [] : ['html' as const])],
    boundary: contentKey(mail),
    headers: {
      'List-Id': `<${mail.streamId ?? 'mailings'}.${domain}>`,
      ...(mail.test === true ? { 'X-Sluice-Test': 'yes' } : {}),
    },
    calendar: event !== null,
    images: shown.map((image) => ({ ...image, contentId: contentIdOf(image, domain) })),
    attachments: (mail.attachments ?? []).map((file) => ({ ...file, bytes: encoded(file) })),
  });
  const { tokens, text: written } = sources.subject.masked;
  const subject = createProgram('text', written, tokens);
  return new Skeleton({
    campaignName: mail.campaignName,
    links,
    downloads,
    usesLinked: [subject, text, html].some((each) => each !== null && usesLinkedValues(each)),
    event,
    calendar:
      content.calendar === undefined || event === null
        ? null
        : createCalendarFile(content.calendar, event, { ...identity, address }),
    sender: address,
    domain,
    subjectPrefix: mail.test === true ? '[Test] ' : '',
    subject,
    text,
    html,
    frame,
    notes: notesOf(sources.removed, cssInlined),
  });
}

function notesOf(removed: readonly string[], cssInlined: boolean): Note[] {
  const notes: Note[] = [];
  if (removed.length > 0)
    notes.push({
      code: 'markupRemoved',
      text: `taken out of the HTML document: ${removed.slice(0, 10).join(', ')}`,
    });
  if (!cssInlined)
    notes.push({
      code: 'cssNotInlined',
      text: 'the rules of <style> stay there, where some mail readers ignore them: there is Liquid in it or inside of tags, or too much of it',
    });
  return notes;
}

function withAsciiDomain(address: string): string {
  const at = address.trim().lastIndexOf('@');
  const domain = asciiDomain(address.trim().slice(at + 1), domainToASCII);
  if (at < 1 || domain === '')
    throw new ContentRefused([
      {
        pointer: '/identity',
        line: 1,
        column: 1,
        detail: 'the domain of an address of the sender has no ASCII form',
      },
    ]);
  return `${address.trim().slice(0, at)}@${domain}`;
}
