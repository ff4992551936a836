import { analyzeSync, LiquidError, type StaticAnalysis } from 'liquidjs';
import { mergeLookup, nearestField } from '../../domain/merge-field.ts';
import { faultAt, type ContentFault } from './faults.ts';
import { allowedFilters, allowedTags, parseLiquid } from './liquid-engine.ts';

/** Names that belong to merge fields; a template may not put its own values behind them. */
const roots = new Set(['contact', 'customer', 'campaign', 'links', 'event', 'downloads', 'agent', 'record']);

/**
 * Every fault of a template's Liquid: syntax, what is not allowed, and fields that do not exist. Line and column are the
 * source's. `links` are the names of the response links that the mail may use; null: there is no address for any.
 */
export function liquidFaults(
  pointer: string,
  source: string,
  links: readonly string[] | null,
  hasEvent = true,
): ContentFault[] {
  try {
    const templates = parseLiquid(source, 'text');
    return [
      ...rawFaults(pointer, source),
      ...fieldFaults(pointer, analyzeSync(templates, { partials: false }), links),
      ...(hasEvent ? [] : eventFaults(pointer, source)),
    ];
  } catch (error) {
    return [syntaxFault(pointer, error)];
  }
}

/** What liquidjs says about a place, in our words where what it means is a filter or tag that we do not have. */
export function syntaxFault(pointer: string, error: unknown): ContentFault {
  if (!LiquidError.is(error)) throw error;
  const [line = 1, column = 1] = error.token.getPosition();
  return { pointer, line, column, detail: explain(messageOf(error)) };
}

/** liquidjs appends ", line:2, col:5" and the file to its message; the fault has these apart. */
export function messageOf(error: LiquidError): string {
  return (error.originalError?.message ?? error.message).replace(/, (?:file|line):.*$/s, '');
}

function explain(message: string): string {
  const filter = /^undefined filter: (.*)$/.exec(message)?.[1];
  if (filter !== undefined) return explainFilter(filter);
  const tag = /^tag "(.*)" not found$/.exec(message)?.[1];
  if (tag === undefined) return message;
  if (tag.startsWith('end') || tag === 'else' || tag === 'elsif' || tag === 'when')
    return `{% ${tag} %} has nothing that it belongs to`;
  return `the tag {% ${tag} %} is not available in mails; there are ${allowedTags.join(', ')}`;
}

function explainFilter(filter: string): string {
  if (filter === 'escape' || filter === 'escape_once' || filter === 'xml_escape')
    return `the filter "${filter}" would escape twice: HTML is escaped already; leave it out`;
  if (filter === 'raw') return 'the filter "raw" is not available: values are always escaped in HTML';
  return `the filter "${filter}" is not available in mails; there are ${allowedFilters.join(', ')}`;
}

function rawFaults(pointer: string, source: string): ContentFault[] {
  const found = /\{%-?\s*raw\b/.exec(source);
  return found === null ? [] : [faultAt(pointer, source, found.index, explain('tag "raw" not found'))];
}

function fieldFaults(
  pointer: string,
  analysis: StaticAnalysis,
  links: readonly string[] | null,
): ContentFault[] {
  const faults: ContentFault[] = [];
  for (const variable of Object.values(analysis.globals).flat()) {
    const path = variable.segments.map(String);
    const constant = variable.segments.every((segment) => typeof segment !== 'object');
    const linkFault = constant && path[0] === 'links' ? unknownLink(path, links) : null;
    if (constant && linkFault === null && mergeLookup(path) !== null) continue;
    // Where it may stand is looked at apart (downloads-place.ts).
    if (path.length === 1 && path[0] === 'downloads') continue;
    const { row, col } = variable.location;
    faults.push({
      pointer,
      line: row,
      column: col,
      detail: linkFault ?? (constant ? unknownField(path) : computedField(path[0])),
    });
  }
  for (const variable of Object.values(analysis.locals).flat()) {
    const name = String(variable.segments[0]);
    const { row, col } = variable.location;
    if (roots.has(name))
      faults.push({ pointer, line: row, column: col, detail: `"${name}" cannot be given another value` });
  }
  return faults.sort((one, other) => one.line - other.line || one.column - other.column);
}

function unknownField(path: readonly string[]): string {
  const written = path.join('.');
  return `there is no merge field "${written}"; did you mean "${nearestField(written)}"?`;
}

/** Nothing can be said of an appointment that is not there. */
function eventFaults(pointer: string, source: string): ContentFault[] {
  const found = /\{[{%][^{}]*?\bevent\.(?:start|end|summary|location)\b/.exec(source);
  const detail = 'there is no appointment to speak of; give the content a calendar entry ("calendar")';
  return found === null ? [] : [faultAt(pointer, source, found.index, detail)];
}

/** What is wrong with `links.NAME`, or null. */
function unknownLink(path: readonly string[], links: readonly string[] | null): string | null {
  if (links === null)
    return (
      `"${path.join('.')}" needs an address that recipients can reach: ` +
      'set SLUICE_PUBLIC_URL for the API and every worker, and start them again'
    );
  if (path.length === 2 && links.includes(path[1] ?? '')) return null;
  return `there is no response link "${path.slice(1).join('.')}"; there are ${links.join(', ')}; declare others in responseLinks`;
}

function computedField(root: string | undefined): string {
  return `the name of a field must be written out, not computed, after "${root ?? ''}"`;
}
