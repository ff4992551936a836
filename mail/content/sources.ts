import type { Content, Signature } from '../../domain/schema/content.ts';
import { placementFaults } from './downloads-place.ts';
import { ContentRefused, type ContentFault } from './faults.ts';
import { liquidFaults } from './liquid-check.ts';
import { markFaults, maskLiquid, type MaskedSource } from './liquid-mask.ts';
import { markupFaults } from './markup-check.ts';
import { signatureFaults, withSignature } from './signature.ts';
import { wrapText } from './wrapped-text.ts';

/** One text that a person wrote for a mail, and where. */
export interface Source {
  readonly pointer: string;
  readonly field: 'subject' | 'mjml' | 'html' | 'text';
  readonly source: string;
  readonly masked: MaskedSource;
}

export interface Sources {
  readonly subject: Source;
  /** MJML or HTML. */
  readonly rich: Source | null;
  readonly plain: Source | null;
}

export interface WrittenMail {
  readonly content: Content;
  /** HTML in place of the content's body. */
  readonly bodyHtml: string | null;
  /** Goes into the content, or into the HTML in its place. */
  readonly signature: Signature | null;
  /** Names of the response links that the mail may use; null: there is no address for any. */
  readonly links: readonly string[] | null;
}

/** Everything that can be said about the sources as written; throws ContentRefused with all of it. */
export function readSources({ content: written, bodyHtml, signature, links }: WrittenMail): Sources {
  const own = signatureFaults(signature, links);
  // Told alone: in the content, where it stands by now, it would be found again.
  if (own.length > 0) throw new ContentRefused(own);
  const content = withSignature(wrapText(written), signature);
  const faults: ContentFault[] = [];
  const read = (pointer: string, field: Source['field'], source: string | undefined): Source | null => {
    if (source === undefined) return null;
    // What was made of the text has the text's faults, which are told there.
    const isMade = content.wrap === true && pointer === '/content/html';
    if (!isMade) faults.push(...markFaults(pointer, source), ...liquidFaults(pointer, source, links));
    // What cannot be told apart into Liquid and the rest cannot be looked at any further.
    const masked = tryMask(source);
    if (masked === null) return null;
    faults.push(...placementFaults(pointer, field, source, masked.tokens));
    if (field === 'mjml' || field === 'html') faults.push(...markupFaults(pointer, source, masked));
    return { pointer, field, source, masked };
  };
  const subject = read('/content/subject', 'subject', content.subject);
  const mjml = read('/content/mjml', 'mjml', content.mjml);
  const html = read('/content/html', 'html', content.html);
  const text = read('/content/text', 'text', content.text);
  const body = read('/documents/0', 'html', bodyOf(bodyHtml, signature));
  if (faults.length > 0) throw new ContentRefused(faults);
  if (subject === null) throw new TypeError('a content has a subject');
  return {
    subject,
    rich: body ?? mjml ?? html,
    plain: body === null ? text : null,
  };
}

function tryMask(source: string): MaskedSource | null {
  try {
    return maskLiquid(source);
  } catch {
    return null;
  }
}

function bodyOf(html: string | null, signature: Signature | null): string | undefined {
  return html === null ? undefined : withSignature({ subject: '', html }, signature).html;
}
