import type { Filter } from './filter.ts';

export const filterLimits = {
  conditions: 100,
  depth: 10,
  values: 1_000,
  /** Characters of one text. */
  text: 1_000,
  /** UTF-16 units of the whole as JSON, and of its text form. */
  size: 65_536,
} as const;

/** Why a filter is too large (fact, value, way out), or null. */
export function refuseSize(filter: Filter): string | null {
  const size = JSON.stringify(filter).length;
  if (size > filterLimits.size)
    return `a filter has at most ${filterLimits.size} characters as JSON (got ${size}); mark these people with an attribute, or put them into a work list`;
  const depth = depthOf(filter);
  if (depth > filterLimits.depth)
    return `a filter is nested at most ${filterLimits.depth} deep (got ${depth}); join what stands inside of the same "and" or "or"`;
  const conditions = countConditions(filter);
  return conditions > filterLimits.conditions
    ? `a filter has at most ${filterLimits.conditions} conditions (got ${conditions}); ask for many values of one field with "in", or put the people into a work list`
    : null;
}

function partsOf(filter: Filter): readonly Filter[] {
  if ('and' in filter) return filter.and;
  if ('or' in filter) return filter.or;
  if ('not' in filter) return [filter.not];
  return 'record' in filter && filter.with !== undefined ? [filter.with] : [];
}

/** A condition alone is 1 deep. */
function depthOf(filter: Filter): number {
  return 1 + Math.max(0, ...partsOf(filter).map(depthOf));
}

function countConditions(filter: Filter): number {
  const isJoin = 'and' in filter || 'or' in filter || 'not' in filter;
  return partsOf(filter).reduce((sum, part) => sum + countConditions(part), isJoin ? 0 : 1);
}
