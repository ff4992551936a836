import type { Command } from 'commander';
import type { Campaign, Explanation } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface ForceOptions extends CommonOptions {
  readonly reason: string;
}

export function addForceCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'force <id> [address]',
    'send to one person, or to the whole list, although they had the documents or the template before',
  )
    .requiredOption('--reason <text>', 'why; kept in the history')
    .action(async (typed: string, address: string | undefined, { reason, ...options }: ForceOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const body = { reason };
      if (address === undefined) {
        const forced = await session.api.send<Campaign>('PUT', `/v1/campaigns/${id}/force`, { body });
        session.answer(forced, () => [
          `${clean(forced.name)} is sent to everybody of its list, whether they had it before or not (${forced.state}).`,
        ]);
        return;
      }
      const contactId = await findContactId(session.api, address);
      const path = `/v1/campaigns/${id}/recipients/${contactId}/force`;
      const forced = await session.api.send<Explanation>('PUT', path, { body });
      session.answer(forced, () => [`${clean(forced.email)}: ${clean(forced.sentence)}`]);
    });
}
