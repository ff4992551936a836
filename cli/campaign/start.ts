import type { Command } from 'commander';
import type { Campaign } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { findCampaignId } from './find-campaign.ts';
import { loadNames, noNames } from './setting-lines.ts';
import { campaignLines } from './show.ts';

interface StartOptions extends CommonOptions {
  readonly now?: boolean;
  readonly at?: string;
}

export function addStartCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'start <id>',
    'freeze the audience and start now, or schedule when the draft has a start time',
  )
    .option('--now', 'at once, whatever start time the draft has')
    .option('--at <instant>', 'schedule it, such as 2026-12-01T08:00:00+01:00')
    .action(async (typed: string, options: StartOptions) => {
      if (options.now === true && options.at !== undefined) throw usage('give --now or --at, not both');
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const body =
        options.now === true ? { startAt: null } : options.at === undefined ? {} : { startAt: options.at };
      const started = await session.api.send<Campaign>('PUT', `/v1/campaigns/${id}/start`, { body });
      const names = session.json ? noNames : await loadNames(session.api, started);
      session.answer(started, () => [
        ...campaignLines(started, surroundings.now(), names),
        '',
        `follow it: sluice campaign watch ${id.slice(0, 8)}`,
      ]);
    });
}
