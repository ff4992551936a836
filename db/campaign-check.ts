import type { AudienceCheck } from './audience-count.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Database } from './open.ts';

/** What a campaign would check its people for, by its settings as they are. */
export async function readCampaignCheck(
  db: Database,
  campaign: CampaignRow,
  now: Date,
): Promise<AudienceCheck> {
  const documents = await db
    .selectFrom('campaign_document')
    .select('document_id')
    .where('campaign_id', '=', campaign.id)
    .execute();
  const { template_version_id: templateVersionId, once_within_ms: withinMs, forced_by: forcedBy } = campaign;
  // Somebody wants it sent although people had it before.
  const isForced = forcedBy !== null;
  return {
    audience: campaign.audience,
    ...(await followed(db, campaign)),
    newsletterOnly: campaign.newsletter_only,
    stream: campaign.stream,
    documents: isForced ? [] : documents.map(({ document_id }) => document_id),
    onceWithin:
      templateVersionId === null || withinMs === null || isForced
        ? null
        : { templateVersionId, since: new Date(now.getTime() - withinMs) },
  };
}

/** Who has not responded is known only when the campaign that is followed has begun. */
async function followed(
  db: Database,
  { follows_id, follows_only }: CampaignRow,
): Promise<Pick<AudienceCheck, 'follows_id' | 'follows_only'>> {
  if (follows_id === null) return {};
  const other = await db
    .selectFrom('campaign')
    .select('snapshot_at')
    .where('id', '=', follows_id)
    .executeTakeFirst();
  return other === undefined || other.snapshot_at === null ? {} : { follows_id, follows_only };
}
