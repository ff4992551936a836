import { linksOf } from '../domain/response-link.ts';
import type { Content, Identity, Signature } from '../domain/schema/content.ts';
import { readMailDocuments, type MailDocument } from './mail-documents.ts';
import type { Database } from './open.ts';
import { readLinkSecret } from './signing-secret.ts';

/** What the mails of a campaign are made of; `compileCampaignMail` takes it. */
export interface MailToSend {
  readonly campaignId: string;
  readonly campaignName: string;
  readonly identity: Identity;
  readonly content: Content;
  readonly signature: Signature | null;
  readonly streamId: string;
  readonly timeZone: string;
  readonly documents: readonly MailDocument[];
  /** The response links that the mail may use, and what they are signed with. */
  readonly linkNames: readonly string[];
  readonly linkSecret: Buffer;
}

/** The same for the worker that sends and for whoever looks at a mail later: a started campaign never changes in any of it. */
export async function readMailToSend(db: Database, campaignId: string): Promise<MailToSend> {
  const campaign = await db
    .selectFrom('campaign')
    .select(['name', 'identity', 'content', 'signature', 'stream', 'time_zone', 'response_links'])
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return {
    campaignId,
    campaignName: campaign.name,
    identity: campaign.identity,
    content: campaign.content,
    signature: campaign.signature,
    streamId: campaign.stream,
    timeZone: campaign.time_zone,
    documents: await readMailDocuments(db, campaignId),
    linkNames: linksOf(campaign.response_links).map(({ name }) => name),
    linkSecret: await readLinkSecret(db),
  };
}
