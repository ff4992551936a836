import { ownFields, type Owner } from './field.ts';
import { filterLimits, refuseSize } from './filter-limits.ts';
import { FilterSyntaxError, tokensOf } from './filter-tokens.ts';
import type { Filter } from './filter.ts';
import { parseComparison } from './parse-comparison.ts';
import { parseHistory } from './parse-history.ts';
import { TokenReader } from './token-reader.ts';

export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter }
  /** `column 12: expected a document's title, got the end`. */
  | { readonly ok: false; readonly fault: string };

/** Reads a filter from its one-line text (print-filter.ts). Whether its fields exist is for check-filter.ts. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > filterLimits.size)
    return {
      ok: false,
      fault: `a filter has at most ${filterLimits.size} characters (got ${text.length}); mark these people with an attribute, or put them into a work list`,
    };
  try {
    const reader = new TokenReader(tokensOf(text));
    const filter = parseOr(reader, 'contact');
    if (reader.next.kind !== 'end') throw reader.expected('"and", "or" or the end');
    const fault = refuseSize(filter);
    return fault === null ? { ok: true, filter } : { ok: false, fault };
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    return { ok: false, fault: error.message };
  }
}

function parseOr(reader: TokenReader, scope: Owner): Filter {
  const parts = [parseAnd(reader, scope)];
  while (reader.takeWord('or')) parts.push(parseAnd(reader, scope));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { or: parts };
}

function parseAnd(reader: TokenReader, scope: Owner): Filter {
  const parts = [parseNot(reader, scope)];
  while (reader.takeWord('and')) parts.push(parseNot(reader, scope));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { and: parts };
}

function parseNot(reader: TokenReader, scope: Owner): Filter {
  return reader.nested(() => {
    if (reader.takeWord('not')) return { not: parseNot(reader, scope) };
    if (!reader.takeSymbol('(')) return parseCondition(reader, scope);
    const inner = parseOr(reader, scope);
    reader.needSymbol(')');
    return inner;
  });
}

function parseCondition(reader: TokenReader, scope: Owner): Filter {
  if (scope === 'contact') {
    if (reader.takeWords('has', 'record')) return parseRecord(reader);
    const history = parseHistory(reader);
    if (history !== null) return history;
  }
  return parseComparison(reader, parseField(reader, scope));
}

function parseRecord(reader: TokenReader): Filter {
  const record = reader.needName('the kind of a record');
  if (!reader.takeWord('with')) return { record };
  reader.needSymbol('(');
  const conditions = parseOr(reader, 'record');
  reader.needSymbol(')');
  return { record, with: conditions };
}

/** `customer.category`, `customer."Turnover 2025"`, `contact.attributes.title`, or a field of the scope alone. */
function parseField(reader: TokenReader, scope: Owner): string {
  const { next } = reader;
  const wanted =
    scope === 'record'
      ? 'a field of the record, such as title'
      : 'a condition, such as customer.category = A';
  if (next.kind !== 'word') throw reader.expected(wanted);
  reader.skip();
  if (!reader.takeSymbol('.')) {
    if (Object.hasOwn(ownFields[scope], next.value)) return `${scope}.${next.value}`;
    if (scope === 'record') return `record.${next.value}`;
    throw new FilterSyntaxError(
      next.column,
      `expected ${wanted}, got ${JSON.stringify(next.value)}; attributes are written with their owner, as contact.${next.value} or customer.${next.value}`,
    );
  }
  if (next.value !== 'contact' && next.value !== 'customer' && next.value !== 'record')
    throw new FilterSyntaxError(
      next.column,
      `expected contact, customer or record before the dot, got ${next.value}`,
    );
  const isPlain = reader.next.kind === 'word';
  const name = reader.needName('the name of a field');
  if (isPlain && name === 'attributes' && reader.takeSymbol('.'))
    return pathOfAttribute(next.value, reader.needName('the name of an attribute'));
  return isPlain ? `${next.value}.${name}` : pathOfAttribute(next.value, name);
}

/** In quotation marks is always an attribute. */
function pathOfAttribute(owner: Owner, name: string): string {
  const mustSay = Object.hasOwn(ownFields[owner], name) || name.startsWith('attributes.');
  return `${owner}.${mustSay ? 'attributes.' : ''}${name}`;
}
