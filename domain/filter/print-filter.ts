import { ownFields, readField, type Owner } from './field.ts';
import { isPlainWord } from './filter-words.ts';
import type { FieldCondition, Filter, HistoryCondition, LastMail, Received, Span } from './filter.ts';

/**
 * A filter as one line that people read and write: `customer.category = A and not received document "Price list 2026"`. parseFilter reads
 * exactly this filter from it.
 */
export function printFilter(filter: Filter): string {
  return print(filter, 'contact');
}

function print(filter: Filter, scope: Owner): string {
  if ('and' in filter) return filter.and.map((part) => printPart(part, scope)).join(' and ');
  if ('or' in filter) return filter.or.map((part) => printPart(part, scope)).join(' or ');
  if ('not' in filter) return `not ${printPart(filter.not, scope)}`;
  if ('field' in filter) return printFieldCondition(filter, scope);
  if ('record' in filter) {
    const conditions = filter.with === undefined ? '' : ` with (${print(filter.with, 'record')})`;
    return `has record ${name(filter.record)}${conditions}`;
  }
  return printHistory(filter);
}

/** Whatever is joined inside of something joined is told apart by parentheses, also where they could be left out. */
function printPart(part: Filter, scope: Owner): string {
  return 'and' in part || 'or' in part ? `(${print(part, scope)})` : print(part, scope);
}

function printFieldCondition(condition: FieldCondition, scope: Owner): string {
  const field = printField(condition.field, scope);
  switch (condition.op) {
    case 'is':
      return `${field} = ${printValue(condition.value)}`;
    case 'isNot':
      return `${field} != ${printValue(condition.value)}`;
    case 'contains':
      return `${field} contains ${name(condition.value)}`;
    case 'startsWith':
      return `${field} starts with ${name(condition.value)}`;
    case 'in':
      return `${field} in (${condition.value.map(name).join(', ')})`;
    case 'isEmpty':
      return `${field} is empty`;
    case 'between':
      return `${field} between ${condition.value[0]} and ${condition.value[1]}`;
    case 'on':
    case 'before':
    case 'after':
      return `${field} ${condition.op} ${condition.value}`;
    case 'olderThan':
      return `${field} older than ${printSpan(condition.value)}`;
    case 'withinLast':
      return `${field} within last ${printSpan(condition.value)}`;
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `${field} ${condition.op} ${condition.value}`;
  }
}

/** Of its own scope a field is written without the owner, unless that could be taken for another. */
function printField(path: string, scope: Owner): string {
  const field = readField(path, scope);
  if (field === null) return name(path);
  const { owner, isAttribute } = field;
  const isBare = owner === scope && isPlainWord(field.name) && (scope === 'record' || !isAttribute);
  const isHidden = isAttribute && Object.hasOwn(ownFields[owner], field.name);
  if (isBare && !isHidden) return field.name;
  return `${owner}.${isHidden ? 'attributes.' : ''}${/^attributes$/.test(field.name) ? JSON.stringify(field.name) : name(field.name)}`;
}

function printHistory(condition: HistoryCondition): string {
  if ('received' in condition) return `received ${printReceived(condition.received)}`;
  if ('lastMail' in condition) return printLastMail(condition.lastMail);
  if ('responded' in condition) return `responded to campaign ${name(condition.responded.campaign)}`;
  if ('bounced' in condition) return 'bounced';
  if ('inWorkList' in condition) return `in work list ${name(condition.inWorkList)}`;
  const { stream } = condition.suppressed;
  return stream === undefined ? 'suppressed' : `suppressed for ${name(stream)}`;
}

function printReceived(received: Received): string {
  if ('campaign' in received) return `campaign ${name(received.campaign)}`;
  const version = received.version === undefined ? '' : ` version ${received.version}`;
  return 'document' in received
    ? `document ${name(received.document)}${version}`
    : `template ${name(received.template)}${version}`;
}

function printLastMail(last: LastMail): string {
  const mail = last.stream === undefined ? 'last mail' : `last mail of ${name(last.stream)}`;
  if ('never' in last) return `${mail} never`;
  return 'olderThan' in last
    ? `${mail} older than ${printSpan(last.olderThan)}`
    : `${mail} within last ${printSpan(last.withinLast)}`;
}

function printSpan(span: Span): string {
  const [count, unit] = [span.slice(0, -1), span.endsWith('d') ? 'day' : 'hour'];
  return `${count} ${unit}${count === '1' ? '' : 's'}`;
}

function printValue(value: string | boolean): string {
  return typeof value === 'string' ? name(value) : value ? 'yes' : 'no';
}

function name(text: string): string {
  return isPlainWord(text) ? text : JSON.stringify(text);
}
