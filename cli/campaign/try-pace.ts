import type { Campaign } from '../answers.ts';
import { openSession, tableWidth, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { compareForecasts } from './forecast-words.ts';
import { loadWhatIf, type WhatIf } from './load-forecast.ts';
import { typedPace } from './pace-text.ts';
import { readPaceOptions } from './plan-options.ts';

interface TryOptions extends CommonOptions {
  readonly ramp?: string;
  readonly jitter?: string;
  readonly reason?: string;
}

/** `campaign pace ID 80/15m --dry-run`: asks the planner only, changes nothing. */
export async function tryPace(
  typed: string,
  text: string,
  options: TryOptions,
  surroundings: Surroundings,
): Promise<void> {
  if (options.reason !== undefined)
    throw usage('a dry run changes nothing, so --reason would be kept nowhere; leave one of them out');
  const pace = readPaceOptions({ ...options, pace: text }) ?? {};
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const whatIf = await loadWhatIf(session.api, id, { pace });
  if (session.json) return session.answer(whatIf, () => []);
  const found = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
  session.say(
    ...tryLines(whatIf, found, surroundings.now(), tableWidth(surroundings)),
    '',
    `Nothing was changed. To do it: sluice campaign pace ${id.slice(0, 8)} ${typedPace(pace)}`,
  );
}

function tryLines({ today, changed }: WhatIf, campaign: Campaign, now: Date, width: number): string[] {
  const rows = compareForecasts(today, changed, campaign.timeZone, now);
  return [
    `${clean(campaign.name)} (times in ${campaign.timeZone})`,
    '',
    ...table(
      rows,
      [
        { title: '', of: ({ label }) => label },
        { title: 'AS IT IS', of: ({ today }) => today },
        { title: 'CHANGED', of: ({ changed }) => changed, gives: true },
      ],
      width,
    ),
    ...changed.warnings.map((warning) => `! ${clean(warning)}`),
  ];
}
