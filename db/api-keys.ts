import { sql } from 'kysely';
import type { Role } from '../domain/schema/key.ts';
import type { Database } from './open.ts';

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

export async function insertKey(
  db: Database,
  key: { name: string; role: Role; secretSha256: Buffer },
): Promise<string> {
  const { id } = await db
    .insertInto('api_key')
    .values({ name: key.name, role: key.role, secret_sha256: key.secretSha256 })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** What an authentication compares with; also for revoked keys, so that both take the same way. */
export async function readKeySecret(
  db: Database,
  id: string,
): Promise<{ id: string; name: string; role: Role; secretSha256: Buffer; revoked: boolean } | null> {
  const row = await db
    .selectFrom('api_key')
    .select(['id', 'name', 'role', 'secret_sha256', 'revoked_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    secretSha256: row.secret_sha256,
    revoked: row.revoked_at !== null,
  };
}

export async function readKey(db: Database, id: string): Promise<KeyRow | null> {
  const row = await selectKeys(db).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : row;
}

/** All keys, also revoked ones, oldest first. `after` is the position and id of the last row of the page before. */
export async function listKeys(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<KeyRow[]> {
  const query = selectKeys(db).orderBy('created_at').orderBy('id').limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** Revokes for good; the first revocation's instant stays. False when there is no such key. */
export async function revokeKey(db: Database, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_key')
    .set({ revoked_at: sql`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** True when some key could still be used by an admin. */
export async function hasAdminKey(db: Database): Promise<boolean> {
  const row = await db
    .selectFrom('api_key')
    .select('id')
    .where('role', '=', 'admin')
    .where('revoked_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function selectKeys(db: Database) {
  return db
    .selectFrom('api_key')
    .select([
      'id',
      'name',
      'role',
      'created_at as createdAt',
      'revoked_at as revokedAt',
      sql<string>`created_at::text`.as('position'),
    ]);
}
