import type { Downloads } from '../downloads.ts';
import { downloadsToken, isDownloads } from './downloads-place.ts';
import { ContentRefused } from './faults.ts';
import { syntaxFault } from './liquid-check.ts';
import type { PartKind } from './liquid-engine.ts';
import { markOf, type LiquidToken } from './liquid-mask.ts';
import { mjmlToHtml } from './mjml-html.ts';
import { htmlToPlainText } from './plain-text.ts';
import { createProgram, type Program } from './program.ts';
import { maskedBehind, type Source, type Sources } from './sources.ts';

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
export async function composeBodies(sources: Sources, downloads: Downloads | null): Promise<Bodies> {
  const { rich, plain, signature } = sources;
  const listed = downloads !== null && downloads.items.length > 0;
  const html =
    rich === null
      ? null
      : signed(await htmlOf(rich), { html: true, listed, closing: signature?.html ?? null });
  const text =
    plain === null
      ? { text: html === null ? '' : htmlToPlainText(html.text), tokens: html?.tokens ?? [] }
      : signed(plain.masked, { html: false, listed, closing: signature?.text ?? null });
  return {
    html: html === null ? null : createBody('html', rich, html),
    text: text.text.trim() === '' && plain === null ? null : createBody('text', plain ?? rich, text),
  };
}

interface Below {
  readonly html: boolean;
  /** There is something to download. */
  readonly listed: boolean;
  readonly closing: Source | null;
}

function signed(body: Masked, { html, listed, closing }: Below): Masked {
  let { text, tokens } = body;
  if (listed && !tokens.some(isDownloads)) {
    const mark = markOf(tokens.length);
    text = html ? below(text, `<div style="${listStyle}">${mark}</div>`) : `${text.trimEnd()}\n\n${mark}`;
    tokens = [...tokens, downloadsToken];
  }
  if (closing !== null) {
    const end = maskedBehind(closing, tokens);
    text = html ? below(text, end.text) : `${text.trimEnd()}\n\n${end.text}`;
    tokens = [...tokens, ...end.tokens];
  }
  return { text, tokens };
}

const listStyle =
  'max-width:600px;margin:16px auto;padding:0 16px;font-family:Arial,Helvetica,sans-serif;font-size:14px';

/** At the end of the body, in front of what closes it. */
function below(html: string, block: string): string {
  const end = /<\/body\s*>/i.exec(html)?.index ?? /<\/html\s*>/i.exec(html)?.index ?? html.length;
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
