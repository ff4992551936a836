/** `value` is what is meant: of a text what stands between the quotes. Columns count characters from 1. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'symbol' | 'end';
  readonly value: string;
  readonly column: number;
}

/** The text is no filter: where, and what would be right. */
export class FilterSyntaxError extends Error {
  constructor(column: number, message: string) {
    super(`column ${column}: ${message}`);
    this.name = 'FilterSyntaxError';
  }
}

const patterns = [
  ['text', /"(?:[^"\\]|\\.)*"/suy],
  ['number', /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}\p{M}_-])/uy],
  ['word', /[\p{L}\p{N}_-][\p{L}\p{N}\p{M}_-]*/uy],
  ['symbol', /!=|<=|>=|[=<>(),.]/uy],
] as const;

/** Cuts a filter's text into tokens; the last one is the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const columns = columnCounter(text);
  for (let at = 0; ;) {
    at += matchAt(/\s*/uy, text, at)?.length ?? 0;
    const column = columns(at);
    if (at >= text.length) return [...tokens, { kind: 'end', value: '', column }];
    const token = tokenAt(text, at, column);
    tokens.push(token.token);
    at += token.length;
  }
}

function tokenAt(text: string, at: number, column: number): { token: Token; length: number } {
  for (const [kind, pattern] of patterns) {
    const found = matchAt(pattern, text, at);
    if (found === null) continue;
    const value = kind === 'text' ? unquoted(found, column) : found;
    return { token: { kind, value, column }, length: found.length };
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  throw new FilterSyntaxError(
    column,
    character === '"'
      ? 'the quotation mark that begins here has no end; texts are written as "Price list"'
      : `${JSON.stringify(character)} has no meaning here; texts with other characters than letters, digits, - and _ are written in "quotation marks"`,
  );
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Escapes are those of JSON. What no database keeps is refused here: it would not be seen behind an escape later. */
function unquoted(raw: string, column: number): string {
  let value: unknown;
  try {
    value = JSON.parse(raw.replaceAll(/[\n\r\t]/g, (space) => JSON.stringify(space).slice(1, -1)));
  } catch {
    throw new FilterSyntaxError(
      column,
      `${raw} has a wrong \\ in it; write \\\\ for a \\ and \\" for a quotation mark`,
    );
  }
  if (typeof value !== 'string' || /\0|\p{Cs}/u.test(value))
    throw new FilterSyntaxError(column, 'text has no NUL and no half characters (lone surrogates)');
  return value;
}

/** Counts characters as people see them, not UTF-16 units; asked for ever later places. */
function columnCounter(text: string): (at: number) => number {
  let [seen, column] = [0, 1];
  return (at) => {
    for (; seen < at; column += 1) seen += (text.codePointAt(seen) ?? 0) > 0xff_ff ? 2 : 1;
    return column;
  };
}
