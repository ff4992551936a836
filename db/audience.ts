import { sql, type RawBuilder } from 'kysely';
import { checkFilter, type FilterFault } from '../domain/filter/check-filter.ts';
import { fieldType } from '../domain/filter/field.ts';
import type { Filter } from '../domain/filter/filter.ts';
import { readAttributes, resolveReferences } from './filter-references.ts';
import { filterCondition } from './filter-sql.ts';
import type { Database } from './open.ts';

/** Who is meant: everybody, those for whom a filter holds, or who is in a work list. */
export type Audience = { readonly all: true } | { readonly filter: Filter } | { readonly workList: string };

export type ResolvedAudience =
  | { readonly ok: true; readonly condition: RawBuilder<boolean> }
  /** What it names is not there, or makes no sense; paths lead into the audience's JSON. */
  | { readonly ok: false; readonly faults: readonly FilterFault[] };

/**
 * The audience as a condition over the table alias `contact`, with what it names looked up now. `now` is what "older than" counts from.
 */
export async function resolveAudience(
  db: Database,
  audience: Audience,
  now: Date = new Date(),
): Promise<ResolvedAudience> {
  if ('all' in audience) return { ok: true, condition: sql<boolean>`true` };
  if ('workList' in audience) return resolveWorkList(db, audience.workList);
  const resolved = await resolveFilter(db, audience.filter, now);
  if (resolved.ok) return resolved;
  return {
    ok: false,
    faults: resolved.faults.map(({ path, detail }) => ({ path: ['filter', ...path], detail })),
  };
}

export async function resolveFilter(db: Database, filter: Filter, now: Date): Promise<ResolvedAudience> {
  const [attributes, references] = await Promise.all([readAttributes(db), resolveReferences(db, filter)]);
  const faults = [
    ...checkFilter(filter, attributes),
    ...references.missing.map((detail) => ({ path: [], detail })),
  ];
  if (faults.length > 0) return { ok: false, faults };
  const typeOf = fieldType(attributes);
  return { ok: true, condition: filterCondition(filter, { typeOf, references, now }) };
}

/** The same where a person has checked the audience before. Throws when something that it names has gone since. */
export async function audienceCondition(
  db: Database,
  audience: Audience,
  now: Date = new Date(),
): Promise<RawBuilder<boolean>> {
  const resolved = await resolveAudience(db, audience, now);
  if (resolved.ok) return resolved.condition;
  // Without the details: a filter may name a person, and this may become a failure in Temporal.
  throw new Error(
    'the audience names something that is not there any more; the audience check of the campaign says what',
  );
}

async function resolveWorkList(db: Database, id: string): Promise<ResolvedAudience> {
  const list = await db.selectFrom('work_list').select('id').where('id', '=', id).executeTakeFirst();
  if (list === undefined)
    return {
      ok: false,
      faults: [{ path: ['workList'], detail: `there is no work list ${id}; GET /v1/work-lists shows them` }],
    };
  return { ok: true, condition: inWorkList(id) };
}

function inWorkList(id: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from work_list_entry e where e.contact_id = contact.id and e.list_id = ${id}::uuid)`;
}
