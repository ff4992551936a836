import { sql } from 'kysely';
import type { Database } from './open.ts';

export interface StoredImage {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Octets. */
  readonly size: number;
  readonly sha256: Buffer;
  readonly addedBy: string;
  readonly addedAt: Date;
}

export interface NewImage {
  readonly name: string;
  readonly type: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
  readonly addedBy: string;
}

export type ImageInserted =
  | { readonly kind: 'stored' | 'known'; readonly image: StoredImage }
  /** The name belongs to other bytes, or the bytes to another name. */
  | { readonly kind: 'taken'; readonly image: StoredImage };

const columns = ['id', 'name', 'type', 'size', 'sha256', 'added_by', 'added_at'] as const;

/** Stores an image. Images never change: mails that were sent with one show it for ever. */
export async function insertImage(db: Database, image: NewImage): Promise<ImageInserted> {
  const { name, type, sha256, bytes, addedBy } = image;
  const inserted = await db
    .insertInto('image')
    .values({ name, type, size: bytes.length, sha256, bytes, added_by: addedBy })
    .onConflict((on) => on.doNothing())
    .returning(columns)
    .executeTakeFirst();
  if (inserted !== undefined) return { kind: 'stored', image: toImage(inserted) };
  const rows = await db
    .selectFrom('image')
    .select(columns)
    .where((where) => where.or([where('name', '=', name), where('sha256', '=', sha256)]))
    .execute();
  const same = rows.find((row) => row.name === name && row.sha256.equals(sha256));
  const [first] = rows;
  if (same !== undefined) return { kind: 'known', image: toImage(same) };
  // Deleted between the two statements: as good as never there.
  if (first === undefined) return insertImage(db, image);
  return { kind: 'taken', image: toImage(first) };
}

export async function listImages(db: Database, after: string | null, limit: number): Promise<StoredImage[]> {
  const rows = await db
    .selectFrom('image')
    .select(columns)
    .$if(after !== null, (query) => query.where('name', '>', after ?? ''))
    .orderBy('name')
    .limit(limit)
    .execute();
  return rows.map(toImage);
}

export type ImageDeleted =
  | { readonly kind: 'deleted' | 'missing' }
  | { readonly kind: 'used'; readonly by: readonly string[] };

/** Removes an image that nothing names: no campaign, whatever its state, with its page, no template with its versions, no signature. */
export async function deleteImage(db: Database, id: string): Promise<ImageDeleted> {
  return db.transaction().execute(async (trx) => {
    const image = await trx
      .selectFrom('image')
      .select('name')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (image === undefined) return { kind: 'missing' };
    const by = await usersOf(trx, image.name);
    if (by.length > 0) return { kind: 'used', by };
    await trx.deleteFrom('image').where('id', '=', id).execute();
    return { kind: 'deleted' };
  });
}

/**
 * Seldom asked, so it may read every content, and every page that is a campaign's mail. A longer name that begins like this one counts
 * as a use: better once too often.
 */
async function usersOf(db: Database, name: string): Promise<string[]> {
  const wanted = `image:${name}`;
  const wide = Buffer.from(wanted, 'utf16le');
  const octets = [Buffer.from(wanted), wide, Buffer.from(wide).swap16()];
  const isInPage = sql.join(
    octets.map((each) => sql`position(${each}::bytea in string_agg(k.bytes, ''::bytea order by k.n)) > 0`),
    sql` or `,
  );
  const { rows } = await sql<{ what: string }>`
    select format('campaign "%s"', name) as what from campaign where position(${wanted} in content::text || coalesce(signature::text, '')) > 0
    union all select format('campaign "%s"', name) from campaign where id in (
      select c.campaign_id from campaign_document c join document d on d.id = c.document_id where c."as" = 'body' and d.sha256 in (
        select k.sha256 from document_chunk k
        where k.sha256 in (select b.sha256 from document b join campaign_document p on p.document_id = b.id where p."as" = 'body')
        group by k.sha256 having ${isInPage}))
    union all select format('template "%s"', t.name) from template t where position(${wanted} in t.draft::text) > 0
      or exists (select from template_version v where v.template_id = t.id and position(${wanted} in v.content::text) > 0)
    union all select format('signature "%s"', name) from signature where position(${wanted} in html) > 0
    limit 5`.execute(db);
  return rows.map(({ what }) => what);
}

export interface ImageBytes {
  readonly name: string;
  readonly type: string;
  readonly sha256: Buffer;
  readonly bytes: Buffer;
}

export async function readImages(db: Database, names: readonly string[]): Promise<ImageBytes[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom('image')
    .select(['name', 'type', 'sha256', 'bytes'])
    .where('name', 'in', names)
    .execute();
}

/** One image by its SHA-256, for whoever loads it. */
export async function readHostedImage(
  db: Database,
  sha256: Buffer,
): Promise<Omit<ImageBytes, 'name'> | null> {
  const found = await db
    .selectFrom('image')
    .select(['type', 'sha256', 'bytes'])
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return found ?? null;
}

function toImage(row: {
  id: string;
  name: string;
  type: string;
  size: number;
  sha256: Buffer;
  added_by: string;
  added_at: Date;
}): StoredImage {
  const { id, name, type, size, sha256 } = row;
  return { id, name, type, size, sha256, addedBy: row.added_by, addedAt: row.added_at };
}
