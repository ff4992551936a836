import { sql, type Selectable } from 'kysely';
import type { Database } from './open.ts';
import { removeNamed } from './remove-named.ts';
import type { Schema } from './schema.ts';
import { unlessTaken, type RecordChange } from './unless-taken.ts';

type Row = Selectable<Schema['signature']>;
/** `position` orders lists with the database's microseconds. */
export type SignatureRow = Row & { readonly position: string };

export interface SignatureFields {
  readonly name: string;
  readonly html: string;
  readonly text: string;
}

export async function insertSignature(
  db: Database,
  fields: SignatureFields,
  by: string,
): Promise<Row | 'taken'> {
  return unlessTaken('signature_name', () =>
    db
      .insertInto('signature')
      .values({ ...fields, created_by: by })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/** Null: there is none, or it was removed. */
export async function readSignature(db: Database, id: string): Promise<Row | null> {
  const row = await db
    .selectFrom('signature')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Oldest first. */
export async function listSignatures(
  db: Database,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<SignatureRow[]> {
  const query = db
    .selectFrom('signature')
    .selectAll()
    .select(sql<string>`created_at::text`.as('position'))
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit);
  if (after === null) return query.execute();
  return query
    .where(sql<boolean>`(created_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`)
    .execute();
}

/** `change` gets the signature as it is and gives it as it shall be; what it throws leaves everything as it was. */
export async function updateSignature(
  db: Database,
  id: string,
  expectedVersion: number | null,
  change: (row: Row) => Promise<SignatureFields>,
): Promise<RecordChange<Row>> {
  return unlessTaken('signature_name', () =>
    db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('signature')
        .selectAll()
        .where('id', '=', id)
        .where('removed_at', 'is', null)
        .forUpdate()
        .executeTakeFirst();
      if (row === undefined) return 'missing';
      if (expectedVersion !== null && expectedVersion !== row.version) return { stale: row.version };
      const { name, html, text } = await change(row);
      return trx
        .updateTable('signature')
        .set({ name, html, text, version: sql`version + 1`, updated_at: sql`now()` })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
    }),
  );
}

/** A second call finds nothing and says so. */
export async function removeSignature(
  db: Database,
  id: string,
  expectedVersion: number | null,
  by: string,
): Promise<'removed' | 'missing' | { readonly stale: number }> {
  return removeNamed(db, 'signature', { id, expectedVersion, by });
}
