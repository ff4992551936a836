import type { Command } from 'commander';
import type { Surroundings } from '../surroundings.ts';
import { addCheckCommand } from './check.ts';
import { addControlCommands } from './control.ts';
import { addCreateCommand } from './create.ts';
import { addExplainCommand } from './explain.ts';
import { addForceCommand } from './force.ts';
import { addForecastCommand } from './forecast.ts';
import { addGuardsCommand } from './guards.ts';
import { addHistoryCommands } from './history.ts';
import { addListCommand } from './list.ts';
import { addMailAsSentCommand } from './mail-as-sent.ts';
import { addMailCommands } from './mail.ts';
import { addQueueCommands } from './queue.ts';
import { addRecipientActCommands } from './recipient-acts.ts';
import { addRecipientsCommand } from './recipients.ts';
import { addReportCommand } from './report.ts';
import { addSettleCommand } from './settle.ts';
import { addShowCommand } from './show.ts';
import { addStartCommand } from './start.ts';
import { addWatchCommand } from './watch.ts';

/** `sluice campaign …`: from the draft to the report. */
export function addCampaignCommands(program: Command, surroundings: Surroundings): void {
  const campaign = program
    .command('campaign')
    .description('write, run, steer and explain campaigns')
    .addHelpText(
      'after',
      '\nA campaign ID may be shortened to its first characters (at least four) when only one fits.',
    );
  addCreateCommand(campaign, surroundings);
  addListCommand(campaign, surroundings);
  addShowCommand(campaign, surroundings);
  addMailCommands(campaign, surroundings);
  addCheckCommand(campaign, surroundings);
  addQueueCommands(campaign, surroundings);
  addStartCommand(campaign, surroundings);
  addWatchCommand(campaign, surroundings);
  addControlCommands(campaign, surroundings);
  addForecastCommand(campaign, surroundings);
  addGuardsCommand(campaign, surroundings);
  addReportCommand(campaign, surroundings);
  addExplainCommand(campaign, surroundings);
  addRecipientsCommand(campaign, surroundings);
  addRecipientActCommands(campaign, surroundings);
  addForceCommand(campaign, surroundings);
  addHistoryCommands(campaign, surroundings);
  addMailAsSentCommand(campaign, surroundings);
  addSettleCommand(campaign, surroundings);
}
