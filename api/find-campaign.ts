import { readCampaign, type CampaignRow } from '../db/campaigns.ts';
import type { Database } from '../db/open.ts';
import { showCampaign } from './campaign-view.ts';
import type { ApiDeps } from './deps.ts';
import { entityTag } from './entity-tag.ts';
import { notFound } from './problem.ts';

/** Throws 404 when there is no such campaign. */
export async function findCampaign(db: Database, campaignId: string): Promise<CampaignRow> {
  const campaign = await readCampaign(db, campaignId);
  if (campaign === null) throw notFound('campaign', campaignId);
  return campaign;
}

/** 200 with the campaign and its ETag, or 404. */
export async function answerCampaign(deps: ApiDeps, campaignId: string) {
  const campaign = await findCampaign(deps.db, campaignId);
  const headers = { ETag: entityTag(campaign.version) };
  return { status: 200, headers, body: await showCampaign(deps, campaign) } as const;
}

/** For answers that are not the campaign itself: its version as it is now. */
export async function versionHeader({ db }: ApiDeps, campaignId: string): Promise<Record<string, string>> {
  return { ETag: entityTag((await findCampaign(db, campaignId)).version) };
}
