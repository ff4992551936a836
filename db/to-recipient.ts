import type { AttributeValue, LinkedValues, Recipient } from '../domain/recipient.ts';

/** A contact with its customer, as the tables call the columns. */
export interface PersonRow {
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly title: string | null;
  readonly salutation: string | null;
  readonly language: string | null;
  readonly time_zone: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly customer_name: string | null;
  readonly customer_attributes: Record<string, AttributeValue> | null;
}

/** The person as a mail sees them. `linked` null: the mail speaks of neither agents nor records. */
export function toRecipient(contactId: string, row: PersonRow, linked: LinkedValues | null): Recipient {
  const { customer_name: name, customer_attributes: attributes } = row;
  return {
    contactId,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    title: row.title,
    salutation: row.salutation,
    language: row.language,
    timeZone: row.time_zone,
    attributes: row.attributes,
    customer: name === null ? null : { name, attributes: attributes ?? {} },
    ...(linked === null ? {} : { linked }),
  };
}
