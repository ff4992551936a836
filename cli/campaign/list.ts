import { Option, type Command } from 'commander';
import { campaignStates } from '../../domain/campaign-state.ts';
import type { CampaignListed, List } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { count, percent } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { relative } from '../times.ts';
import { sayPace } from './pace-text.ts';
import { hasEnded, settledOf, stateBadge } from './state-words.ts';

interface ListOptions extends CommonOptions {
  readonly state?: string;
  readonly search?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

export function addListCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'list', 'list campaigns, the newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(campaignStates))
    .option('--search <text>', 'only those whose name contains this')
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (options: ListOptions) => {
      const session = openSession(options, surroundings);
      const { state, search, limit, cursor } = options;
      const list = await session.api.get<List<CampaignListed>>('/v1/campaigns', {
        state,
        q: search,
        limit,
        cursor,
      });
      session.answer(list, () => [
        ...(list.items.length === 0 ? [emptyText(options)] : campaignTable(list.items, surroundings)),
        ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
      ]);
    });
}

function emptyText({ state, search }: ListOptions): string {
  return state === undefined && search === undefined
    ? 'There are no campaigns yet. Make one with: sluice campaign create --help'
    : 'No campaign fits.';
}

function campaignTable(campaigns: readonly CampaignListed[], surroundings: Surroundings): string[] {
  const now = surroundings.now();
  return table(
    campaigns,
    [
      { title: 'ID', of: ({ id }) => id.slice(0, 8) },
      { title: 'NAME', of: ({ name }) => clean(name), gives: true },
      { title: 'STATE', of: ({ state }) => stateBadge(state).text },
      { title: 'PROGRESS', of: progress, align: 'right' },
      { title: 'PACE', of: ({ pace }) => sayPace(pace) },
      { title: 'MADE', of: ({ createdAt }) => relative(createdAt, now) },
      { title: 'IN DOUBT', of: ({ counts }) => count(counts.inDoubt), align: 'right' },
    ],
    tableWidth(surroundings),
  );
}

function progress({ counts, state }: CampaignListed): string {
  if (state === 'draft' || state === 'scheduled') return '—';
  const settled = settledOf(counts);
  return `${count(settled)} of ${count(counts.total)} (${percent(settled, counts.total, hasEnded(state))} %)`;
}
