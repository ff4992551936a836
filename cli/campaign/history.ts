import type { Command } from 'commander';
import type { Batch, Campaign, Control, Decision, List } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import { count } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { clock } from '../times.ts';
import { actor, actWords } from './act-words.ts';
import { batchTable } from './batch-table.ts';
import { findCampaignId } from './find-campaign.ts';

interface PageOptions extends CommonOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

/** batches, controls, decisions: what happened and who decided it. */
export function addHistoryCommands(campaign: Command, surroundings: Surroundings): void {
  historyCommand(campaign, 'batches <id>', 'past batches: size, start, lateness, what became of them').action(
    async (typed: string, options: PageOptions) =>
      showHistory<Batch>('batches', typed, options, surroundings, batchTable),
  );
  historyCommand(campaign, 'controls <id>', 'every act of control: who, when, from what to what, why').action(
    async (typed: string, options: PageOptions) =>
      showHistory<Control>('controls', typed, options, surroundings, controlTable),
  );
  addDecisionsCommand(campaign, surroundings);
}

function addDecisionsCommand(campaign: Command, surroundings: Surroundings): void {
  historyCommand(
    campaign,
    'decisions <id>',
    'what was decided about batches that follow the answers, newest first',
  ).action(async (typed: string, options: PageOptions) =>
    showHistory<Decision>('decisions', typed, options, surroundings, decisionTable),
  );
}

function historyCommand(campaign: Command, spec: string, description: string): Command {
  return apiCommand(campaign, spec, description)
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended');
}

type Tabled<Item> = (items: readonly Item[], zone: string, now: Date, width: number) => readonly string[];

async function showHistory<Item>(
  kind: 'batches' | 'controls' | 'decisions',
  typed: string,
  options: PageOptions,
  surroundings: Surroundings,
  tabled: Tabled<Item>,
): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const { limit, cursor } = options;
  const list = await session.api.get<List<Item>>(`/v1/campaigns/${id}/${kind}`, { limit, cursor });
  if (session.json) return session.answer(list, () => []);
  const { timeZone } = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
  const lines = tabled(list.items, timeZone, surroundings.now(), tableWidth(surroundings));
  session.say(
    ...(list.items.length === 0 ? [`There are no ${kind} yet.`] : lines),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  );
}

function controlTable(controls: readonly Control[], zone: string, now: Date, width: number): string[] {
  return table(
    controls,
    [
      { title: `AT (${zone})`, of: ({ at }) => clock(at, zone, now) },
      { title: 'BY', of: actor },
      { title: 'ACT', of: actWords },
      { title: 'REASON', of: ({ reason }) => clean(reason ?? ''), gives: true },
    ],
    width,
  );
}

function decisionTable(decisions: readonly Decision[], zone: string, now: Date, width: number): string[] {
  return table(
    decisions,
    [
      { title: `AT (${zone})`, of: ({ at }) => clock(at, zone, now) },
      { title: 'BATCH', of: ({ batch }) => count(batch), align: 'right' },
      { title: 'SIZE', of: ({ size, wanted }) => `${count(size)} of ${count(wanted)}`, align: 'right' },
      { title: 'BECAUSE', of: ({ sentence }) => clean(sentence), gives: true },
    ],
    width,
  );
}
