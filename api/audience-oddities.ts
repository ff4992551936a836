import { setImmediate as breathe } from 'node:timers/promises';
import { readAudience } from '../db/audience-people.ts';
import type { CampaignRow } from '../db/campaigns.ts';
import { readMailToSend } from '../db/mail-to-send.ts';
import { messageIdOf } from '../domain/message-id.ts';
import { unknownPerson, type Recipient } from '../domain/recipient.ts';
import { compileCampaignMail } from '../mail/campaign-mail.ts';
import { odditiesOf, type Oddity } from '../mail/oddities.ts';
import type { Preview } from '../mail/preview.ts';
import type { ApiDeps } from './deps.ts';
import { mailPartsFor } from './mail-parts.ts';
import { mailStores } from './mail-stores.ts';
import { noId, orRefuse, renderOrRefuse } from './rendered-mail.ts';

export interface OddRecipient {
  readonly recipient: Recipient;
  readonly oddities: readonly Oddity[];
}

const chunk = 1_000;

/**
 * Goes through everybody whom a campaign means, in the order of their ids after the given one, and says of each what is odd in their
 * mail (mostly nothing). Memory does not grow with the audience; other requests are served in between.
 * Throws 422 when the mail cannot be made at all.
 */
export async function* auditAudience(
  deps: ApiDeps,
  campaign: CampaignRow,
  after: string | null,
): AsyncGenerator<OddRecipient> {
  const mail = await readMailToSend(deps.db, campaign.id);
  const skeleton = await orRefuse(() => compileCampaignMail(mail, mailStores(deps)));
  // Of a draft it is this compilation that knows it: a page among the documents may speak of records, too.
  const asSent = { ...campaign, uses_linked: skeleton.options.usesLinked };
  for (let last = after; ;) {
    const people = await readAudience(deps.db, asSent, last, chunk);
    for (const recipient of people) yield { recipient, oddities: odditiesOf(skeleton, recipient) };
    last = people.at(-1)?.contactId ?? null;
    if (people.length < chunk || last === null) return;
    await breathe();
  }
}

/** What is wrong with the mail as such, seen in that of one recipient: size, links, pictures. */
export async function warningsOf(
  deps: ApiDeps,
  campaign: CampaignRow,
  recipient: Recipient | null,
): Promise<Preview['warnings']> {
  const person = recipient ?? unknownPerson('anybody@example.invalid', noId);
  const { id: campaignId, name: campaignName, identity, content, stream: streamId, signature } = campaign;
  const declared = campaign.response_links;
  const mail = await renderOrRefuse({
    campaignId,
    campaignName,
    identity,
    content,
    streamId,
    timeZone: campaign.time_zone,
    ...(await mailPartsFor(deps, { content, signature, declared, campaignId })),
    recipient: person,
    messageId: messageIdOf(campaignId, person.contactId, 'preview.invalid'),
    date: Date.now(),
  });
  return mail.warnings.filter(({ code }) => !ofOnePerson.has(code));
}

const ofOnePerson = new Set([
  'mergeValueMissing',
  'unsafeHeaderValue',
  'unsafeLink',
  'renderFailed',
  'defaultUsed',
]);
