/** The task queue on which every campaign's workflow and activities run. */
export const campaignTaskQueue = 'sluice';
export const campaignWorkflowType = 'campaign';

/** One workflow per campaign: a second start finds the first. */
export function campaignWorkflowId(campaignId: string): string {
  return `campaign-${campaignId}`;
}

/** Search attributes (both Keyword) that must be registered before a campaign is started. */
export const searchAttributes = { campaignId: 'CampaignId', campaignStatus: 'CampaignStatus' } as const;
