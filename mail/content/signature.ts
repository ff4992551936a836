import type { Content, Signature } from '../../domain/schema/content.ts';
import { faultAt, type ContentFault } from './faults.ts';
import { liquidFaults } from './liquid-check.ts';
import { maskLiquid, markFaults, unmask, type LiquidToken, type MaskedSource } from './liquid-mask.ts';
import { markupFaults } from './markup-check.ts';
import { readTags } from './markup.ts';
import { htmlToPlainText } from './plain-text.ts';

/** Where an author wants the signature, in any part of a content. */
const marker = /\{\{-?\s*signature\s*-?\}\}/g;
/** What the signature stands in: how it is found again in the finished HTML. */
const container = 'sluice-signature';
/** Its beginning there. */
export const signatureOpening = new RegExp(`<div class="${container}"`);
/** RFC 3676 4.3: a line of its own with this and nothing else; mail readers know by it what follows. */
const delimiter = '-- ';

/**
 * The content with the signature in its sources: in the place of `{{ signature }}`, else at the end of the body, and in a text that is
 * given after the delimiter line. Null takes the marker out. Lines of the content keep their numbers, so that a fault's place is still
 * that of what the user wrote. Pure; a content without HTML, MJML or text of its own comes back as it is.
 */
export function withSignature(content: Content, signature: Signature | null): Content {
  const { mjml, html, text } = content;
  return {
    ...content,
    ...(mjml === undefined ? {} : { mjml: inMjml(mjml, signature) }),
    ...(html === undefined ? {} : { html: inHtml(html, signature) }),
    ...(text === undefined ? {} : { text: inText(text, signature) }),
  };
}

/** The text of a signature that has only HTML, with its merge fields. HTML whose Liquid cannot be read is answered as it is: it will be refused. */
export function signatureText(html: string): string {
  try {
    const { text, tokens } = maskLiquid(html);
    return unmask(htmlToPlainText(text), tokens);
  } catch {
    return html;
  }
}

/** Everything that is wrong with a signature by itself; pointers begin with `/signature`. */
export function signatureFaults(
  signature: Signature | null,
  links: readonly string[] | null,
): ContentFault[] {
  if (signature === null) return [];
  const faults = (['html', 'text'] as const).flatMap((part) => {
    const pointer = `/signature/${part}`;
    const source = signature[part];
    return [...markFaults(pointer, source), ...liquidFaults(pointer, source, links)];
  });
  if (faults.length > 0) return faults;
  const masked = maskLiquid(signature.html);
  return [...frameFaults(signature.html, masked), ...markupFaults('/signature/html', signature.html, masked)];
}

/** A whole page, or MJML: it would tear the mail that it is put into. */
function frameFaults(source: string, masked: MaskedSource): ContentFault[] {
  return [...readTags(masked.text)]
    .filter(({ name }) => /^(?:html|head|body|mjml|mj-.*)$/.test(name))
    .map(({ name, offset }) =>
      faultAt(
        '/signature/html',
        source,
        masked.offsetInSource(offset),
        `a signature is a piece of a mail's HTML: leave <${name}> out`,
      ),
    );
}

/**
 * The plain text of finished, masked HTML, with the signature's own text at its end in the place of its HTML. `tokens` are those of both.
 */
export function textWithSignature(
  html: string,
  tokens: readonly LiquidToken[],
  signature: Signature | null,
): { readonly text: string; readonly tokens: readonly LiquidToken[] } {
  const text = htmlToPlainText(html, signature === null ? [] : [`div.${container}`]);
  if (signature === null) return { text, tokens };
  const own = maskLiquid(signature.text);
  const renumbered = own.text.replaceAll(
    /zqslot(\d+)zq/g,
    (_mark, index: string) => `zqslot${Number(index) + tokens.length}zq`,
  );
  return { text: belowDelimiter(text, renumbered), tokens: [...tokens, ...own.tokens] };
}

function inText(text: string, signature: Signature | null): string {
  const placed = replaceMarker(text, signature?.text ?? '');
  return placed !== null || signature === null ? (placed ?? text) : belowDelimiter(text, signature.text);
}

function inHtml(html: string, signature: Signature | null): string {
  const block = blockOf(signature);
  return replaceMarker(html, block) ?? beforeClosing(html, ['body', 'html'], block);
}

function inMjml(mjml: string, signature: Signature | null): string {
  const block = blockOf(signature);
  const placed = replaceMarker(mjml, block);
  if (placed !== null || signature === null) return placed ?? mjml;
  const section = `<mj-section><mj-column><mj-text>${block}</mj-text></mj-column></mj-section>`;
  return beforeClosing(mjml, ['mj-body'], section);
}

/** On one line, unless line breaks are shown: what stands below keeps its line number. */
function blockOf(signature: Signature | null): string {
  if (signature === null) return '';
  const { html } = signature;
  const keepsBreaks = /<(?:pre|textarea|style)\b|white-space/i.test(html);
  return `<div class="${container}">${keepsBreaks ? html : html.trim().replaceAll(/\s*\n\s*/g, ' ')}</div>`;
}

/** Null when there is no marker. */
function replaceMarker(source: string, replacement: string): string | null {
  return source.search(marker) < 0 ? null : source.replaceAll(marker, () => replacement);
}

/** Before the last closing tag of the first of these elements that is closed at all, else at the end; comments do not count. */
function beforeClosing(source: string, elements: readonly string[], block: string): string {
  if (block === '') return source;
  const offset = closingOf(source, elements) ?? source.length;
  return `${source.slice(0, offset)}${block}${source.slice(offset)}`;
}

function closingOf(source: string, elements: readonly string[]): number | null {
  let masked: ReturnType<typeof maskLiquid>;
  try {
    masked = maskLiquid(source);
  } catch {
    // Its Liquid cannot be read: the check refuses it with the place.
    return null;
  }
  const closings = [...readTags(masked.text)].filter(({ kind }) => kind === 'close');
  for (const element of elements) {
    const last = closings.findLast(({ name }) => name === element);
    if (last !== undefined) return masked.offsetInSource(last.offset);
  }
  return null;
}

/** A signature of pictures alone has no text. */
function belowDelimiter(text: string, signature: string): string {
  if (signature.trim() === '') return text;
  return `${text.trimEnd()}\n\n${delimiter}\n${signature.trim()}\n`;
}
