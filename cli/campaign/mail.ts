import type { Command } from 'commander';
import type { TestSend } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { Failure } from '../failure.ts';
import { plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { addPreviewCommand } from './preview.ts';

/** preview, test-send: the mail as somebody gets it, before anybody does. */
export function addMailCommands(campaign: Command, surroundings: Surroundings): void {
  addPreviewCommand(campaign, surroundings);
  apiCommand(
    campaign,
    'test-send <id> <address...>',
    'send the mail to these addresses, marked as a test',
  ).action(async (typed: string, to: string[], options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const id = await findCampaignId(session.api, typed);
    const path = `/v1/campaigns/${id}/test-sends`;
    const sent = await session.api.send<TestSend>('POST', path, { body: { to } });
    session.answer(sent, () => sent.items.flatMap(testLines));
    const open = sent.items.filter(({ outcome }) => outcome !== 'accepted').length;
    if (open > 0)
      throw new Failure(3, `${plural(open, 'test mail was', 'test mails were')} not accepted by the relay`);
  });
}

function testLines({ to, outcome, reply, text, warnings }: TestSend['items'][number]): string[] {
  const said =
    reply === null ? (text ?? '') : [reply.code, reply.enhanced, reply.text].filter(Boolean).join(' ');
  const line = `${clean(to)}: ${outcome}${said === '' ? '' : `, ${clean(said)}`}`;
  return [line, ...warnings.map((warning) => `  ! ${clean(warning.text)}`)];
}
