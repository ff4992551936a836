import { domainToASCII } from 'node:url';
import { asciiDomain } from '../domain/email-address.ts';
import type { ResponseLinks } from '../domain/merge-field.ts';
import type { Content, Identity, Signature } from '../domain/schema/content.ts';
import { ContentRefused, type ContentFault } from './content/faults.ts';
import { liquidFaults, syntaxFault } from './content/liquid-check.ts';
import type { PartKind } from './content/liquid-engine.ts';
import { markFaults, maskLiquid, type LiquidToken, type MaskedSource } from './content/liquid-mask.ts';
import { markupFaults } from './content/markup-check.ts';
import { mjmlToHtml } from './content/mjml-html.ts';
import { createProgram, type Program } from './content/program.ts';
import { signatureFaults, textWithSignature, withSignature } from './content/signature.ts';
import { wrapText } from './content/wrapped-text.ts';
import type { Content, Identity } from '../domain/schema/content.ts';
import { encoded, type Attachment } from './attachment.ts';
import { contentKey } from './content-key.ts';
import { composeBodies } from './content/bodies.ts';
import { ContentRefused } from './content/faults.ts';
import { createProgram } from './content/program.ts';
import { readSources } from './content/sources.ts';
import type { Downloads } from './downloads.ts';
import { buildFrame } from './mime-frame.ts';
import { Skeleton } from './skeleton.ts';

export interface MailToCompile {
  readonly campaignId: string;
  readonly campaignName: string;
  readonly identity: Identity;
  readonly content: Content;
  /** Stands at the end of the body, or where the content says `{{ signature }}`. */
  readonly signature?: Signature | null;
  /** The kind of mail, for List-Id; `mailings` when not given. */
  readonly streamId?: string;
  /** What `links.NAME` becomes; null: a content that uses one is refused. */
  readonly links?: ResponseLinks | null;
  /** Files that go with the mail, in their order. */
  readonly attachments?: readonly Attachment[];
  /** HTML in place of the content's body: a document of somebody else's make. */
  readonly bodyHtml?: string | null;
  /** The closing block below the body. */
  readonly signature?: { readonly html: string; readonly text: string } | null;
  /** Documents to download: where the content says `downloads`, else below the body. */
  readonly downloads?: Downloads | null;
  /** Marks every mail of this skeleton as a test: `[Test]` before the subject and an X-Sluice-Test header. */
  readonly test?: boolean;
}

/**
 * Compiles a campaign's mail once, to be filled for each recipient. Throws ContentRefused with every fault and its place.
 * No Auto-Submitted header is set: the mails come from a person or department who wants the answers, out-of-office ones among them.
 * List-Id is constant over all campaigns of a stream and sender (RFC 2919 3).
 */
export async function compileMail(mail: MailToCompile): Promise<Skeleton> {
  const { identity, signature = null } = mail;
  const content = withSignature(wrapText(mail.content), signature);
  const [subject, ...bodies] = check(content, mail.links?.names ?? null, signature);
  if (subject === undefined) throw new TypeError('a content has a subject');
  const parts = await compileBodies(content, bodies, signature);
  const { identity, content, links = null, downloads = null } = mail;
  const { bodyHtml = null, signature = null } = mail;
  const sources = readSources({ content, bodyHtml, signature, links: links?.names ?? null });
  const { html, text } = await composeBodies(sources, downloads);
  const address = withAsciiDomain(identity.address);
  const domain = address.slice(address.lastIndexOf('@') + 1);
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
    attachments: (mail.attachments ?? []).map((file) => ({ ...file, bytes: encoded(file) })),
  });
  const { tokens, text: subject } = sources.subject.masked;
  return new Skeleton({
    campaignName: mail.campaignName,
    links,
    downloads,
    sender: address,
    domain,
    subjectPrefix: mail.test === true ? '[Test] ' : '',
    subject: createProgram('text', subject, tokens),
    text,
    html,
    frame,
  });
}

/** Two mails with the same key compile to the same skeleton. Also the boundary of their MIME parts. */
export function contentKey({
  campaignId,
  campaignName,
  identity,
  content,
  signature,
  streamId,
  test,
}: MailToCompile): string {
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
    // Behind the others and only where they are: a mail from before them keeps its key, and with it its bytes.
    ...(wrap === undefined ? [] : ['wrap']),
    ...(signature ? ['signature', signature.html, signature.text] : []),
  ];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex')
    .slice(0, 32);
}

interface Source {
  readonly pointer: string;
  readonly field: 'subject' | 'mjml' | 'html' | 'text';
  readonly source: string;
  readonly masked: MaskedSource;
}

/** Everything that can be said about the sources as written; refuses with all of it. The subject comes first. */
function check(content: Content, links: readonly string[] | null, signature: Signature | null): Source[] {
  const own = signatureFaults(signature, links);
  // Told alone: in the content, where it stands by now, it would be found again.
  if (own.length > 0) throw new ContentRefused(own);
  const faults: ContentFault[] = [];
  const sources: Source[] = [];
  for (const field of ['subject', 'mjml', 'html', 'text'] as const) {
    const source = content[field];
    if (source === undefined) continue;
    const pointer = `/content/${field}`;
    // What was made of the text has the text's faults, which are told there.
    const isMade = content.wrap === true && field === 'html';
    if (!isMade) faults.push(...markFaults(pointer, source), ...liquidFaults(pointer, source, links));
    // What cannot be told apart into Liquid and the rest cannot be looked at any further.
    const masked = tryMask(source);
    if (masked === null) continue;
    if (field === 'mjml' || field === 'html') faults.push(...markupFaults(pointer, source, masked));
    sources.push({ pointer, field, source, masked });
  }
  if (faults.length > 0) throw new ContentRefused(faults);
  return sources;
}

function tryMask(source: string): MaskedSource | null {
  try {
    return maskLiquid(source);
  } catch {
    return null;
  }
}

async function compileBodies(
  content: Content,
  bodies: readonly Source[],
  signature: Signature | null,
): Promise<{ text: Program | null; html: Program | null }> {
  const rich = bodies.find(({ field }) => field !== 'text');
  const plain = bodies.find(({ field }) => field === 'text');
  const html = rich === undefined ? null : await maskedHtml(rich);
  const { text, tokens } =
    plain?.masked ??
    textWithSignature(html ?? '', rich?.masked.tokens ?? [], html === null ? null : signature);
  return {
    html: rich === undefined || html === null ? null : createBody('html', rich, html, rich.masked.tokens),
    text:
      text.trim() === '' && content.text === undefined
        ? null
        : createBody('text', plain ?? rich, text, tokens),
  };
}

async function maskedHtml({ field, pointer, source, masked }: Source): Promise<string> {
  if (field === 'html') return masked.text;
  const result = await mjmlToHtml(pointer, source, masked);
  if (!result.ok) throw new ContentRefused(result.faults);
  return result.html;
}

/** A block that stood across elements may come out torn, for instance in a plain text that leaves out one of them. */
function createBody(
  kind: PartKind,
  origin: Source | undefined,
  masked: string,
  tokens: readonly LiquidToken[],
): Program {
  const pointer = origin?.pointer ?? '/content';
  try {
    return createProgram(kind, masked.endsWith('\n') ? masked : `${masked}\n`, tokens);
  } catch (error) {
    const { detail } = syntaxFault(pointer, error);
    const way =
      kind === 'text' ? 'give a text of its own' : 'keep each block inside one element or in <mj-raw>';
    throw new ContentRefused(
      [{ pointer, line: 1, column: 1, detail: `${detail} in the ${kind} part; ${way}` }],
      {
        cause: error,
      },
    );
  }
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
