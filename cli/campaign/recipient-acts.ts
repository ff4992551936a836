import type { Command } from 'commander';
import type { Explanation } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface ActOptions extends CommonOptions {
  readonly reason?: string;
}

/** skip, send-now, to-end: what an operator can do with one recipient. */
export function addRecipientActCommands(campaign: Command, surroundings: Surroundings): void {
  for (const [act, description] of acts)
    apiCommand(campaign, `${act} <id> <address>`, description)
      .option('--reason <text>', 'why; kept in the history')
      .action(async (typed: string, address: string, options: ActOptions) => {
        const session = openSession(options, surroundings);
        const id = await findCampaignId(session.api, typed);
        const contactId = await findContactId(session.api, address);
        const body = options.reason === undefined ? {} : { reason: options.reason };
        const path = `/v1/campaigns/${id}/recipients/${contactId}/${act}`;
        const done = await session.api.send<Explanation>('PUT', path, { body });
        session.answer(done, () => [`${clean(done.email)}: ${clean(done.sentence)}`]);
      });
}

const acts = [
  ['skip', 'take one person out: this mail is never sent to them'],
  ['send-now', 'send one person’s mail at once, out of turn'],
  ['to-end', 'move one person to the end of the plan'],
] as const;
