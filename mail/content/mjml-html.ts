import { faultAt, type ContentFault } from './faults.ts';
import { splitAtMarks, unmask, type LiquidToken, type MaskedSource } from './liquid-mask.ts';

export type MjmlResult =
  | { readonly ok: true; readonly html: string }
  | { readonly ok: false; readonly faults: readonly ContentFault[] };

/** Masked MJML to masked HTML. Faults carry the line and column of the source. Includes and configuration files are not read. */
export async function mjmlToHtml(pointer: string, source: string, masked: MaskedSource): Promise<MjmlResult> {
  // MJML is the heaviest library of the product; a process that never compiles does without it.
  const { default: compile } = await import('mjml');
  try {
    const { html, errors } = await compile(masked.text, {
      validationLevel: 'soft',
      ignoreIncludes: true,
      useMjmlConfigOptions: false,
      mjmlConfigPath: import.meta.dirname,
      keepComments: true,
      // MJML would link its default fonts at Google and tell them who opens a mail; `mj-font` still does what the author asks for.
      fonts: {},
    });
    const faults = errors.map((error) => mjmlFault(pointer, source, masked, error));
    if (faults.length > 0) return { ok: false, faults };
    const lost = lostTokens(pointer, source, masked, html);
    return lost.length > 0 ? { ok: false, faults: lost } : { ok: true, html: collapseIndentation(html) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      ok: false,
      faults: [
        faultAt(
          pointer,
          source,
          0,
          `no MJML, which stands inside <mjml>…</mjml>: ${unmask(error.message, masked.tokens)}`,
        ),
      ],
    };
  }
}

interface MjmlError {
  readonly line: number;
  readonly message: string;
  readonly tagName: string;
}

/** MJML knows the line of the masked text; the column is that of the tag in it. */
function mjmlFault(pointer: string, source: string, masked: MaskedSource, error: MjmlError): ContentFault {
  const lines = masked.text.split('\n');
  const lineStart = lines.slice(0, error.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const tagAt = masked.text.indexOf(`<${error.tagName}`, lineStart);
  const offset = masked.offsetInSource(tagAt < 0 ? lineStart : tagAt);
  return faultAt(pointer, source, offset, `<${error.tagName}>: ${unmask(error.message, masked.tokens)}`);
}

/** MJML drops text between its own elements. A condition there would vanish and with it its meaning. */
function lostTokens(pointer: string, source: string, masked: MaskedSource, html: string): ContentFault[] {
  const kept = new Set(splitAtMarks(html));
  return masked.tokens.flatMap((token: LiquidToken, index) => {
    if (kept.has(index)) return [];
    const inComment = source.lastIndexOf('<!--', token.offset) > source.lastIndexOf('-->', token.offset);
    if (inComment) return [];
    return [
      faultAt(
        pointer,
        source,
        token.offset,
        `MJML ignores ${token.text} here; put it into <mj-raw> or an element with text`,
      ),
    ];
  });
}

/** MJML indents for readers of its output; a third of the bytes are spaces. White space stays white space, preformatted text as it is. */
function collapseIndentation(html: string): string {
  if (/<(?:pre|textarea)\b|white-space\s*:\s*(?:pre|break)/i.test(html)) return html;
  // Not at every blank of a long run anew.
  return html.replaceAll(/(?<![ \t])[ \t]*\n\s*/g, '\n').trimStart();
}
