import { sql } from 'kysely';
import type { LinkedValues, Recipient } from '../domain/recipient.ts';
import type { Database } from './open.ts';
import { toRecipient, type PersonRow } from './to-recipient.ts';

/**
 * What a mail was filled with at its last attempt: the values of the person and of the customer in the versions that its delivery
 * names, whatever they are now. Null when nothing was filled for this person in this campaign (or before versions were noted), or
 * when the customer of that time was removed.
 */
export async function readRecipientAsSent(
  db: Database,
  campaignId: string,
  contactId: string,
): Promise<Recipient | null> {
  // One snapshot: a change that comes meanwhile moves the values of today into the past.
  const { rows } = await sql<Row>`
    select d.email, d.linked_values, p.first_name, p.last_name, p.title, p.salutation, p.language, p.time_zone, p.attributes,
      p.customer_id is not null and o.name is null as customer_is_gone, o.name as customer_name, o.attributes as customer_attributes
    from delivery d
    cross join lateral (
      select first_name, last_name, title, salutation, language, time_zone, attributes, customer_id from contact
      where id = d.contact_id and version = d.contact_version
      union all
      select past.first_name, past.last_name, past.title, past.salutation, past.language, past.time_zone, past.attributes, past.customer_id
      from contact_past, jsonb_to_record("values") as past (first_name text, last_name text, title text, salutation text,
        language text, time_zone text, attributes jsonb, customer_id uuid)
      where contact_id = d.contact_id and version = d.contact_version
    ) p
    left join lateral (
      select name, attributes from customer where id = p.customer_id and version = d.customer_version
      union all
      select "values" ->> 'name', "values" -> 'attributes' from customer_past
      where customer_id = p.customer_id and version = d.customer_version
    ) o on true
    where d.campaign_id = ${campaignId} and d.contact_id = ${contactId}`.execute(db);
  const [row] = rows;
  if (row === undefined || row.customer_is_gone) return null;
  return toRecipient(contactId, row, row.linked_values);
}

interface Row extends PersonRow {
  linked_values: LinkedValues | null;
  customer_is_gone: boolean;
}
