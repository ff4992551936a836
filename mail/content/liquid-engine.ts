import { Liquid, type Template } from 'liquidjs';

/** Filters and tags that mails may use: pure, bounded, the same result on every retry, and no way around escaping or onto the disk. */
export const allowedFilters = (
  'default upcase downcase capitalize strip lstrip rstrip strip_newlines strip_html squish truncate truncatewords append prepend ' +
  'replace replace_first remove remove_first slice split join first last size reverse sort uniq compact concat plus minus times ' +
  'divided_by modulo round ceil floor abs at_least at_most url_encode date'
).split(' ');
export const allowedTags = 'if unless case for break continue assign capture comment #'.split(' ');

/** `raw` stays an internal tag: it guards fixed text that happens to look like Liquid (see program.ts). */
const internalTags = new Set([...allowedTags, 'raw']);

/** What one rendering of one part may take by the wall clock. Any honest mail needs a thousandth of it, and a busy machine some patience. */
const renderLimitMs = 2_000;
const memoryLimit = 5_000_000;
const parseLimit = 3_000_000;

export type PartKind = 'html' | 'text';

const engines: Readonly<Record<PartKind, Liquid>> = {
  html: createEngine('html'),
  text: createEngine('text'),
};

/** Throws liquidjs's TokenizationError or ParseError, which know their place. */
export function parseLiquid(source: string, kind: PartKind): Template[] {
  return engines[kind].parse(source);
}

export function engineOf(kind: PartKind): Liquid {
  return engines[kind];
}

function createEngine(kind: PartKind): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictVariables: true,
    strictFilters: true,
    // Makes `default` and conditions take a missing value for what it is instead of failing.
    lenientIf: true,
    ...(kind === 'html' ? { outputEscape: 'escape' as const } : {}),
    renderLimit: renderLimitMs,
    memoryLimit,
    parseLimit,
    // The same month names and hours on every machine.
    locale: 'en',
    timezoneOffset: 0,
    // No partial can be found: include, render and layout are gone too.
    templates: {},
    relativeReference: false,
  });
  const date = engine.filters['date'];
  for (const name of Object.keys(engine.filters))
    if (!allowedFilters.includes(name)) engine.unregisterFilter(name);
  for (const name of Object.keys(engine.tags)) if (!internalTags.has(name)) delete engine.tags[name];
  if (typeof date === 'function') engine.registerFilter('date', refuseNow(date));
  return engine;
}

type FilterFunction = Extract<NonNullable<Liquid['filters'][string]>, (...args: never[]) => unknown>;

/** A mail that is built again must be the same: there is no "now" in it. */
function refuseNow(date: FilterFunction): FilterFunction {
  return function dateOfValue(value, ...args) {
    if (value === 'now' || value === 'today')
      throw new Error(
        '"now" and "today" would change with every retry; write the date into the text or an attribute',
      );
    return date.call(this, value, ...args);
  };
}
