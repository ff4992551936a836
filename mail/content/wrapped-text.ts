import type { Content } from '../../domain/schema/content.ts';
import { maskLiquid, unmask, type LiquidToken } from './liquid-mask.ts';

/**
 * Makes the HTML of a content whose text is to be wrapped (`wrap`); any other content is answered as it is. Paragraphs and line breaks
 * are those of the text, addresses of pages and mailboxes become links, everything else is escaped. Merge fields and conditions stay
 * where they are: values are escaped when they are filled in. A text whose Liquid cannot be read is left for the check to refuse.
 */
export function wrapText(content: Content): Content {
  const { wrap, text } = content;
  if (wrap !== true || text === undefined) return content;
  try {
    const { text: masked, tokens } = maskLiquid(text);
    return { ...content, html: unmask(page(paragraphs(masked, tokens)), tokens) };
  } catch {
    return content;
  }
}

/** Narrow enough to read, wide enough for a phone, letters that no reader makes smaller. */
function page(body: string): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body style="max-width:600px;margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;overflow-wrap:break-word;-webkit-text-size-adjust:100%;">
${body}
</body>
</html>
`;
}

function paragraphs(masked: string, tokens: readonly LiquidToken[]): string {
  return masked
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n\s*/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p style="margin:0 0 1em;">${lines(paragraph.replace(/\n+$/, ''), tokens)}</p>`)
    .join('\n');
}

function lines(paragraph: string, tokens: readonly LiquidToken[]): string {
  return paragraph
    .split('\n')
    .map((line) => linked(line, tokens))
    .join('<br>\n');
}

/** A mark, a web address, a mailbox, in this order: a link may hold marks of values, and whole links may come from a value. */
const linkable =
  /https?:\/\/[^\s<>"]+|(?<![\w.%+-])[\w.%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}|zqslot\d+zq/gi;
/** No reader follows a longer one, and looking for its end takes time that grows with the square of it. */
const longestLink = 2_000;
/** What ends a sentence is not the end of its link. */
const trailing = /[.,;:!?'"]+$/;
const markAlone = /^zqslot(\d+)zq$/;

function linked(line: string, tokens: readonly LiquidToken[]): string {
  let html = '';
  let done = 0;
  for (const match of line.matchAll(linkable)) {
    const link = linkIn(match[0], tokens);
    if (link === null) continue;
    html += escapeText(line.slice(done, match.index)) + link.html;
    done = match.index + link.length;
  }
  return html + escapeText(line.slice(done));
}

/** The link that what was found begins with, and how much of it belongs to it. */
function linkIn(found: string, tokens: readonly LiquidToken[]): { html: string; length: number } | null {
  if (found.length > longestLink) return null;
  const mark = markAlone.exec(found);
  if (mark !== null) {
    const token = tokens[Number(mark[1])];
    const isLink = token?.kind === 'output' && token.content.startsWith('links.');
    return isLink ? { html: anchor(found, found), length: found.length } : null;
  }
  const target = wholeLink(found, tokens);
  if (/^(?:https?:\/*)?$/i.test(target)) return null;
  if (!target.includes('://')) return { html: anchor(`mailto:${target}`, target), length: target.length };
  return { html: anchor(target, target), length: target.length };
}

/** Ends before a condition, which cannot stand twice, before the full stop of the sentence and a bracket that opened before the link. */
function wholeLink(found: string, tokens: readonly LiquidToken[]): string {
  let end = found.length;
  for (const mark of found.matchAll(/zqslot(\d+)zq/g))
    if (tokens[Number(mark[1])]?.kind === 'tag') end = Math.min(end, mark.index);
  let link = found.slice(0, end).replace(trailing, '');
  while (link.endsWith(')') && count(link, ')') > count(link, '('))
    link = link.slice(0, -1).replace(trailing, '');
  return link;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function anchor(target: string, shown: string): string {
  return `<a href="${escapeText(target)}">${escapeText(shown)}</a>`;
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Two spaces in a row are meant: as in a text, the first stays. */
function escapeText(text: string): string {
  return text
    .replaceAll(/[&<>"]/g, (character) => references[character] ?? '')
    .replaceAll(/ (?= )/g, '&nbsp;')
    .replaceAll('\t', '&nbsp;&nbsp; ');
}
