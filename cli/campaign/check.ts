import type { Command } from 'commander';
import type { ContentCheck } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { count, plural } from '../numbers.ts';
import { allItems } from '../pages.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';

interface CheckOptions extends CommonOptions {
  readonly people?: string;
}

/** check: everything that can be seen before a campaign starts. */
export function addCheckCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(
    campaign,
    'check <id>',
    'what is missing or odd in the mails, for whom, and what is wrong with the mail as such',
  )
    .option(
      '--people <finding>',
      'show the people of one finding, as it is written in brackets: contact.firstName',
    )
    .action(async (typed: string, options: CheckOptions) => {
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      if (options.people !== undefined) return showPeople(session, id, options.people);
      const check = await session.api.get<ContentCheck>(`/v1/campaigns/${id}/content-check`);
      session.answer(check, () => checkLines(check));
    });
}

function checkLines({ recipients, skipped, findings, warnings }: ContentCheck): string[] {
  const total = `${plural(recipients, 'recipient', 'recipients')} looked at`;
  return [
    skipped === 0 ? `${total}; every mail can be filled.` : `${total}; ${count(skipped)} would be skipped:`,
    ...findings.map(
      (each) => `${each.skips ? '✗' : '·'} ${count(each.count)}  ${clean(each.text)}  [${nameOf(each)}]`,
    ),
    ...warnings.map(({ text }) => `! ${clean(text)}`),
    ...(findings.length === 0 ? [] : ['', 'who they are: --people with what is in brackets']),
  ];
}

type Finding = ContentCheck['findings'][number];

/** How a finding is asked for: its field, or its code where it has none. */
function nameOf({ code, field }: Finding): string {
  return code === 'mergeValueMissing' && field !== null ? field : field === null ? code : `${code}:${field}`;
}

async function showPeople(session: Session, campaignId: string, finding: string): Promise<void> {
  const [code, field] = /^[a-zA-Z]+$/.test(finding)
    ? [finding, undefined]
    : finding.includes(':')
      ? (finding.split(':') as [string, string]) // one colon, as nameOf writes it
      : ['mergeValueMissing', finding];
  const path = `/v1/campaigns/${campaignId}/content-check/people`;
  const items = await allItems<{ contactId: string; email: string }>(session.api, path, { code, field });
  session.answer({ items }, () => items.map(({ email }) => clean(email)));
}
