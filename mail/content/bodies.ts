import type { Signature } from '../../domain/schema/content.ts';
import type { Downloads } from '../downloads.ts';
import { downloadsToken, isDownloads } from './downloads-place.ts';
import { ContentRefused } from './faults.ts';
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
}

/** A text whose Liquid is masked, with the tokens that its marks stand for. */
interface Masked {
  readonly text: string;
  readonly tokens: readonly LiquidToken[];
}

/**
 * The two forms of a mail's body: what was written, the list of downloads where nobody has placed it, the signature. The plain text is
 * what its author gave, or what a reader of the HTML sees. Throws ContentRefused.
 */
export async function composeBodies(
  { rich, plain }: Sources,
  downloads: Downloads | null,
  signature: Signature | null,
): Promise<Bodies> {
  const listed = downloads !== null && downloads.items.length > 0;
  const html = rich === null ? null : withDownloads(await htmlOf(rich), listed, 'html');
  const text =
    plain === null
      ? textWithSignature(html?.text ?? '', html?.tokens ?? [], html === null ? null : signature)
      : withDownloads(plain.masked, listed, 'text');
  return {
    html: html === null ? null : createBody('html', rich, html),
    text: text.text.trim() === '' && plain === null ? null : createBody('text', plain ?? rich, text),
  };
}

/** The list of downloads, where there are any and nobody has placed it: at the end of the body, above the signature. */
function withDownloads(body: Masked, listed: boolean, kind: PartKind): Masked {
  const { text, tokens } = body;
  if (!listed || tokens.some(isDownloads)) return body;
  const mark = markOf(tokens.length);
  return {
    text: kind === 'html' ? below(text, `<div style="${listStyle}">${mark}</div>`) : above(text, mark),
    tokens: [...tokens, downloadsToken],
  };
}

/** In a plain text: in front of the signature's delimiter (RFC 3676 4.3). */
function above(text: string, mark: string): string {
  const end = text.lastIndexOf('\n-- \n');
  const body = end < 0 ? text : text.slice(0, end);
  return `${body.trimEnd()}\n\n${mark}${end < 0 ? '' : `\n${text.slice(end)}`}`;
}

const listStyle =
  'max-width:600px;margin:16px auto;padding:0 16px;font-family:Arial,Helvetica,sans-serif;font-size:14px';

/** In front of the signature, else at the end of the body, in front of what closes it. */
function below(html: string, block: string): string {
  const end =
    [signatureOpening, /<\/body\s*>/i, /<\/html\s*>/i]
      .map((place) => html.search(place))
      .find((at) => at >= 0) ?? html.length;
  return `${html.slice(0, end)}${block}\n${html.slice(end)}`;
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
