import type { MailParts } from '../db/campaign-sources.ts';
import { unknownPerson } from '../domain/recipient.ts';
import type { ResponseLink } from '../domain/response-link.ts';
import type { Preview } from '../mail/preview.ts';
import type { ApiDeps } from './deps.ts';
import { mailPartsFor } from './mail-parts.ts';
import { noId, renderOrRefuse } from './rendered-mail.ts';

/** Every merge field counts as present, so that only what fails for everybody is refused. RFC 2606: a domain that nobody has. */
const anybody = unknownPerson('anybody@example.invalid', noId);

/**
 * Throws 422 with pointer, line and column of everything in a campaign's mail that cannot be sent. It is filled once, too: a
 * template that compiles but can be filled for nobody would skip the whole audience. Answers whether the mail speaks of agents or records.
 */
export async function checkContent(
  deps: ApiDeps,
  mail: MailParts & { name: string; responseLinks: readonly ResponseLink[] },
  /** Whose documents go with it; null: none. */
  campaignId: string | null = null,
): Promise<Pick<Preview, 'usesLinked'>> {
  const { name, identity, content, sources, responseLinks: declared } = mail;
  return renderOrRefuse({
    campaignId: noId,
    campaignName: name,
    identity,
    content,
    ...(await mailPartsFor(deps, { content, signature: sources.signature, declared, campaignId })),
    recipient: anybody,
    messageId: `<${noId}@example.invalid>`,
    date: 0,
  });
}

/**
 * The same for every mail of a campaign that is about to start: with its documents, and with the content alone, which is what goes to
 * somebody who has got its page before.
 */
export async function checkMails(
  deps: ApiDeps,
  mail: Parameters<typeof checkContent>[1],
  campaignId: string,
): Promise<Pick<Preview, 'usesLinked'>> {
  const whole = await checkContent(deps, mail, campaignId);
  const alone = await checkContent(deps, mail);
  return { usesLinked: whole.usesLinked || alone.usesLinked };
}
