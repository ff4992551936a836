import { sql } from 'kysely';
import type { DocumentWay, KnownDocument, MailDocument } from '../domain/mail-documents.ts';
import { folderName } from './documents.ts';
import type { Database } from './open.ts';

/** A document of a campaign's mail, in the order of the mail. */
export interface CampaignDocument extends KnownDocument, MailDocument {
  readonly sha256: Buffer;
  readonly as: DocumentWay;
  /** False: its bytes are not all there. */
  readonly isWhole: boolean;
}

/** What a draft sends, in place of what it did. In the transaction that changes the draft. */
export async function keepCampaignDocuments(
  trx: Database,
  campaignId: string,
  documents: readonly MailDocument[],
): Promise<void> {
  await trx.deleteFrom('campaign_document').where('campaign_id', '=', campaignId).execute();
  if (documents.length === 0) return;
  const rows = documents.map(({ documentId, as, linkMs }, index) => ({
    campaign_id: campaignId,
    position: index + 1,
    document_id: documentId,
    as,
    link_ms: linkMs,
  }));
  await trx.insertInto('campaign_document').values(rows).execute();
}

/** Those of these documents that there are, by id. */
export async function readKnownDocuments(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, KnownDocument>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<KnownRow>`${known} where d.id = any(${ids}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, knownDocument(row)]));
}

export async function readCampaignDocuments(db: Database, campaignId: string): Promise<CampaignDocument[]> {
  const { rows } = await sql<KnownRow & { as: DocumentWay; link_ms: number | null; whole: boolean }>`
    select c."as", c.link_ms, k.*, k.size = coalesce(
      (select sum(octet_length(bytes)) from document_chunk where sha256 = k.sha256), 0) as whole
    from campaign_document c join (${known}) k on k.id = c.document_id
    where c.campaign_id = ${campaignId} order by c.position`.execute(db);
  return rows.map((row) => ({
    ...knownDocument(row),
    documentId: row.id,
    sha256: row.sha256,
    as: row.as,
    linkMs: row.link_ms,
    isWhole: row.whole,
  }));
}

interface KnownRow {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: Buffer;
  readonly removed_at: Date | null;
  readonly removed_by: string | null;
  readonly newest_id: string | null;
  readonly newest_version: number | null;
}

const known = sql`
  select d.id, d.title, d.version, d.name, d.type, d.size, d.sha256, d.removed_at, d.removed_by,
    newest.id as newest_id, newest.version as newest_version
  from document d left join lateral (
    select id, version from document where title = d.title and removed_at is null order by version desc limit 1
  ) newest on true`;

function knownDocument(row: KnownRow): KnownDocument {
  const { id, title, version, name, type, size, newest_id, newest_version } = row;
  const newest =
    newest_id === null || newest_version === null ? null : { id: newest_id, version: newest_version };
  return { id, title, version, name, type, size, removed: removedWords(row), newest };
}

function removedWords({ removed_at, removed_by }: KnownRow): string | null {
  if (removed_at === null) return null;
  const when = `${removed_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return removed_by === folderName
    ? `was taken out of the documents folder, or replaced there, at ${when}`
    : `was withdrawn by ${removed_by ?? 'somebody'} at ${when}`;
}
