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
