import { sql, type RawBuilder } from 'kysely';
import type { Audience } from '../domain/filter/audience.ts';
import { checkFilter, type FilterFault } from '../domain/filter/check-filter.ts';
import { fieldType } from '../domain/filter/field.ts';
import type { Filter } from '../domain/filter/filter.ts';
import { consents } from './audience-checks.ts';
import { readAttributes, resolveReferences } from './filter-references.ts';
import { filterCondition } from './filter-sql.ts';
import { readLarge } from './large-read.ts';
import type { Database } from './open.ts';

export type ResolvedAudience =
  | { readonly ok: true; readonly condition: RawBuilder<boolean> }
  /** What it names is not there, or makes no sense; paths lead into the audience's JSON. */
  | { readonly ok: false; readonly faults: readonly FilterFault[] };

/** What an audience names has gone since it was saved. */
export class AudienceGone extends Error {
  readonly faults: readonly FilterFault[];

  constructor(faults: readonly FilterFault[]) {
    // Without the details: a filter may name a person, and this may become a failure in Temporal.
    super(
      'the audience names something that is not there any more; the audience check of the campaign says what',
    );
    this.name = 'AudienceGone';
    this.faults = faults;
  }
}

/** An audience, and of a campaign that follows another one what that says of it. */
export interface Meant {
  readonly audience: Audience;
  readonly follows_id?: string | null;
  readonly follows_only?: 'all' | 'notResponded' | null;
  /** Of them only those who ordered the newsletter: for whoever counts or looks for somebody; the snapshot keeps the others as skipped. */
  readonly newsletter_only?: boolean;
}

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
  return resolveFilter(db, audience.filter, now, ['filter']);
}

/** `path`: where in the JSON the filter stands. */
export async function resolveFilter(
  db: Database,
  filter: Filter,
  now: Date,
  path: readonly string[],
): Promise<ResolvedAudience> {
  const [attributes, references] = await Promise.all([readAttributes(db), resolveReferences(db, filter)]);
  const faults = [
    ...checkFilter(filter, attributes),
    ...references.missing.map((detail) => ({ path: [], detail })),
  ];
  if (faults.length > 0)
    return { ok: false, faults: faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] })) };
  const typeOf = fieldType(attributes);
  return { ok: true, condition: filterCondition(filter, { typeOf, references, now }) };
}

/**
 * Who is meant where a person has checked the audience before: everybody in it, and of a reminder those who got the mail that it follows
 * and have not responded to it. Throws when something that the audience names has gone since.
 */
export async function audienceCondition(
  db: Database,
  { audience, follows_id = null, follows_only = null }: Meant,
  now: Date = new Date(),
): Promise<RawBuilder<boolean>> {
  const resolved = await resolveAudience(db, audience, now);
  if (!resolved.ok) throw new AudienceGone(resolved.faults);
  if (follows_id === null || follows_only !== 'notResponded') return resolved.condition;
  return sql<boolean>`${resolved.condition}
    and exists (select from delivery d where d.contact_id = contact.id and d.campaign_id = ${follows_id} and d.state = 'sent')
    and not exists (select from response r where r.contact_id = contact.id and r.campaign_id = ${follows_id})`;
}

/** How many are meant and may be written to now. */
export async function countAudience(db: Database, meant: Meant): Promise<number> {
  const isMeant = await mailable(db, meant);
  const { rows } = await readLarge(db, (trx) =>
    sql<{ n: number }>`select count(*) as n from contact where ${isMeant}`.execute(trx),
  );
  return rows[0]?.n ?? 0;
}

/** True when the audience has somebody who may be written to. */
export async function audienceHasSomebody(db: Database, meant: Meant): Promise<boolean> {
  const { rows } = await sql`
    select from contact where ${await mailable(db, meant)} limit 1`.execute(db);
  return rows.length > 0;
}

/** The condition for those who are meant and may be written to, over the table alias `contact`. */
export async function mailable(db: Database, meant: Meant): Promise<RawBuilder<boolean>> {
  const isMeant = await audienceCondition(db, meant);
  return meant.newsletter_only === true ? sql<boolean>`${isMeant} and ${consents()}` : isMeant;
}

async function resolveWorkList(db: Database, id: string): Promise<ResolvedAudience> {
  const list = await db.selectFrom('work_list').select('id').where('id', '=', id).executeTakeFirst();
  if (list === undefined)
    return {
      ok: false,
      faults: [
        {
          path: ['workList'],
          detail: `there is no work list ${id}; name one that exists (GET /v1/work-lists)`,
        },
      ],
    };
  return { ok: true, condition: isInWorkList(id) };
}

/** Over the table alias `contact`. */
function isInWorkList(id: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from work_list_entry e where e.contact_id = contact.id and e.list_id = ${id}::uuid)`;
}
