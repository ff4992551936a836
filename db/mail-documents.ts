import type { Database } from './open.ts';

/** A document as the mails of one campaign carry it. */
export interface MailDocument {
  readonly documentId: string;
  readonly title: string;
  /** The file's name. */
  readonly name: string;
  readonly type: string;
  /** Octets. */
  readonly size: number;
  readonly sha256: Buffer;
  readonly as: 'attachment' | 'link' | 'body';
  /** How long a link works from the mail on; null: it was not said. */
  readonly linkMs: number | null;
}

/** The documents of a campaign in their order, without their bytes. */
export async function readMailDocuments(db: Database, campaignId: string): Promise<MailDocument[]> {
  const rows = await db
    .selectFrom('campaign_document as c')
    .innerJoin('document as d', 'd.id', 'c.document_id')
    .select(['d.id', 'd.title', 'd.name', 'd.type', 'd.size', 'd.sha256', 'c.as', 'c.link_ms'])
    .where('c.campaign_id', '=', campaignId)
    .orderBy('c.position')
    .execute();
  return rows.map(({ id, title, name, type, size, sha256, as, link_ms }) => ({
    documentId: id,
    title,
    name,
    type,
    size,
    sha256,
    as,
    linkMs: link_ms,
  }));
}
