import { sql } from 'kysely';
import type { ImportKind, ImportMapping } from '../domain/schema/import-source.ts';
import type { Database } from './open.ts';

export interface ImportSourceFields {
  readonly kind: ImportKind;
  readonly recordKind: string | null;
  readonly mapping: ImportMapping;
}

export interface ImportSource extends ImportSourceFields {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Keeps a source under its name, in place of one that is there. */
export async function saveImportSource(
  db: Database,
  name: string,
  { kind, recordKind, mapping }: ImportSourceFields,
  by: string,
): Promise<ImportSource> {
  const json = JSON.stringify(mapping);
  await sql`
    insert into import_source as known (name, kind, record_kind, mapping, created_by)
    values (${name}, ${kind}, ${recordKind}, ${json}::jsonb, ${by})
    on conflict (name) do update set kind = excluded.kind, record_kind = excluded.record_kind,
      mapping = excluded.mapping, updated_at = now()
    where (known.kind, known.record_kind, known.mapping) is distinct from
      (excluded.kind, excluded.record_kind, excluded.mapping)`.execute(db);
  return selectSources(db).where('name', '=', name).executeTakeFirstOrThrow();
}

export async function readImportSource(db: Database, name: string): Promise<ImportSource | null> {
  return (await selectSources(db).where('name', '=', name).executeTakeFirst()) ?? null;
}

/** In the order of their names, after the given one. */
export async function listImportSources(
  db: Database,
  after: string | null,
  limit: number,
): Promise<ImportSource[]> {
  const query = selectSources(db).orderBy('name').limit(limit);
  return (after === null ? query : query.where('name', '>', after)).execute();
}

/** Forgets a source; what was imported with it stays. Answers what it was. */
export async function deleteImportSource(db: Database, name: string): Promise<ImportSource | null> {
  const found = await readImportSource(db, name);
  if (found !== null) await db.deleteFrom('import_source').where('id', '=', found.id).execute();
  return found;
}

function selectSources(db: Database) {
  return db
    .selectFrom('import_source')
    .select([
      'id',
      'name',
      'kind',
      'record_kind as recordKind',
      sql<ImportMapping>`mapping`.as('mapping'),
      'created_by as createdBy',
      'created_at as createdAt',
      'updated_at as updatedAt',
    ]);
}
