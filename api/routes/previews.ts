import { domainToASCII } from 'node:url';
import { readLinkedOfCampaign, readRecipient } from '../../db/contacts.ts';
import { normaliseAddress } from '../../domain/email-address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { LinkedValues, Recipient } from '../../domain/recipient.ts';
import type { MadeUpPerson } from '../../domain/schema/contact.ts';
import { previewRequestSchema, previewSchema } from '../../domain/schema/preview.ts';
import { composeMail } from '../campaign-mail.ts';
import { refuse } from '../check-input.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { mailPartsFor } from '../mail-parts.ts';
import { notFound } from '../problem.ts';
import { noId, renderOrRefuse } from '../rendered-mail.ts';

export const previewEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'previewMail',
    method: 'post',
    path: '/v1/previews',
    role: 'viewer',
    tag: 'Mails',
    summary: 'Render a mail as one person would get it',
    description:
      'The same functions and the same bytes as when it is sent. Without a person every value is marked as missing.',
    body: previewRequestSchema,
    answers: { 200: { description: 'The mail', schema: previewSchema } },
    problems: ['notFound', 'contentRefused'],
    handle: async ({ deps, body }) => {
      const { campaignName, contactId, contact, responseLinks } = body;
      const { identity, content, sources } = await composeMail(deps.db, body);
      const campaignId = body.campaignId ?? null;
      const campaign = campaignId === null ? null : await findCampaign(deps.db, campaignId);
      const known =
        contactId === undefined ? null : await readRecipient(deps.db, { id: contactId }, campaignId);
      if (contactId !== undefined && known === null) throw notFound('contact', contactId);
      const mail = await renderOrRefuse({
        campaignId: noId,
        campaignName: campaignName ?? campaign?.name ?? 'Preview',
        ...(campaign === null ? {} : { timeZone: campaign.time_zone, streamId: campaign.stream }),
        identity,
        content,
        ...(await mailPartsFor(deps, {
          content,
          signature: sources.signature,
          declared: responseLinks,
          campaignId,
          // Whoever looks at somebody's mail must not be able to answer for them.
          test: true,
        })),
        recipient: known ?? madeUp(contact ?? {}, await readLinkedOfCampaign(deps.db, campaignId)),
        messageId: messageIdOf(noId, known?.contactId ?? noId, 'preview.invalid'),
        date: Date.now(),
      });
      const { subject, html, text, headers, sizeBytes, warnings } = mail;
      return {
        status: 200,
        body: { subject, html, text, headers: [...headers], sizeBytes, warnings: [...warnings] },
      };
    },
  }),
];

/** RFC 2606: a domain that nobody has. */
const nobody = 'nobody@example.invalid';

function madeUp(
  { email, customer, attributes, ...person }: MadeUpPerson,
  linked: LinkedValues | null,
): Recipient {
  const check = normaliseAddress(email ?? nobody, domainToASCII);
  if (!check.ok) throw refuse('invalidBody', [{ pointer: '/contact/email', detail: check.why }]);
  return {
    contactId: noId,
    email: check.email,
    firstName: person.firstName ?? null,
    lastName: person.lastName ?? null,
    title: person.title ?? null,
    salutation: person.salutation ?? null,
    language: person.language ?? null,
    timeZone: person.timeZone ?? null,
    attributes: attributes ?? {},
    customer: customer === undefined || customer === null ? null : { name: customer, attributes: {} },
    linked,
  };
}
