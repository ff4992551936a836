import { Option, type Command } from 'commander';
import { deliveryStates } from '../../domain/delivery-state.ts';
import type { List, RecipientRow } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { stateName } from './state-words.ts';

interface RecipientsOptions extends CommonOptions {
  readonly state?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

export function addRecipientsCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'recipients <id>', 'the ledger: one row per person')
    .addOption(new Option('--state <state>', 'only those in this state').choices(deliveryStates))
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (typed: string, options: RecipientsOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const { state, limit, cursor } = options;
      const list = await session.api.get<List<RecipientRow>>(`/v1/campaigns/${id}/recipients`, {
        state,
        limit,
        cursor,
      });
      session.answer(list, () => [
        ...(list.items.length === 0 ? ['Nobody.'] : recipientTable(list.items, tableWidth(surroundings))),
        ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
      ]);
    });
}

export function recipientTable(rows: readonly RecipientRow[], width: number): string[] {
  return table(
    rows,
    [
      { title: 'NO', of: ({ position }) => String(position), align: 'right' },
      { title: 'ADDRESS', of: ({ email }) => clean(email) },
      { title: 'STATE', of: ({ state }) => stateName(state) },
      { title: 'BATCH', of: ({ batch }) => String(batch ?? '—'), align: 'right' },
      { title: 'TRIES', of: ({ attempts }) => String(attempts), align: 'right' },
      { title: 'WHY', of: whyOf, gives: true },
    ],
    width,
  );
}

function whyOf({ reason, reply }: RecipientRow): string {
  if (reason !== null) return clean(reason.text);
  return reply === null ? '' : clean([reply.code, reply.enhanced, reply.text].filter(Boolean).join(' '));
}
