import { sql, type RawBuilder } from 'kysely';

/*
 * What a person must pass before a mail goes out, as conditions over the table alias `contact`: the counts before and after
 * checking and the ledger use the same. Each is true or false, never null.
 */

/** Only those who ordered the newsletter (contact.newsletter is the latest of table `consent`). */
export function consents(): RawBuilder<boolean> {
  return sql<boolean>`contact.newsletter is true`;
}

/** Reasons of a suppression that say that nobody is at the address, whatever the stream. */
const deadAddress = ['bounce', 'bounced', 'hardBounce', 'invalidAddress'];

/** Mail can reach the address: nothing has shown that nobody is there. */
export function hasUsableAddress(): RawBuilder<boolean> {
  return sql<boolean>`not exists (select from suppression s
    where s.address = contact.address and s.reason = any (${deadAddress}::text[]))`;
}

/** Must not be mailed in this stream (a suppression without a stream is for all of them). */
export function isSuppressed(stream: string): RawBuilder<boolean> {
  return sql<boolean>`exists (select from suppression s
    where s.address = contact.address and (s.stream is null or s.stream = ${stream}))`;
}

/** Got one of these documents, or is about to: a receipt is written with the intent. By two partial indexes. */
export function gotAnyDocument(documentIds: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`exists (select from (
      select contact_id from document_receipt where document_id = any (${documentIds}::uuid[]) and forced_by is null
      union all
      select contact_id from document_receipt where document_id = any (${documentIds}::uuid[]) and forced_by is not null
    ) receipt where receipt.contact_id = contact.id)`;
}

/** Got all of these documents: there is nothing left to send. False for none. */
export function gotAllDocuments(documentIds: readonly string[]): RawBuilder<boolean> {
  if (documentIds.length === 0) return sql<boolean>`false`;
  return sql<boolean>`(${sql.join(
    documentIds.map((id) => gotAnyDocument([id])),
    sql` and `,
  )})`;
}

/** Got the same version of a template since then, in whatever campaign. */
export function gotTemplateVersion(templateVersionId: string, since: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from delivery d
    where d.contact_id = contact.id and d.state = 'sent' and d.sending_at >= ${since}
      and d.campaign_id = any (array(select id from campaign where template_version_id = ${templateVersionId}::uuid)))`;
}
