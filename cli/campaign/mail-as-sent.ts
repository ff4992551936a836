import type { Command } from 'commander';
import type { MailAsSent } from '../answers.ts';
import { apiCommand, openSession, type CommonOptions } from '../command.ts';
import { usage } from '../failure.ts';
import { count } from '../numbers.ts';
import { openAnswer } from '../open-answer.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';

interface MailOptions extends CommonOptions {
  readonly raw?: boolean;
}

/** mail: what one person was sent, made again as it was. */
export function addMailAsSentCommand(campaign: Command, surroundings: Surroundings): void {
  apiCommand(campaign, 'mail <id> <address>', 'the mail as it was sent to one person')
    .option('--raw', 'the bytes, for mail programs: --raw > mail.eml')
    .action(async (typed: string, address: string, options: MailOptions) => {
      if (options.raw === true && options.json === true) throw usage('give --raw or --json, not both');
      const session = openSession(options, surroundings);
      const id = await findCampaignId(session.api, typed);
      const path = `/v1/campaigns/${id}/recipients/${await findContactId(session.api, address)}/mail`;
      if (options.raw === true) {
        const response = await openAnswer(session.api, `${path}.eml`);
        // Quoted-printable and base64: a mail is ASCII, but for addresses and names that are UTF-8 (RFC 6532).
        surroundings.out.write(await response.text());
        return;
      }
      const mail = await session.api.get<MailAsSent>(path);
      session.answer(mail, () => mailLines(mail));
    });
}

function mailLines(mail: MailAsSent): string[] {
  const shown = ['From', 'To', 'Reply-To', 'Date', 'Subject', 'Message-ID'];
  return [
    ...mail.headers
      .filter(({ name }) => shown.some((each) => each.toLowerCase() === name.toLowerCase()))
      .map(({ name, value }) => `${name}: ${clean(value)}`),
    ...mail.attachments.map(
      ({ name, size, sha256 }) =>
        `Attachment: ${clean(name ?? '(no name)')}, ${count(size)} bytes, SHA-256 ${sha256}`,
    ),
    '',
    ...(mail.text ?? '(no text part)').split(/\r?\n/).map(clean),
  ];
}
