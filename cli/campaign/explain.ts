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
  const { attempts, checks, email, expected, messageId, state } = explanation;
  const moment = (at: string): string => `${clock(at, zone, now)} ${zone}`;
  return [
    `${clean(email)}: ${clean(explanation.sentence)}`,
    '',
    `state       ${stateName(state)}`,
    ...(explanation.batch === null ? [] : [`batch       ${explanation.batch}`]),
    ...(explanation.sendingAt === null ? [] : [`handed over ${moment(explanation.sendingAt)}`]),
    ...(explanation.settledAt === null ? [] : [`settled     ${moment(explanation.settledAt)}`]),
    ...(expected === null ? [] : [`expected    batch ${expected.batch}, about ${moment(expected.at)}`]),
    `Message-ID  ${messageId}`,
    ...(attempts.length === 0 ? [] : ['', 'Attempts']),
    ...attempts.map(
      ({ at, outcome, reply, text }) =>
        `  ${clock(at, zone, now)}  ${clean(outcome)}${saidText(reply, text)}`,
    ),
    ...(checks.length === 0 ? [] : ['', 'Checks']),
    ...checks.map(
      ({ check, evidence, passed }) =>
        `  ${passed ? '✓ yes' : '× no '}  ${checkNames[check]}: ${clean(evidence)}`,
    ),
  ];
}

function saidText(reply: Explanation['reply'], text: string | null): string {
  const said =
    reply === null ? (text ?? '') : [reply.code, reply.enhanced, reply.text].filter(Boolean).join(' ');
  return said === '' ? '' : `: ${clean(said)}`;
}

const checkNames: Readonly<Record<Explanation['checks'][number]['check'], string>> = {
  audience: 'in the audience',
  suppression: 'not suppressed',
  consent: 'may be written to',
  document: 'documents new to the person',
  template: 'template new to the person',
  cap: 'frequency cap leaves room',
  campaignGate: 'gate of the campaign open',
  mainGate: 'main gate open',
  relay: 'relay takes mails',
  window: 'a window is open',
  limit: 'limit of the domain leaves room',
  capacity: 'responses leave room',
};
