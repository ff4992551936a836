import { linksOf } from '../domain/response-link.ts';
import type { Content, Identity } from '../domain/schema/content.ts';
import type { Database } from './open.ts';
import { readLinkSecret } from './signing-secret.ts';

/** What the mails of a campaign are made of; `compileCampaignMail` takes it. */
export interface MailToSend {
  readonly campaignId: string;
  readonly campaignName: string;
  readonly identity: Identity;
  readonly content: Content;
  readonly streamId: string;
  /** The response links that the mail may use, and what they are signed with. */
  readonly linkNames: readonly string[];
  readonly linkSecret: Buffer;
}

/** The same for the worker that sends and for whoever looks at a mail later: a started campaign never changes in any of it. */
export async function readMailToSend(db: Database, campaignId: string): Promise<MailToSend> {
  const campaign = await db
    .selectFrom('campaign')
    .select(['name', 'identity', 'content', 'stream', 'response_links'])
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return {
    campaignId,
    campaignName: campaign.name,
    identity: campaign.identity,
    content: campaign.content,
    streamId: campaign.stream,
    linkNames: linksOf(campaign.response_links).map(({ name }) => name),
    linkSecret: await readLinkSecret(db),
  };
}
