import { sql, type RawBuilder } from 'kysely';

/*
 * What a person must pass before a mail goes out, as conditions over the table alias `contact`: the counts before and after checking and
 * the ledger use the same. Each is true or false, never null.
 */

/**
 * How a condition that looks elsewhere is answered. `oneByOne` leaves it to PostgreSQL, which looks each person up where it expects few.
 * `allAtOnce` always makes a hash of the other side first: for a pass over everybody whom a filter finds, of whom PostgreSQL expects far
 * too few when the filter looks into attributes.
 */
export type Way = 'oneByOne' | 'allAtOnce';

/** Only those who ordered the newsletter (contact.newsletter is the latest of table `consent`). */
export function consents(): RawBuilder<boolean> {
  return sql<boolean>`contact.newsletter is true`;
}

/** Reasons of a suppression that say that nobody is at the address, whatever the stream. */
const deadAddress = ['bounce', 'bounced', 'hardBounce', 'invalidAddress'];

/** Mail can reach the address: nothing has shown that nobody is there. */
export function hasUsableAddress(way: Way = 'oneByOne'): RawBuilder<boolean> {
  const dead = sql`select s.address from suppression s where s.reason = any (${deadAddress}::text[])`;
  return sql<boolean>`not ${isAmong(sql`contact.address`, dead, way)}`;
}

/** Must not be mailed in this stream (a suppression without a stream is for all of them). */
export function isSuppressed(stream: string, way: Way = 'oneByOne'): RawBuilder<boolean> {
  const addresses = sql`select s.address from suppression s where s.stream is null or s.stream = ${stream}`;
  return isAmong(sql`contact.address`, addresses, way);
}

/** Either of both: whoever is not among these, as most are, need not be looked for twice. */
export function isKeptBackByAddress(stream: string, way: Way = 'oneByOne'): RawBuilder<boolean> {
  const addresses = sql`select s.address from suppression s
    where s.stream is null or s.stream = ${stream} or s.reason = any (${deadAddress}::text[])`;
  return isAmong(sql`contact.address`, addresses, way);
}

/** Got one of these documents, or is about to: a receipt is written with the intent. By two partial indexes. */
export function gotAnyDocument(documentIds: readonly string[], way: Way = 'oneByOne'): RawBuilder<boolean> {
  const receipts = sql`
      select contact_id from document_receipt where document_id = any (${documentIds}::uuid[]) and forced_by is null
      union all
      select contact_id from document_receipt where document_id = any (${documentIds}::uuid[]) and forced_by is not null`;
  return isAmong(sql`contact.id`, receipts, way);
}

/** Got all of these documents: there is nothing left to send. False for none. */
export function gotAllDocuments(documentIds: readonly string[], way: Way = 'oneByOne'): RawBuilder<boolean> {
  if (documentIds.length === 0) return sql<boolean>`false`;
  return sql<boolean>`(${sql.join(
    documentIds.map((id) => gotAnyDocument([id], way)),
    sql` and `,
  )})`;
}

/** Got the same version of a template since then, in whatever campaign. */
export function gotTemplateVersion(
  templateVersionId: string,
  since: Date,
  way: Way = 'oneByOne',
): RawBuilder<boolean> {
  const mails = sql`select d.contact_id from delivery d
    where d.state = 'sent' and d.sending_at >= ${since}
      and d.campaign_id = any (array(select id from campaign where template_version_id = ${templateVersionId}::uuid))`;
  return isAmong(sql`contact.id`, mails, way);
}

/** `others`: a query of one column that is never null. */
function isAmong(key: RawBuilder<unknown>, others: RawBuilder<unknown>, way: Way): RawBuilder<boolean> {
  return way === 'allAtOnce'
    ? sql<boolean>`${key} in (${others})`
    : sql<boolean>`exists (select from (${others}) as other (key) where other.key = ${key})`;
}
