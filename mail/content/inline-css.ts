import { inline } from '@css-inline/css-inline';
import { splitAtMarks } from './liquid-mask.ts';
import { readTags, type MarkupTag } from './markup.ts';

const mark = /zqslot\d+zq/;

/**
 * Masked HTML with the rules of its style elements written into the elements that they are about, because large mail readers ignore
 * style elements. What cannot be written there (media queries, `:hover`, fonts) stays in the head. HTML without a style element is
 * answered as it is, and so is one whose Liquid would not come out of it as it went in. Nothing is loaded from anywhere.
 */
export function inlineCss(html: string): { readonly html: string; readonly inlined: boolean } {
  const tags = [...readTags(html)];
  if (!tags.some(({ name, kind }) => name === 'style' && kind === 'open')) return { html, inlined: true };
  // A condition among attributes would become an attribute, one among style rules a broken rule.
  if (tags.some(({ name, attributes }) => mark.test(name) || attributes.some((each) => mark.test(each.name))))
    return { html, inlined: false };
  const rules = tags.flatMap(({ name, kind, end }, at) =>
    name === 'style' && kind === 'open' ? [html.slice(end, tags[at + 1]?.offset)] : [],
  );
  const selectors = rules.reduce((sum, css) => sum + css.split(/[{,]/).length, 0);
  if (rules.some((css) => mark.test(css)) || selectors * tags.length > mostMatches)
    return { html, inlined: false };
  const done = inline(hideMarks(html, tags), options)
    .replaceAll(/<!--(zqslot\d+zq)-->/g, '$1')
    .replaceAll(/<style(?: [^>]*)?>\s*<\/style>/g, '');
  return marksOf(done) === marksOf(html) ? { html: done, inlined: true } : { html, inlined: false };
}

/** Each selector is tried on each element: beyond this it takes seconds. */
const mostMatches = 4_000_000;

const options = {
  loadRemoteStylesheets: false,
  keepStyleTags: true,
  removeInlinedSelectors: true,
  keepAtRules: true,
};

function marksOf(html: string): string {
  return splitAtMarks(html)
    .filter((piece) => typeof piece === 'number')
    .join(' ');
}

/** Their content is text only: a comment in it would be seen. */
const textOnly = new Set(['style', 'script', 'title', 'textarea']);

/**
 * Marks between elements as comments: a reader of HTML moves text that stands between the rows of a table out of the table, and with
 * it the loop over the rows.
 */
function hideMarks(html: string, tags: readonly MarkupTag[]): string {
  let hidden = '';
  let from = 0;
  let inText = false;
  for (const { name, offset, end } of tags) {
    hidden += inText ? html.slice(from, offset) : hideBetweenComments(html.slice(from, offset));
    hidden += html.slice(offset, end);
    inText = textOnly.has(name) && html[offset + 1] !== '/';
    from = end;
  }
  return hidden + hideBetweenComments(html.slice(from));
}

function hideBetweenComments(text: string): string {
  return text
    .split(/(<!--[\s\S]*?-->)/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replaceAll(/zqslot\d+zq/g, '<!--$&-->')))
    .join('');
}
