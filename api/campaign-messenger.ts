/** Speaks with Temporal. */
export interface CampaignMessenger {
  close(): Promise<void>;
}
