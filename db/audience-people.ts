import { sql } from 'kysely';
import type { LinkedValues, Recipient } from '../domain/recipient.ts';
import { mailable } from './audience.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Database } from './open.ts';
import { toRecipient } from './to-recipient.ts';

/**
 * The people whom a campaign means, as mails see them, in the order of their ids after the given one. Before the audience is frozen those who
 * would be in it now, afterwards those who are.
 */
export async function readAudience(
  db: Database,
  campaign: CampaignRow,
  after: string | null,
  limit: number,
): Promise<Recipient[]> {
  const isMeant =
    campaign.snapshot_at === null
      ? await mailable(db, campaign)
      : sql<boolean>`exists (select from delivery d
          where d.campaign_id = ${campaign.id} and d.contact_id = contact.id and d.state <> 'skipped')`;
  const rows = await db
    .selectFrom('contact')
    .leftJoin('customer', 'customer.id', 'contact.customer_id')
    .select((eb) => [
      'contact.id',
      'contact.email',
      'contact.first_name',
      'contact.last_name',
      'contact.title',
      'contact.salutation',
      'contact.language',
      'contact.time_zone',
      'contact.attributes',
      'customer.name as customer_name',
      eb.ref('customer.attributes').as('customer_attributes'),
      (campaign.uses_linked
        ? sql<LinkedValues | null>`linked_values(contact.id, contact.customer_id, ${campaign.id})`
        : sql<LinkedValues | null>`null`
      ).as('linked'),
    ])
    .$if(after !== null, (query) => query.where('contact.id', '>', after))
    .where(isMeant)
    .orderBy('contact.id')
    .limit(limit)
    .execute();
  return rows.map((row) => toRecipient(row.id, row, row.linked));
}
