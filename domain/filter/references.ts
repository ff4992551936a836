import type { Filter } from './filter.ts';

/** What a filter names of other tables, each once, by id or by name. */
export interface References {
  readonly documents: readonly Named[];
  readonly templates: readonly Named[];
  readonly campaigns: readonly string[];
  readonly workLists: readonly string[];
  readonly streams: readonly string[];
}

export interface Named {
  readonly name: string;
  readonly version?: number;
}

/** One text for a document or template, as the key of what is found for it. */
export function keyOf({ name, version }: Named): string {
  return `${version ?? ''}/${name}`;
}

export function referencesOf(filter: Filter): References {
  const found = {
    documents: new Map<string, Named>(),
    templates: new Map<string, Named>(),
    campaigns: new Set<string>(),
    workLists: new Set<string>(),
    streams: new Set<string>(),
  };
  collect(filter, found);
  return {
    documents: [...found.documents.values()],
    templates: [...found.templates.values()],
    campaigns: [...found.campaigns],
    workLists: [...found.workLists],
    streams: [...found.streams],
  };
}

interface Found {
  readonly documents: Map<string, Named>;
  readonly templates: Map<string, Named>;
  readonly campaigns: Set<string>;
  readonly workLists: Set<string>;
  readonly streams: Set<string>;
}

function collect(filter: Filter, found: Found): void {
  if ('and' in filter) for (const part of filter.and) collect(part, found);
  else if ('or' in filter) for (const part of filter.or) collect(part, found);
  else if ('not' in filter) collect(filter.not, found);
  else if ('received' in filter) {
    const { received } = filter;
    if ('campaign' in received) found.campaigns.add(received.campaign);
    else if ('document' in received) note(found.documents, received.document, received.version);
    else note(found.templates, received.template, received.version);
  } else if ('responded' in filter) found.campaigns.add(filter.responded.campaign);
  else if ('inWorkList' in filter) found.workLists.add(filter.inWorkList);
  else if ('lastMail' in filter && filter.lastMail.stream !== undefined)
    found.streams.add(filter.lastMail.stream);
}

function note(into: Map<string, Named>, name: string, version: number | undefined): void {
  const named = version === undefined ? { name } : { name, version };
  into.set(keyOf(named), named);
}
