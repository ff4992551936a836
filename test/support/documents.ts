import { createHash } from 'node:crypto';
import type { Database } from '../../db/open.ts';

/** A document as the folder would have brought it, without its bytes. @returns its id. */
export async function addDocument(db: Database, title: string): Promise<string> {
  const row = await db
    .insertInto('document')
    .values({
      title,
      version: 1,
      name: `${title}.pdf`,
      type: 'application/pdf',
      size: 1,
      sha256: createHash('sha256').update(title).digest(),
      origin: 'upload',
      added_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Lets a campaign carry documents, in this order. */
export async function attachDocuments(
  db: Database,
  campaignId: string,
  documentIds: readonly string[],
): Promise<void> {
  const rows = documentIds.map((document_id, position) => ({
    campaign_id: campaignId,
    position,
    document_id,
    as: 'attachment' as const,
  }));
  await db.insertInto('campaign_document').values(rows).execute();
}
