import { z } from 'zod';
import { mailAsSentSchema } from '../../domain/schema/mail-as-sent.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { readMessage } from '../../mail/read-message.ts';
import type { ApiDeps } from '../deps.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';
import { renderAsSent } from '../history/mail-as-sent.ts';
import { wireInstantOrNull } from '../wire-instant.ts';
import { findRow } from './recipients.ts';

const tag = 'History';
const params = z.strictObject({ campaignId: idSchema, contactId: idSchema });
const path = '/v1/campaigns/{campaignId}/recipients/{contactId}/mail';
const description =
  'Made again from the frozen content and the values of that time, with the Date and Message-ID of then: the bytes that went ' +
  'over the wire, but for a DKIM-Signature.';

export const mailAsSentEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'getMailAsSent',
    method: 'get',
    path,
    role: 'viewer',
    tag,
    summary: 'The mail as it was sent',
    description,
    params,
    answers: { 200: { description: 'What a mail program shows of it', schema: mailAsSentSchema } },
    problems: ['conflict'],
    handle: async ({ deps, params: place }) => {
      const { row, messageId, to, message } = await find(deps, place);
      const { headers, attachments, ...read } = await readMessage(message);
      const body = {
        contactId: row.contactId,
        state: row.state,
        at: wireInstantOrNull(row.sendingAt),
        messageId,
        to,
        ...read,
        headers: [...headers],
        attachments: [...attachments],
        sizeBytes: message.length,
      };
      return { status: 200, body };
    },
  }),
  endpoint({
    id: 'downloadMailAsSent',
    method: 'get',
    path: `${path}.eml`,
    role: 'viewer',
    tag,
    summary: 'The mail as it was sent, as a file for mail programs',
    description,
    params,
    answers: { 200: { description: 'RFC 5322', stream: 'message/rfc822' } },
    problems: ['conflict'],
    handle: async ({ deps, params: place }) => {
      const { message } = await find(deps, place);
      const headers = {
        'Content-Type': 'message/rfc822',
        'Content-Disposition': 'attachment; filename="mail.eml"',
      };
      const stream = async (response: { end(bytes: Uint8Array): unknown }): Promise<void> => {
        response.end(message);
      };
      return { status: 200, headers, stream };
    },
  }),
];

async function find(deps: ApiDeps, place: { readonly campaignId: string; readonly contactId: string }) {
  const campaign = await findCampaign(deps.db, place.campaignId);
  const row = await findRow(deps.db, campaign, place.contactId);
  return { row, ...(await renderAsSent(deps, campaign, row)) };
}
