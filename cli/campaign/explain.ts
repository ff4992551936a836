import type { Command } from 'commander';
import type { Campaign, Explanation } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { clock } from '../times.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';
import { stateName } from './state-words.ts';

export function addExplainCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'explain <id> <address>',
    'why somebody got the mail, will get it, or will not',
  ).action(async (typed: string, address: string, options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const id = await findCampaignId(session.api, typed);
    const contactId = await findContactId(session.api, address);
    const explanation = await session.api.get<Explanation>(`/v1/campaigns/${id}/recipients/${contactId}`);
    if (session.json) return session.answer(explanation, () => []);
    const { timeZone } = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
    session.say(...explanationLines(explanation, timeZone, surroundings.now()));
  });
}

function explanationLines(explanation: Explanation, zone: string, now: Date): string[] {
  const { checks, email, expected, messageId, reply, state } = explanation;
  const lines = [`${clean(email)}: ${clean(explanation.sentence)}`, ''];
  lines.push(`state       ${stateName(state)}, attempts ${explanation.attempts}`);
  if (explanation.sendingAt !== null)
    lines.push(`handed over ${clock(explanation.sendingAt, zone, now)} ${zone}`);
  if (explanation.settledAt !== null)
    lines.push(`settled     ${clock(explanation.settledAt, zone, now)} ${zone}`);
  if (explanation.batch !== null) lines.push(`batch       ${explanation.batch}`);
  if (expected !== null)
    lines.push(`expected    batch ${expected.batch}, about ${clock(expected.at, zone, now)} ${zone}`);
  if (reply !== null)
    lines.push(`reply       ${[reply.code, reply.enhanced, clean(reply.text)].filter(Boolean).join(' ')}`);
  lines.push(`Message-ID  ${messageId}`);
  if (checks.length > 0)
    lines.push(
      '',
      ...checks.map(
        ({ check, evidence, passed }) => `${passed ? '✓ yes' : '× no '} ${clean(check)}: ${clean(evidence)}`,
      ),
    );
  return lines;
}
