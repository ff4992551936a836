import type { Filter } from './filter.ts';

/** Who is meant: everybody, those for whom a filter holds, or who is in the work list of that id. */
export type Audience = { readonly all: true } | { readonly filter: Filter } | { readonly workList: string };
