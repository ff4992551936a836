import { sql } from 'kysely';
import type { Database } from './open.ts';

export interface ResponseSourceRow {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

export async function insertSource(
  db: Database,
  source: { readonly name: string; readonly secret: Buffer; readonly by: string },
): Promise<ResponseSourceRow> {
  const { id } = await db
    .insertInto('response_source')
    .values({ name: source.name, secret: source.secret, created_by: source.by })
    .returning('id')
    .executeTakeFirstOrThrow();
  return selectSources(db).where('id', '=', id).executeTakeFirstOrThrow();
}

/** What a signature is checked with; null when there is no such source. */
export async function readSourceSecret(
  db: Database,
  id: string,
): Promise<{ secret: Buffer; revoked: boolean } | null> {
  const row = await db
    .selectFrom('response_source')
    .select(['secret', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { secret: row.secret, revoked: row.revoked_at !== null };
}

/** All sources, also revoked ones, oldest first. `after` is the position and id of the last row of the page before. */
export async function listSources(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<ResponseSourceRow[]> {
  const query = selectSources(db).orderBy('created_at').orderBy('id').limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** Revokes for good; the first revocation's instant stays. Null when there is no such source. */
export async function revokeSource(db: Database, id: string): Promise<ResponseSourceRow | null> {
  await db
    .updateTable('response_source')
    .set({ revoked_at: sql`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .execute();
  return (await selectSources(db).where('id', '=', id).executeTakeFirst()) ?? null;
}

function selectSources(db: Database) {
  return db
    .selectFrom('response_source')
    .select([
      'id',
      'name',
      'created_by as createdBy',
      'created_at as createdAt',
      'revoked_at as revokedAt',
      sql<string>`created_at::text`.as('position'),
    ]);
}
