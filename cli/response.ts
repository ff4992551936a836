import { Argument, Option, type Command } from 'commander';
import type { ReportResult, Response } from './answers.ts';
import { findCampaignId } from './campaign/find-campaign.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions } from './command.ts';
import { Failure } from './failure.ts';
import { allItems } from './pages.ts';
import type { Surroundings } from './surroundings.ts';
import { table } from './table.ts';
import { clean } from './terminal-text.ts';

interface ReportOptions extends CommonOptions {
  readonly kind?: string;
  readonly email?: string;
}

interface ListOptions extends CommonOptions {
  readonly state?: 'open' | 'handled';
}

/** `sluice response …`: the answers that a mailing causes. */
export function addResponseCommands(program: Command, surroundings: Surroundings): void {
  const response = program
    .command('response')
    .description('answers that a mailing causes: calls, tickets, replies');
  apiCommand(response, 'report <campaign> <event>', 'report one; <event> is your own name for it')
    .addArgument(new Argument('<state>', 'what became of it').choices(['opened', 'handled']))
    .option('--kind <kind>', 'what it is, such as call or ticket')
    .option('--email <address>', 'who answered')
    .action(async (typed: string, eventId: string, state: string, options: ReportOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const { kind, email } = options;
      const event = {
        eventId,
        state,
        ...(kind === undefined ? {} : { kind }),
        ...(email === undefined ? {} : { email }),
      };
      const path = `/v1/campaigns/${id}/responses`;
      const result = await session.api.send<ReportResult>('POST', path, { body: { events: [event] } });
      const [rejected] = result.rejected;
      const words = result.repeated > 0 ? 'That was known already.' : 'Reported.';
      session.answer(result, () => (rejected === undefined ? [words] : []));
      if (rejected !== undefined) throw new Failure(3, clean(rejected.reason));
    });
  apiCommand(response, 'list <campaign>', 'list the responses of a campaign, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(['open', 'handled']))
    .action(async (typed: string, options: ListOptions) => listResponses(typed, options, surroundings));
  apiCommand(response, 'handle <campaign> <response>', 'mark one as handled').action(
    async (typed: string, responseId: string, options: CommonOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const path = `/v1/campaigns/${id}/responses/${encodeURIComponent(responseId)}/handling`;
      const handled = await session.api.send<Response>('PUT', path);
      session.answer(handled, () => ['Handled.']);
    },
  );
}

async function listResponses(typed: string, options: ListOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const { state } = options;
  const responses = await allItems<Response>(session.api, `/v1/campaigns/${id}/responses`, { state });
  session.answer({ items: responses, next: null }, () =>
    table(
      responses,
      [
        { title: 'ID', of: (each) => each.id },
        { title: 'STATE', of: (each) => each.state },
        { title: 'KIND', of: ({ kind }) => clean(kind) },
        { title: 'EVENT', of: ({ eventId }) => clean(eventId), gives: true },
        { title: 'WHO', of: ({ email }) => clean(email ?? '—') },
        { title: 'OPENED', of: ({ openedAt }) => openedAt ?? '—' },
        { title: 'HANDLED', of: ({ handledAt }) => handledAt ?? '—' },
      ],
      tableWidth(surroundings),
    ),
  );
}
