import { domainToASCII } from 'node:url';
import { z } from 'zod';
import type { CampaignRow } from '../../db/campaigns.ts';
import type { Database } from '../../db/open.ts';
import { listRecipients, type RecipientRow } from '../../db/recipients.ts';
import type { DeliveryState } from '../../domain/delivery-state.ts';
import { asciiDomain } from '../../domain/email-address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { stateSchema } from '../../domain/schema/recipient.ts';
import { idSchema } from '../../domain/schema/shared.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { findCampaign } from '../find-campaign.ts';

/** Rows that are in memory at once. */
const atOnce = 1_000;

export const recipientFileEndpoints: readonly Endpoint[] = [
  endpoint({
    id: 'exportRecipients',
    method: 'get',
    path: '/v1/campaigns/{campaignId}/recipients.csv',
    role: 'viewer',
    tag: 'Recipients',
    summary: 'The ledger of a campaign as a file, by position',
    params: z.strictObject({ campaignId: idSchema }),
    query: z.strictObject({ state: stateSchema.optional() }),
    answers: { 200: { description: 'CSV, UTF-8', stream: 'text/csv' } },
    handle: async ({ deps: { db }, params: { campaignId }, query: { state } }) => {
      const campaign = await findCampaign(db, campaignId);
      return {
        status: 200,
        stream: (response) => writeCsv(response, 'recipients.csv', columns, cells(db, campaign, state)),
      };
    },
  }),
];

const columns = [
  'position',
  'email',
  'name',
  'state',
  'batch',
  'attempts',
  'handed_over_at',
  'settled_at',
  'code',
  'enhanced',
  'reply',
  'reason',
  'message_id',
];

async function* cells(db: Database, campaign: CampaignRow, state: DeliveryState | undefined) {
  const { address } = campaign.identity;
  const domain = asciiDomain(address.slice(address.lastIndexOf('@') + 1), domainToASCII);
  let after: number | null = null;
  for (;;) {
    const rows: RecipientRow[] = await listRecipients(db, campaign.id, { state, after, limit: atOnce });
    yield rows.map((row) => [
      row.position,
      row.email,
      row.name,
      row.state,
      row.batch,
      row.attempts,
      row.sendingAt,
      row.settledAt,
      row.reply?.code ?? null,
      row.reply?.enhanced ?? null,
      row.reply?.text ?? null,
      row.reason?.text ?? null,
      messageIdOf(campaign.id, row.contactId, domain),
    ]);
    if (rows.length < atOnce) return;
    after = rows.at(-1)?.position ?? null;
  }
}
