import type { Content, Signature } from '../../domain/schema/content.ts';
import { imageFaults, type MailImages } from '../mail-image.ts';
import { placementFaults } from './downloads-place.ts';
import { ContentRefused, type ContentFault } from './faults.ts';
import { liquidFaults } from './liquid-check.ts';
import { markFaults, maskLiquid, type MaskedSource } from './liquid-mask.ts';
import { depthFaults, markupFaults } from './markup-check.ts';
import { readTags } from './markup.ts';
import { sanitiseHtml } from './sanitise-html.ts';
import { signatureFaults, withSignature } from './signature.ts';

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
  /** What was taken out of a body of somebody else's make, in words. */
  readonly removed: readonly string[];
}

export interface WrittenMail {
  readonly content: Content;
  /** HTML in place of the content's body. */
  readonly bodyHtml: string | null;
  readonly signature: Signature | null;
  readonly images: MailImages;
  /** Names of the response links that the mail may use; null: there is no address for any. */
  readonly links: readonly string[] | null;
}

/** Everything that can be said about the sources as written; throws ContentRefused with all of it. */
export function readSources({ content, bodyHtml, signature, images, links }: WrittenMail): Sources {
  const own = signatureFaults(signature, links);
  // Told alone: in the content, where it stands by now, it would be found again.
  if (own.length > 0) throw new ContentRefused(own);
  const hasEvent = content.calendar !== undefined;
  const faults: ContentFault[] = [];
  const read = (pointer: string, field: Source['field'], source: string | undefined): Source | null => {
    if (source === undefined) return null;
    // What was made of the text has the text's faults, which are told there.
    const isMade = content.wrap === true && field === 'html';
    if (!isMade)
      faults.push(...markFaults(pointer, source), ...liquidFaults(pointer, source, links, hasEvent));
    // What cannot be told apart into Liquid and the rest cannot be looked at any further.
    const masked = tryMask(source);
    if (masked === null) return null;
    if (!isMade) faults.push(...placementFaults(pointer, field, source, masked.tokens));
    if (field === 'mjml' || field === 'html')
      faults.push(...markupFaults(pointer, source, masked), ...imageFaults(pointer, source, images));
    return { pointer, field, source, masked };
  };
  const subject = read('/content/subject', 'subject', content.subject);
  const mjml = read('/content/mjml', 'mjml', content.mjml);
  const html = read('/content/html', 'html', content.html);
  const text = read('/content/text', 'text', content.text);
  const foreign =
    bodyHtml === null ? null : readForeign('/documents/0', bodyHtml, { signature, links, hasEvent });
  faults.push(...(foreign?.faults ?? []), ...imageFaults('/documents/0', bodyHtml ?? '', images));
  const body = foreign?.source ?? null;
  if (faults.length > 0) throw new ContentRefused(faults);
  if (subject === null) throw new TypeError('a content has a subject');
  return {
    subject,
    rich: body ?? mjml ?? html,
    plain: body === null ? text : null,
    removed: foreign?.removed ?? [],
  };
}

interface Foreign {
  readonly source: Source | null;
  readonly faults: readonly ContentFault[];
  readonly removed: readonly string[];
}

/** What a document of this size would be as a mail, nobody could open. */
const longestBody = 1_000_000;

/** HTML that nobody here wrote: what may not be in a mail is taken out instead of refused, as its author is not asked. */
function readForeign(
  pointer: string,
  written: string,
  { signature, links, hasEvent }: Pick<WrittenMail, 'signature' | 'links'> & { hasEvent: boolean },
): Foreign {
  const html = withSignature({ subject: '', html: written }, signature).html ?? written;
  const refuse = (detail: string): Foreign => ({
    source: null,
    faults: [{ pointer, line: 1, column: 1, detail }],
    removed: [],
  });
  if (html.length > longestBody)
    return refuse(
      `an HTML document as body has at most ${longestBody} characters (got ${html.length}); attach it instead`,
    );
  const faults = [...markFaults(pointer, html), ...liquidFaults(pointer, html, links, hasEvent)];
  const masked = tryMask(html);
  if (masked === null) return { source: null, faults, removed: [] };
  faults.push(...placementFaults(pointer, 'html', html, masked.tokens));
  const depth = depthFaults([...readTags(masked.text)]);
  if (faults.length + depth.length > 0)
    return {
      source: null,
      faults: [...faults, ...depth.map(({ detail }) => ({ pointer, line: 1, column: 1, detail }))],
      removed: [],
    };
  const { html: text, removed } = sanitiseHtml(masked.text);
  const clean = { ...masked, text };
  return {
    source: { pointer, field: 'html', source: html, masked: clean },
    faults: markupFaults(pointer, html, clean),
    removed,
  };
}

function tryMask(source: string): MaskedSource | null {
  try {
    return maskLiquid(source);
  } catch {
    return null;
  }
}
