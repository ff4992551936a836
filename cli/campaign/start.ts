import type { Command } from 'commander';
import type { Campaign } from '../answers.ts';
import type { Api } from '../api.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { confirm } from '../confirm.ts';
import { Failure, usage } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { consentWarning } from './consent-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { loadNames, noNames } from './setting-lines.ts';
import { campaignLines } from './show.ts';

interface StartOptions extends CommonOptions {
  readonly now?: boolean;
  readonly at?: string;
  readonly yes?: boolean;
}

export function addStartCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'start <id>',
    'freeze the audience and start now, or schedule when the draft has a start time',
  )
    .option('--now', 'at once, whatever start time the draft has')
    .option('--at <instant>', 'schedule it, such as 2026-12-01T08:00:00+01:00')
    .option('--yes', 'without asking, also when people are written to who have not ordered the newsletter')
    .action(async (typed: string, options: StartOptions) => {
      if (options.now === true && options.at !== undefined) throw usage('give --now or --at, not both');
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      if (options.yes !== true && !(await mayWriteToEverybody(session.api, id, surroundings)))
        throw new Failure(3, 'it was not started');
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

/** Asks when the draft goes to people who have not ordered the newsletter. */
async function mayWriteToEverybody(api: Api, id: string, surroundings: Surroundings): Promise<boolean> {
  const campaign = await api.get<Campaign>(`/v1/campaigns/${id}`);
  const warning = campaign.state === 'draft' ? consentWarning(campaign) : null;
  return warning === null || confirm(`${warning} Start it?`, false, surroundings);
}
