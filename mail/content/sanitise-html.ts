import sanitize from 'sanitize-html';
import { cleanCss } from './clean-css.ts';
import { readTags } from './markup.ts';

/** HTML without anything that acts by itself, and what had to go, in words. */
export interface SanitisedHtml {
  readonly html: string;
  /** Such as "2 × <script>". */
  readonly removed: readonly string[];
}

/**
 * HTML of somebody else's make as a mail can carry it: text, tables, images, styles and links. Scripts, forms, frames, event handlers and
 * every unknown thing are taken out. Liquid in values and between elements stays as it is.
 */
export function sanitiseHtml(source: string): SanitisedHtml {
  const removed = new Map<string, number>();
  const note = (what: string): void => void removed.set(what, (removed.get(what) ?? 0) + 1);
  noteMarkup(source, note);
  const clean = (css: string): string => cleanCss(css, () => note('a dangerous CSS rule'));
  const html = sanitize(source, {
    ...options,
    transformTags: {
      '*': (tagName, attribs) => ({
        tagName,
        attribs: attribs['style'] === undefined ? attribs : { ...attribs, style: clean(attribs['style']) },
      }),
    },
  });
  const styled = html.replaceAll(
    /(<style[^>]*>)([\s\S]*?)(<\/style>)/g,
    (_, open: string, css: string, close: string) => open + clean(css) + close,
  );
  return {
    html: /^\s*<!doctype\b/i.test(source) ? `<!doctype html>\n${styled}` : styled,
    removed: [...removed].map(([what, count]) => (count === 1 ? what : `${count} × ${what}`)),
  };
}

const tags =
  'html head body title meta style div span p br hr h1 h2 h3 h4 h5 h6 blockquote pre code address center ' +
  'a b strong i em u s strike del ins small big sub sup mark font abbr acronym cite q dfn kbd samp tt var time wbr bdi bdo ruby rt rp ' +
  'ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr td th img picture source map area ' +
  'article aside figure figcaption footer header main nav section details summary';

const attributes: sanitize.IOptions['allowedAttributes'] = {
  '*': 'style class id dir lang title align valign width height bgcolor background color role aria-* data-* tabindex'.split(
    ' ',
  ),
  a: ['href', 'name', 'target', 'rel'],
  area: ['href', 'shape', 'coords', 'alt'],
  img: ['src', 'alt', 'border', 'hspace', 'vspace', 'usemap', 'srcset', 'sizes'],
  source: ['srcset', 'sizes', 'media', 'type'],
  map: ['name'],
  table: ['border', 'cellpadding', 'cellspacing', 'summary', 'frame', 'rules', 'bordercolor'],
  td: ['colspan', 'rowspan', 'nowrap', 'headers', 'abbr', 'bordercolor'],
  th: ['colspan', 'rowspan', 'nowrap', 'headers', 'abbr', 'scope', 'bordercolor'],
  col: ['span'],
  colgroup: ['span'],
  ol: ['start', 'type', 'reversed'],
  ul: ['type'],
  li: ['value', 'type'],
  font: ['face', 'size'],
  body: ['text', 'link', 'vlink', 'alink', 'leftmargin', 'topmargin', 'marginwidth', 'marginheight'],
  html: ['xmlns'],
  hr: ['size', 'noshade'],
  blockquote: ['cite'],
  q: ['cite'],
  time: ['datetime'],
  meta: ['charset', 'name', 'content'],
  style: ['type', 'media'],
};

const options: sanitize.IOptions = {
  allowedTags: tags.split(' '),
  // Styles are cleaned apart; sanitize-html asks to be told that we know.
  allowVulnerableTags: true,
  allowedAttributes: attributes,
  nonTextTags:
    'script noscript iframe object embed applet svg math textarea option select template noembed noframes xml'.split(
      ' ',
    ),
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https', 'cid', 'image', 'data'] },
  allowedSchemesAppliedToAttributes: ['href', 'src', 'cite', 'background'],
  allowProtocolRelative: false,
  parseStyleAttributes: false,
  disallowedTagsMode: 'discard',
  // No honest mail is so deep, and reading what is takes time that grows with the square of it.
  nestingLimit: 256,
};

const allowed = new Set(options.allowedTags === false ? [] : options.allowedTags);

function noteMarkup(source: string, note: (what: string) => void): void {
  for (const { name, kind, attributes: given } of readTags(source)) {
    if (kind === 'close') continue;
    // Comments, document types and the vocabularies of word processors say nothing that a recipient would miss.
    if (!allowed.has(name) && !name.includes(':')) note(`<${name.slice(0, 40)}>`);
    for (const attribute of given) {
      if (/^on[a-z]+$/.test(attribute.name)) note(`the event handler "${attribute.name}"`);
      else if (/^[\s\p{Cc}]*(?:javascript|vbscript|data\s*:\s*text)\b/iu.test(attribute.value ?? ''))
        note('a link with a script');
    }
  }
}
