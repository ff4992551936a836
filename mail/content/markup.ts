/** One attribute as written. `quoted` false: `a=b` without quotes. `value` null: none given. Offsets are of the attribute's name. */
interface MarkupAttribute {
  readonly name: string;
  readonly value: string | null;
  readonly quoted: boolean;
  readonly offset: number;
}

export interface MarkupTag {
  readonly name: string;
  readonly kind: 'open' | 'close' | 'selfClosing';
  readonly attributes: readonly MarkupAttribute[];
  readonly offset: number;
  /** Behind its `>`. */
  readonly end: number;
}

const tagStart = /<!--|<!\[CDATA\[|<(\/?)([A-Za-z][^\s/>]*)/g;
const attribute = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?|(\/?>)/g;
/** Their content is no markup. */
const rawText = new Set(['style', 'script', 'title', 'textarea', 'mj-style', 'mj-title', 'mj-preview']);

/** The tags of MJML or HTML in order, with their places. Reads what people write, not every corner of the HTML standard. */
export function* readTags(source: string): Generator<MarkupTag> {
  tagStart.lastIndex = 0;
  for (let match = tagStart.exec(source); match !== null; match = tagStart.exec(source)) {
    const name = match[2]?.toLowerCase();
    const from = tagStart.lastIndex;
    if (name === undefined) {
      tagStart.lastIndex = match[0] === '<!--' ? endOfComment(source, from) : endOf(source, ']]>', from);
      continue;
    }
    const { attributes, end, selfClosing } = readAttributes(source, from);
    const kind = match[1] === '/' ? 'close' : selfClosing ? 'selfClosing' : 'open';
    const next = kind === 'open' && rawText.has(name) ? closingOf(source, name, end) : end;
    yield { name, kind, attributes, offset: match.index, end };
    // The consumer may read other markup in between, so the place is set anew.
    tagStart.lastIndex = next;
  }
}

function readAttributes(
  source: string,
  from: number,
): { attributes: MarkupAttribute[]; end: number; selfClosing: boolean } {
  const attributes: MarkupAttribute[] = [];
  attribute.lastIndex = from;
  for (let match = attribute.exec(source); match !== null; match = attribute.exec(source)) {
    const [, name, double, single, bare, close] = match;
    if (close !== undefined) return { attributes, end: attribute.lastIndex, selfClosing: close === '/>' };
    const value = double ?? single ?? bare ?? null;
    if (name !== undefined)
      attributes.push({ name: name.toLowerCase(), value, quoted: bare === undefined, offset: match.index });
  }
  return { attributes, end: source.length, selfClosing: false };
}

/** Readers of HTML take `<!-->`, `<!--->` and `--!>` for ends, too: what follows is no comment to them. */
function endOfComment(source: string, from: number): number {
  commentEnd.lastIndex = from - 2;
  return commentEnd.exec(source) === null ? source.length : commentEnd.lastIndex;
}

const commentEnd = /--!?>/g;

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + mark.length;
}

function closingOf(source: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  return closing.exec(source)?.index ?? source.length;
}
