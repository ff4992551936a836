import { sql, type Selectable } from 'kysely';
import type { Content } from '../domain/schema/content.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';
import { unlessTaken, type RecordChange } from './unless-taken.ts';

/** A template with its newest version; `position` orders lists with the database's microseconds. */
export type TemplateRow = Selectable<Schema['template']> & {
  readonly newest_number: number | null;
  readonly newest_at: Date | null;
  readonly newest_by: string | null;
  /** The draft says what the newest version says. */
  readonly newest_is_draft: boolean | null;
  readonly position: string;
};
export type TemplateVersionRow = Selectable<Schema['template_version']>;

export async function insertTemplate(
  db: Database,
  { name, content }: { readonly name: string; readonly content: Content },
  by: string,
): Promise<TemplateRow | 'taken'> {
  return unlessTaken('template_name', async () => {
    const { id } = await db
      .insertInto('template')
      .values({ name, draft: JSON.stringify(content), created_by: by })
      .returning('id')
      .executeTakeFirstOrThrow();
    return selectTemplates(db).where('template.id', '=', id).executeTakeFirstOrThrow();
  });
}

export async function readTemplate(db: Database, id: string): Promise<TemplateRow | null> {
  return (await selectTemplates(db).where('template.id', '=', id).executeTakeFirst()) ?? null;
}

/** Oldest first; archived ones only when asked for. */
export async function listTemplates(
  db: Database,
  archived: boolean,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<TemplateRow[]> {
  const query = selectTemplates(db)
    .where('archived_at', archived ? 'is not' : 'is', null)
    .orderBy('template.created_at')
    .orderBy('template.id')
    .limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(template.created_at, template.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** Changes the draft. An archived template is only changed by what brings it back: else `archived`. */
export async function updateTemplate(
  db: Database,
  id: string,
  expectedVersion: number | null,
  change: {
    readonly name?: string | undefined;
    readonly content?: Content | undefined;
    readonly archived?: false | undefined;
  },
): Promise<RecordChange<TemplateRow> | 'archived'> {
  const { name, content, archived } = change;
  return unlessTaken('template_name', () =>
    db.transaction().execute(async (trx) => {
      const found = await lockTemplate(trx, id, expectedVersion);
      if (!('id' in found)) return found.refusal;
      if (found.archived_at !== null && archived === undefined) return 'archived';
      await trx
        .updateTable('template')
        .set({
          ...(name === undefined ? {} : { name }),
          ...(content === undefined ? {} : { draft: JSON.stringify(content) }),
          ...(archived === undefined ? {} : { archived_at: null, archived_by: null }),
          version: sql`version + 1`,
          updated_at: sql`now()`,
        })
        .where('id', '=', id)
        .execute();
      return selectTemplates(trx).where('template.id', '=', id).executeTakeFirstOrThrow();
    }),
  );
}

/** Archived once stays archived: a second call changes nothing. */
export async function archiveTemplate(
  db: Database,
  id: string,
  expectedVersion: number | null,
  by: string,
): Promise<RecordChange<TemplateRow>> {
  return db.transaction().execute(async (trx) => {
    const found = await lockTemplate(trx, id, expectedVersion);
    if (!('id' in found)) return found.refusal;
    if (found.archived_at === null)
      await trx
        .updateTable('template')
        .set({ archived_at: sql`now()`, archived_by: by, version: sql`version + 1`, updated_at: sql`now()` })
        .where('id', '=', id)
        .execute();
    return selectTemplates(trx).where('template.id', '=', id).executeTakeFirstOrThrow();
  });
}

/** The draft as the next version; the newest one when the draft says the same (`made` false). */
export async function freezeTemplate(
  db: Database,
  id: string,
  expectedVersion: number | null,
  by: string,
): Promise<RecordChange<{ readonly made: boolean; readonly row: TemplateVersionRow }> | 'archived'> {
  return db.transaction().execute(async (trx) => {
    const found = await lockTemplate(trx, id, expectedVersion);
    if (!('id' in found)) return found.refusal;
    if (found.archived_at !== null) return 'archived';
    const newest = await trx
      .selectFrom('template_version')
      .selectAll()
      .select(sql<boolean>`content = ${JSON.stringify(found.draft)}::jsonb`.as('same'))
      .where('template_id', '=', id)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (newest?.same === true) return { made: false, row: newest };
    const row = await trx
      .insertInto('template_version')
      .values({
        template_id: id,
        number: (newest?.number ?? 0) + 1,
        content: JSON.stringify(found.draft),
        created_by: by,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { made: true, row };
  });
}

/** Newest first, before version `before`. */
export async function listTemplateVersions(
  db: Database,
  templateId: string,
  before: number | null,
  limit: number,
): Promise<TemplateVersionRow[]> {
  const query = db
    .selectFrom('template_version')
    .selectAll()
    .where('template_id', '=', templateId)
    .orderBy('number', 'desc')
    .limit(limit);
  return before === null ? query.execute() : query.where('number', '<', before).execute();
}

export async function readTemplateVersion(
  db: Database,
  templateId: string,
  number: number,
): Promise<TemplateVersionRow | null> {
  const row = await db
    .selectFrom('template_version')
    .selectAll()
    .where('template_id', '=', templateId)
    .where('number', '=', number)
    .executeTakeFirst();
  return row ?? null;
}

type Locked = Selectable<Schema['template']> | { readonly refusal: 'missing' | { readonly stale: number } };

async function lockTemplate(trx: Database, id: string, expectedVersion: number | null): Promise<Locked> {
  const row = await trx
    .selectFrom('template')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return { refusal: 'missing' };
  if (expectedVersion !== null && expectedVersion !== row.version) return { refusal: { stale: row.version } };
  return row;
}

function selectTemplates(db: Database) {
  return db
    .selectFrom('template')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('template_version as v')
          .select(['v.number', 'v.created_at', 'v.created_by', 'v.content'])
          .whereRef('v.template_id', '=', 'template.id')
          .orderBy('v.number', 'desc')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .selectAll('template')
    .select([
      'newest.number as newest_number',
      'newest.created_at as newest_at',
      'newest.created_by as newest_by',
      sql<boolean | null>`newest.content = template.draft`.as('newest_is_draft'),
      sql<string>`template.created_at::text`.as('position'),
    ]);
}
