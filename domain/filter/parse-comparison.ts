import { isDay } from './day.ts';
import type { FieldCondition, Filter, NumberOperator, Span } from './filter.ts';
import { spanMs } from './filter.ts';
import type { TokenReader } from './token-reader.ts';

const operators =
  'an operator: = != < <= > >=, is, is not, in, contains, starts with, is empty, between, on, before, after, older than, within last';

/** What is said of a field. */
export function parseComparison(reader: TokenReader, field: string): Filter {
  const compared = numberOperators.find((op) => reader.takeSymbol(op));
  if (compared !== undefined) return parseCompared(reader, field, compared);
  if (reader.takeWord('is')) return parseIs(reader, field);
  if (reader.takeWords('not', 'in')) return { not: parseIn(reader, field) };
  if (reader.takeWord('in')) return parseIn(reader, field);
  if (reader.takeWord('contains')) return { field, op: 'contains', value: reader.needName('a text') };
  if (reader.takeWords('starts', 'with'))
    return { field, op: 'startsWith', value: reader.needName('a text') };
  if (reader.takeWord('between')) return parseBetween(reader, field);
  if (reader.takeWords('older', 'than')) return { field, op: 'olderThan', value: parseSpan(reader) };
  if (reader.takeWords('within', 'last')) return { field, op: 'withinLast', value: parseSpan(reader) };
  for (const op of ['on', 'before', 'after'] as const)
    if (reader.takeWord(op)) return { field, op, value: parseDay(reader) };
  throw reader.expected(operators);
}

/** Longer ones first: none begins with another one in this order. */
const numberOperators: readonly NumberOperator[] = ['!=', '<=', '>=', '=', '<', '>'];

function parseCompared(reader: TokenReader, field: string, op: NumberOperator): FieldCondition {
  if (reader.next.kind === 'number') return { field, op, value: parseNumber(reader) };
  if (op !== '=' && op !== '!=') throw reader.expected('a number');
  return { field, op: op === '=' ? 'is' : 'isNot', value: parseValue(reader) };
}

function parseIs(reader: TokenReader, field: string): Filter {
  if (reader.takeWord('empty')) return { field, op: 'isEmpty' };
  if (reader.takeWords('not', 'empty')) return { not: { field, op: 'isEmpty' } };
  return parseCompared(reader, field, reader.takeWord('not') ? '!=' : '=');
}

function parseValue(reader: TokenReader): string | boolean {
  const { kind, value } = reader.next;
  const word = value.toLowerCase();
  if (kind === 'word' && (word === 'and' || word === 'or' || word === 'not'))
    throw reader.expected(`a value (the word itself is written "${value}")`);
  const text = reader.needName('a text, a number, yes or no');
  if (kind === 'word' && (word === 'yes' || word === 'true')) return true;
  return kind === 'word' && (word === 'no' || word === 'false') ? false : text;
}

function parseIn(reader: TokenReader, field: string): FieldCondition {
  reader.needSymbol('(');
  const value: string[] = [];
  do {
    if (reader.next.kind === 'number')
      throw reader.expected('a text (numbers that are texts are written in quotation marks)');
    value.push(reader.needName('a text'));
  } while (reader.takeSymbol(','));
  reader.needSymbol(')');
  return { field, op: 'in', value };
}

function parseBetween(reader: TokenReader, field: string): FieldCondition {
  const from = parseNumber(reader);
  if (!reader.takeWord('and')) throw reader.expected('"and" and a number');
  return { field, op: 'between', value: [from, parseNumber(reader)] };
}

function parseNumber(reader: TokenReader): number {
  const value = Number(reader.next.value);
  if (reader.next.kind !== 'number' || !Number.isFinite(value)) throw reader.expected('a number');
  reader.skip();
  // There is one zero.
  return value === 0 ? 0 : value;
}

function parseDay(reader: TokenReader): string {
  const { value } = reader.next;
  if (!isDay(value)) throw reader.expected('a day, such as 2026-12-31');
  reader.skip();
  return value;
}

/** `90 days`, `12 hours`, `2 weeks`, `90d`. */
export function parseSpan(reader: TokenReader): Span {
  const { kind, value } = reader.next;
  if (kind === 'word' && spanMs(value) !== null) {
    reader.skip();
    return value;
  }
  const column = reader.next;
  const count = reader.needCount('a span, such as 90 days');
  const unit = spanUnits.find(({ words }) => words.some((word) => reader.takeWord(word)));
  if (unit === undefined) throw reader.expected('days, hours or weeks');
  const span = `${count * unit.times}${unit.letter}`;
  if (spanMs(span) === null)
    throw reader.expected(`a span of at most 99999 days or hours in place of ${column.value}`);
  return span;
}

const spanUnits = [
  { words: ['days', 'day', 'd'], letter: 'd', times: 1 },
  { words: ['hours', 'hour', 'h'], letter: 'h', times: 1 },
  { words: ['weeks', 'week', 'w'], letter: 'd', times: 7 },
] as const;
