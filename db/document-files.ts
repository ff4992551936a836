import { sql } from 'kysely';
import { addDocument, folderName, lockDocuments, type DocumentRow, type NewDocument } from './documents.ts';
import type { Database } from './open.ts';

/** A file of the documents folder as it was seen. */
export interface SeenFile {
  /** Below the folder. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The files of the folder that are documents, as they were last seen by any process. */
export async function listDocumentFiles(db: Database): Promise<Map<string, SeenFile>> {
  const rows = await db.selectFrom('document_file').select(['path', 'size', 'mtime_ms']).execute();
  return new Map(rows.map(({ path, size, mtime_ms }) => [path, { path, size, mtimeMs: mtime_ms }]));
}

/** Takes a file in: its document, and that the folder has it. A version that it replaces is taken out by that. */
export async function keepDocumentFile(
  db: Database,
  { path, size, mtimeMs }: SeenFile,
  document: NewDocument,
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly document: DocumentRow; readonly created: boolean }> {
  return db.transaction().execute(async (trx) => {
    const kept = await addDocument(trx, document, source);
    const file = { size, mtime_ms: mtimeMs, sha256: document.sha256 };
    await trx
      .insertInto('document_file')
      .values({ path, ...file })
      .onConflict((conflict) => conflict.column('path').doUpdateSet(file))
      .execute();
    await takeOutLost(trx);
    return kept;
  });
}

/** Files that are gone, or are no documents any more. Their documents are taken out when no other file has the same bytes. */
export async function forgetDocumentFiles(db: Database, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await db.transaction().execute(async (trx) => {
    await lockDocuments(trx);
    await sql`delete from document_file where path = any(${paths}::text[])`.execute(trx);
    await takeOutLost(trx);
  });
}

/** Only what came from the folder can be taken out by it. */
async function takeOutLost(trx: Database): Promise<void> {
  await sql`
    update document d set removed_at = now(), removed_by = ${folderName}
    where d.origin = 'folder' and d.removed_at is null
      and not exists (select from document_file f where f.sha256 = d.sha256)`.execute(trx);
}
