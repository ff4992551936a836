import type { Command } from 'commander';
import type { Campaign } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import type { Surroundings } from '../surroundings.ts';
import { findCampaignId } from './find-campaign.ts';
import { guardLines, guardWarnings } from './guard-words.ts';

interface GuardOptions extends CommonOptions {
  readonly hardBounces?: string;
  readonly complaints?: string;
  readonly deferrals?: string;
  readonly overCapacity?: string;
  readonly behindPlan?: string;
  readonly defaults?: boolean;
  readonly reason?: string;
}

type Wanted = { -readonly [guard in keyof Campaign['guards']]?: unknown };

/** `campaign guards ID`: shows when the campaign holds itself, or sets it; what is not named stays. */
export function addGuardsCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'guards <id>', 'when the campaign holds itself; with options, set it')
    .option('--hard-bounces <share/of>', 'such as 8%/100, or off')
    .option('--complaints <share/of>', 'such as 0.3%/1000, or off')
    .option('--deferrals <share/of>', 'such as 60%/200, or off')
    .option('--over-capacity <duration>', 'so long above the capacity, such as 30m, or off')
    .option('--behind-plan <duration>', 'so late, such as 4h, or off')
    .option('--defaults', 'begin with the defaults, not with what is set')
    .option('--reason <text>', 'why; kept in the history')
    .action(async (typed: string, options: GuardOptions) => {
      const wanted = readWanted(options);
      const session = openSession(options, surroundings);
      const path = `/v1/campaigns/${await findCampaignId(session.api, typed)}`;
      const found = await session.api.get<Campaign>(path);
      const base = options.defaults === true ? {} : found.guards;
      const reason = options.reason === undefined ? {} : { reason: options.reason };
      const changes = Object.keys(wanted).length > 0 || options.defaults === true;
      const body = { ...base, ...wanted };
      const now = !changes
        ? found
        : found.state === 'draft'
          ? await session.api.send<Campaign>('PATCH', path, { body: { guards: body } })
          : await session.api.send<Campaign>('PUT', `${path}/guards`, { body: { ...body, ...reason } });
      session.answer(now, () => [...guardLines(now.guards), ...guardWarnings(now)]);
    });
}

function readWanted(options: GuardOptions): Wanted {
  const { hardBounces, complaints, deferrals, overCapacity, behindPlan } = options;
  const wanted: Wanted = {};
  if (hardBounces !== undefined) wanted.hardBounces = readShare(hardBounces);
  if (complaints !== undefined) wanted.complaints = readShare(complaints);
  if (deferrals !== undefined) wanted.deferrals = readShare(deferrals);
  if (overCapacity !== undefined)
    wanted.overCapacity = overCapacity === 'off' ? null : { after: overCapacity };
  if (behindPlan !== undefined) wanted.behindPlan = behindPlan === 'off' ? null : { by: behindPlan };
  return wanted;
}

/** `8%/100`: held when 8 % of the last 100 are reached. */
function readShare(text: string): { readonly share: number; readonly of: number } | null {
  if (text === 'off') return null;
  const [, percent = '', of = ''] = /^\s*(\d{1,3}(?:\.\d+)?)\s*%\s*\/\s*(\d{1,5})\s*$/.exec(text) ?? [];
  if (percent === '') throw usage(`a threshold is written percent/of, such as 8%/100, or off (got ${text})`);
  // Through text: 0.3 / 100 would be 0.0029999999999999996.
  return { share: Number(`${percent}e-2`), of: Number(of) };
}
