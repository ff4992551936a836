import { Option, type Command } from 'commander';
import type { RecipientRow } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface SettleOptions extends CommonOptions {
  readonly as: 'sent' | 'notSent';
  readonly reason?: string;
}

export function addSettleCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'settle <id> <address>',
    "decide what became of a mail in doubt, after a look at the relay's log",
  )
    .addOption(
      new Option('--as <outcome>', 'sent: nothing more happens; notSent: it is put back into the plan')
        .choices(['sent', 'notSent'])
        .makeOptionMandatory(),
    )
    .option('--reason <text>', 'why; kept in the history')
    .action(async (typed: string, address: string, options: SettleOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const contactId = await findContactId(session.api, address);
      const { as, reason } = options;
      const body = { as, ...(reason === undefined ? {} : { reason }) };
      const path = `/v1/campaigns/${id}/recipients/${contactId}/settlement`;
      const settled = await session.api.send<RecipientRow>('PUT', path, { body });
      const fate = as === 'sent' ? 'counts as sent' : 'is put back into the plan and sent again';
      session.answer(settled, () => [`Settled: the mail to ${clean(address)} ${fate}.`]);
    });
}
