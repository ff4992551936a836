/** In attributes and styles that load a picture; the name ends where the value does. */
const reference =
  /(\b(?:src|background|background-url|icon-wrapped-url|icon-unwrapped-url|thumbnails-src|left-icon|right-icon)\s*=\s*["']\s*|url\(\s*(?:["']|&quot;|&#39;|&#34;)?)image:([^"'&()\s>]{1,300})/gi;

/** The images that HTML, MJML or a finished mail shows by name (`image:logo.png`), each once, with the place of its first use. */
export function imagesIn(source: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const match of source.matchAll(reference)) {
    const [whole, before = '', name = ''] = match;
    if (!found.has(name)) found.set(name, match.index + whole.indexOf('image:', before.length));
  }
  return found;
}

/** The same markup with addresses in the place of names. */
export function placeImages(html: string, addressOf: (name: string) => string): string {
  return html.replaceAll(reference, (_, before: string, name: string) => before + addressOf(name));
}
