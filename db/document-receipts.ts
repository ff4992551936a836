import type { Database } from './open.ts';

/**
 * The documents that the mail of one person in one campaign carried; undefined: all of the campaign's, or it has none. Of a mail that did not
 * go out in the end nothing is kept: its receipts were taken back.
 */
export async function readCarried(
  db: Database,
  campaignId: string,
  contactId: string,
): Promise<string[] | undefined> {
  const rows = await db
    .selectFrom('document_receipt')
    .select('document_id')
    .where('campaign_id', '=', campaignId)
    .where('contact_id', '=', contactId)
    .execute();
  return rows.length === 0 ? undefined : rows.map(({ document_id: id }) => id);
}
