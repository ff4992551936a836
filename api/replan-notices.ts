import { listBoundCampaigns, listDeskCampaigns } from '../db/desks.ts';
import type { ApiDeps } from './deps.ts';
import { Throttle } from './throttle.ts';

/** How campaigns hear that their responses have changed. */
export interface ReplanNotices {
  /** A response of this campaign was opened or handled. Answers at once; nothing that fails here fails the caller. */
  responseChanged(campaignId: string): void;
  /** A desk has another capacity. */
  deskChanged(deskId: string): void;
  close(): Promise<void>;
}

const everyMs = 1_000;

/**
 * Tells the workflows whose pace follows these responses (the campaign's own, and those of the same desk) to plan anew:
 * each at most once a second, so that a flood of reports is no flood of signals. A notice that Temporal does not take is
 * not repeated: a campaign that is held back looks again by itself.
 */
export function createReplanNotices({
  db,
  temporal,
  log,
}: Pick<ApiDeps, 'db' | 'temporal' | 'log'>): ReplanNotices {
  const tells = new Throttle(everyMs, async (campaignId) => void (await temporal.tellReplan(campaignId)));
  const tellAll = async (list: () => Promise<string[]>): Promise<void> => {
    try {
      for (const id of await list()) tells.ask(id);
    } catch (err) {
      log.warn({ err }, 'could not tell campaigns of a response; they look again by themselves');
    }
  };
  const campaigns = new Throttle(everyMs, (campaignId) => tellAll(() => listBoundCampaigns(db, campaignId)));
  const desks = new Throttle(everyMs, (deskId) => tellAll(() => listDeskCampaigns(db, deskId)));
  return {
    responseChanged: (campaignId) => campaigns.ask(campaignId),
    deskChanged: (deskId) => desks.ask(deskId),
    close: async () => {
      await Promise.all([campaigns.close(), desks.close()]);
      await tells.close();
    },
  };
}
