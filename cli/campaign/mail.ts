import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Campaign, Preview } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions, type Session } from '../command.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface PreviewOptions extends CommonOptions {
  readonly as?: string;
  readonly html?: string;
}

/** preview, test-send: the mail as somebody gets it, before anybody does. */
export function addMailCommands(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'preview <id>', 'the mail as one person gets it: subject, text part, warnings')
    .option('--as <address>', 'as this contact gets it (else as a person whose name is not known)')
    .option('--html <path>', 'also write the HTML part into this file')
    .action(async (typed: string, options: PreviewOptions) => preview(typed, options, surroundings));
  apiCommand(
    campaign,
    'test-send <id> <address...>',
    'send the mail to these addresses, marked as a test',
  ).action(async (typed: string, to: string[], options: CommonOptions) => {
    const session = openSession(options, surroundings);
    const id = await findCampaignId(session.api, typed);
    const sent = await session.api.send<unknown>('POST', `/v1/campaigns/${id}/test-sends`, { body: { to } });
    session.answer(sent, () => [
      `Test mail handed over for ${plural(to.length, 'address', 'addresses')}; the ledger is untouched.`,
    ]);
  });
}

async function preview(typed: string, options: PreviewOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const { content, identity } = await session.api.get<Campaign>(`/v1/campaigns/${id}`);
  const person = await personOf(session, options.as);
  const mail = await session.api.send<Preview>('POST', '/v1/previews', {
    body: { content, identity, ...person },
  });
  if (options.html !== undefined && mail.html !== null)
    writeFileSync(resolve(surroundings.folder, options.html), mail.html);
  session.answer(mail, () => [
    `Subject: ${clean(mail.subject)}`,
    `From: ${clean(identity.name)} <${clean(identity.address)}>`,
    `Size: ${count(mail.sizeBytes)} bytes`,
    ...mail.warnings.map((warning) => `! ${warningText(warning)}`),
    '',
    ...mail.text.split(/\r?\n/).map(clean),
  ]);
}

async function personOf(session: Session, address: string | undefined): Promise<object> {
  return address === undefined ? { contact: {} } : { contactId: await findContactId(session.api, address) };
}

function warningText(warning: unknown): string {
  if (typeof warning === 'string') return clean(warning);
  const text = typeof warning === 'object' && warning !== null && 'text' in warning ? warning.text : warning;
  return clean(typeof text === 'string' ? text : JSON.stringify(text));
}
