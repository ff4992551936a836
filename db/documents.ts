import { sql, type Selectable } from 'kysely';
import { storeDocumentBytes } from './document-bytes.ts';
import type { Database } from './open.ts';
import type { Schema } from './schema.ts';

export type DocumentRow = Selectable<Schema['document']>;
/** `position` orders lists with the database's microseconds. */
export type ListedDocument = DocumentRow & { readonly position: string };

/** Who takes documents out that are no longer in the folder. */
export const folderName = 'folder';

export interface NewDocument {
  readonly sha256: Buffer;
  readonly size: number;
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly origin: 'folder' | 'upload';
  /** Below the documents folder; null for an upload. */
  readonly path: string | null;
  readonly by: string;
}

/**
 * Makes a document of bytes that were looked at, in the caller's transaction: the same bytes are the same document, other bytes
 * under a title are its next version. One that was taken out comes back, except out of the hands of the folder when a person
 * withdrew it. Its name stays what it was once a campaign has gone out with it; until then it takes the new one.
 */
export async function addDocument(
  trx: Database,
  made: NewDocument,
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly document: DocumentRow; readonly created: boolean }> {
  await lockDocuments(trx);
  const known = await trx
    .selectFrom('document')
    .selectAll()
    .where('sha256', '=', made.sha256)
    .executeTakeFirst();
  if (known !== undefined) return { document: await bringBack(trx, known, made), created: false };
  const stored = await storeDocumentBytes(trx, made.sha256, source);
  if (stored !== made.size)
    throw new Error(`${stored} bytes were stored of a document that has ${made.size}; it changed meanwhile`);
  const { by, ...columns } = made;
  const document = await trx
    .insertInto('document')
    .values({
      ...columns,
      version: nextVersion(made.title),
      added_by: by,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { document, created: true };
}

/** One at a time: versions are counted, and the same bytes may come in two ways at once. */
export async function lockDocuments(trx: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sluice documents'))`.execute(trx);
}

export async function readDocument(db: Database, id: string): Promise<DocumentRow | null> {
  return (await db.selectFrom('document').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

export interface DocumentFilter {
  readonly title?: string | undefined;
  readonly q?: string | undefined;
  /** Those that can be sent, those that were taken out, or both. */
  readonly removed: 'false' | 'true' | 'any';
  readonly after: readonly [string, string] | null;
  readonly limit: number;
}

/** Newest first. */
export async function listDocuments(db: Database, filter: DocumentFilter): Promise<ListedDocument[]> {
  const { title, q, removed, after, limit } = filter;
  let query = db
    .selectFrom('document')
    .selectAll()
    .select(sql<string>`added_at::text`.as('position'))
    .orderBy('added_at', 'desc')
    .orderBy('id')
    .limit(limit);
  if (title !== undefined) query = query.where('title', '=', title);
  if (q !== undefined) query = query.where(sql<boolean>`strpos(lower(title), lower(${q})) > 0`);
  if (removed !== 'any') query = query.where('removed_at', removed === 'true' ? 'is not' : 'is', null);
  if (after !== null) {
    const [at, id] = after;
    query = query.where(
      sql<boolean>`(added_at < ${at}::timestamptz or (added_at = ${at}::timestamptz and id > ${id}::uuid))`,
    );
  }
  return query.execute();
}

/** Withdraws a document: no campaign can start with it. What was sent stays known, bytes included. Null: there is none. */
export async function withdrawDocument(db: Database, id: string, by: string): Promise<DocumentRow | null> {
  // One that the folder took out becomes a person's affair: it does not come back with its file.
  await db
    .updateTable('document')
    .set({ removed_at: sql`coalesce(removed_at, now())`, removed_by: by })
    .where('id', '=', id)
    .where((where) => where.or([where('removed_at', 'is', null), where('removed_by', '=', folderName)]))
    .execute();
  return readDocument(db, id);
}

async function bringBack(trx: Database, known: DocumentRow, made: NewDocument): Promise<DocumentRow> {
  const isUpload = made.origin === 'upload';
  // Whoever uploads it wants it whatever is in the folder.
  if (known.removed_at === null) return isUpload ? keepWithoutFolder(trx, known) : known;
  if (!isUpload && known.removed_by !== folderName) return known;
  const renamed =
    known.title === made.title || (await hasGoneOut(trx, known.id))
      ? {}
      : { title: made.title, name: made.name, version: nextVersion(made.title) };
  return trx
    .updateTable('document')
    .set({
      ...renamed,
      removed_at: null,
      removed_by: null,
      origin: made.origin,
      path: made.path,
    })
    .where('id', '=', known.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function keepWithoutFolder(trx: Database, known: DocumentRow): Promise<DocumentRow> {
  await trx.updateTable('document').set({ origin: 'upload' }).where('id', '=', known.id).execute();
  return { ...known, origin: 'upload' };
}

async function hasGoneOut(trx: Database, documentId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from campaign_document d join campaign c on c.id = d.campaign_id
    where d.document_id = ${documentId} and c.state <> 'draft' limit 1`.execute(trx);
  return rows.length > 0;
}

function nextVersion(title: string) {
  return sql<number>`(select coalesce(max(version), 0) + 1 from document where title = ${title})`;
}
