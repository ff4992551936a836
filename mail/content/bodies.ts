import type { Signature } from '../../domain/schema/content.ts';
import type { Downloads } from '../downloads.ts';
import { addressOf, type MailImage, type MailImages } from '../mail-image.ts';
import { downloadsToken, isDownloads } from './downloads-place.ts';
import { ContentRefused } from './faults.ts';
import { placeImages } from './image-references.ts';
import { inlineCss } from './inline-css.ts';
import { syntaxFault } from './liquid-check.ts';
import type { PartKind } from './liquid-engine.ts';
import { markOf, type LiquidToken } from './liquid-mask.ts';
import { mjmlToHtml } from './mjml-html.ts';
import { createProgram, type Program } from './program.ts';
import { signatureOpening, textWithSignature } from './signature.ts';
import type { Source, Sources } from './sources.ts';

export interface Bodies {
  readonly html: Program | null;
  readonly text: Program | null;
  /** The styles are where a reader without style elements sees them. */
  readonly cssInlined: boolean;
  /** The images that the HTML finds in the mail, each once. */
  readonly shown: readonly MailImage[];
}

/** A text whose Liquid is masked, with the tokens that its marks stand for. */
interface Masked {
  readonly text: string;
  readonly tokens: readonly LiquidToken[];
}

/** What belongs to a body besides what was written. */
export interface Around {
  readonly downloads: Downloads | null;
  /** It stands in the sources already; the text that is made of HTML takes its own text. */
  readonly signature: Signature | null;
  readonly images: MailImages;
  /** The sender's, for the addresses of images in the mail. */
  readonly domain: string;
}

/**
 * The two forms of a mail's body, with the list of downloads at its end where nobody has placed it. The plain text is what its author
 * gave, or what a reader of the HTML sees. Throws ContentRefused.
 */
export async function composeBodies({ rich, plain }: Sources, around: Around): Promise<Bodies> {
  const { downloads, signature } = around;
  const listed = downloads !== null && downloads.items.length > 0;
  const html = rich === null ? null : await composeHtml(rich, listed, around);
  const text =
    plain === null ? textOf(html, signature) : listed ? withList(plain.masked, belowText) : plain.masked;
  return {
    html: html === null ? null : createBody('html', rich, html),
    text: text.text.trim() === '' && plain === null ? null : createBody('text', plain ?? rich, text),
    cssInlined: html?.cssInlined ?? true,
    shown: html?.shown ?? [],
  };
}

function textOf(html: Masked | null, signature: Signature | null): Masked {
  return html === null ? { text: '', tokens: [] } : textWithSignature(html.text, html.tokens, signature);
}

type ComposedHtml = Masked & Pick<Bodies, 'cssInlined' | 'shown'>;

async function composeHtml(rich: Source, listed: boolean, { images, domain }: Around): Promise<ComposedHtml> {
  const written = await htmlOf(rich);
  const { text, tokens } = listed ? withList(written, belowHtml) : written;
  // MJML writes its styles where they belong by itself.
  const styled = rich.field === 'mjml' ? { html: text, inlined: true } : inlineCss(text);
  const shown = new Map<string, MailImage>();
  const placed = placeImages(styled.html, (name) => {
    const image = images.get(name);
    // Only what came into being by composing has no image: it was no name of one to its author.
    if (image === undefined) return `image:${name}`;
    if (image.url === null) shown.set(image.bytes.sha256, image);
    return addressOf(image, domain);
  });
  return { text: placed, tokens, cssInlined: styled.inlined, shown: [...shown.values()] };
}

function withList(body: Masked, below: (text: string, mark: string) => string): Masked {
  if (body.tokens.some(isDownloads)) return body;
  const { text, tokens } = body;
  return { text: below(text, markOf(tokens.length)), tokens: [...tokens, downloadsToken] };
}

const listStyle =
  'max-width:600px;margin:16px auto;padding:0 16px;font-family:Arial,Helvetica,sans-serif;font-size:14px';

/** In front of the signature, else of what closes the body. */
function belowHtml(html: string, mark: string): string {
  const ends = [signatureOpening, /<\/body\s*>/i, /<\/html\s*>/i].map((place) => html.search(place));
  const end = ends.find((at) => at >= 0) ?? html.length;
  return `${html.slice(0, end)}<div style="${listStyle}">${mark}</div>\n${html.slice(end)}`;
}

function belowText(text: string, mark: string): string {
  const delimiter = text.lastIndexOf('\n-- \n');
  const end = delimiter < 0 ? text.length : delimiter;
  return `${text.slice(0, end).trimEnd()}\n\n${mark}\n${text.slice(end)}`;
}

async function htmlOf({ field, pointer, source, masked }: Source): Promise<Masked> {
  if (field === 'html') return masked;
  const result = await mjmlToHtml(pointer, source, masked);
  if (!result.ok) throw new ContentRefused(result.faults);
  return { text: result.html, tokens: masked.tokens };
}

/** A block that stood across elements may come out torn, for instance in a plain text that leaves out one of them. */
function createBody(kind: PartKind, origin: Source | null, { text: masked, tokens }: Masked): Program {
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
