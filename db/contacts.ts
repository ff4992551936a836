import { sql } from 'kysely';
import type { AttributeValue, LinkedValues, Recipient } from '../domain/recipient.ts';
import { noteNewsletterChange } from './consents.ts';
import type { Database } from './open.ts';
import { prefixPattern } from './prefix-search.ts';
import { RefusedWrite, refuseTaken, typedAttributes } from './refused-write.ts';

export interface Contact {
  readonly id: string;
  readonly email: string;
  readonly address: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly title: string | null;
  readonly salutation: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly newsletter: boolean | null;
  readonly externalId: string | null;
  readonly customerId: string | null;
  readonly customer: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is undefined stays; null clears. In `attributes` only the named ones change, null removes. */
export interface ContactChange {
  readonly email?: { readonly email: string; readonly address: string } | undefined;
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly salutation?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly newsletter?: boolean | null | undefined;
  readonly externalId?: string | null | undefined;
  /** By name (made when there is none) or by id, not both. */
  readonly customer?: string | null | undefined;
  readonly customerId?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

export interface ContactFilter {
  readonly q: string | undefined;
  /** Only those of one customer. */
  readonly customerId?: string;
  readonly after: string | null;
  readonly limit: number;
  /** True: page after page will be read to the end, so that reading in order is better than finding first. */
  readonly all?: boolean;
}

/**
 * People in the order of their addresses, after the given one. Every word of `q` must be the beginning of the address, the first
 * or the last name; each of the three has an index for it.
 */
export async function listContacts(db: Database, filter: ContactFilter): Promise<Contact[]> {
  const { q, customerId, after, limit, all = false } = filter;
  const words = wordsOf(q);
  const found = words.length > 0 && !all ? findFirst(db, words, after) : db;
  let query = selectContacts(found).orderBy('contact.address').limit(limit);
  if (customerId !== undefined) query = query.where('contact.customer_id', '=', customerId);
  if (after !== null) query = query.where('contact.address', '>', after);
  if (all) for (const word of words) query = query.where(beginsWith(word));
  return query.execute();
}

export async function readContact(db: Database, id: string): Promise<Contact | null> {
  return (await selectContacts(db).where('contact.id', '=', id).executeTakeFirst()) ?? null;
}

/** A person as a mail sees them, by id or by address, with the agent and the linked records; null campaign: none whose records count. */
export async function readRecipient(
  db: Database,
  by: { readonly id: string } | { readonly address: string },
  campaignId: string | null = null,
): Promise<Recipient | null> {
  const query = selectContacts(db).select([
    'customer.attributes as customer_attributes',
    sql<LinkedValues>`linked_values(contact.id, contact.customer_id, ${campaignId})`.as('linked'),
  ]);
  const row = await (
    'id' in by ? query.where('contact.id', '=', by.id) : query.where('contact.address', '=', by.address)
  ).executeTakeFirst();
  if (row === undefined) return null;
  const { id, customer, email, firstName, lastName, title, salutation, language, timeZone, attributes } = row;
  return {
    contactId: id,
    email,
    firstName,
    lastName,
    title,
    salutation,
    language,
    timeZone,
    attributes,
    customer: customer === null ? null : { name: customer, attributes: row.customer_attributes ?? {} },
    linked: row.linked,
  };
}

/** What a mail of this campaign may say to somebody who is no contact: the campaign's own records. */
export async function readLinkedOfCampaign(
  db: Database,
  campaignId: string | null,
): Promise<LinkedValues | null> {
  const { rows } = await sql<{ linked: LinkedValues }>`
    select linked_values(null, null, ${campaignId}) as linked`.execute(db);
  return rows[0]?.linked ?? null;
}

/** Makes one person, consent with its proof. Throws RefusedWrite. */
export async function insertContact(
  db: Database,
  contact: ContactChange & { readonly email: { readonly email: string; readonly address: string } },
  by: string,
): Promise<Contact> {
  return refuseTaken(db, uniqueOf(contact), async () =>
    db.transaction().execute(async (transaction) => {
      const { email, attributes } = contact;
      const customerId = await customerIdOf(transaction, contact);
      const typed = await typedAttributes(transaction, 'contact', attributes ?? {});
      const { id } = await transaction
        .insertInto('contact')
        .values({
          address: email.address,
          email: email.email,
          external_id: contact.externalId ?? null,
          first_name: contact.firstName ?? null,
          last_name: contact.lastName ?? null,
          title: contact.title ?? null,
          salutation: contact.salutation ?? null,
          language: contact.language ?? null,
          time_zone: contact.timeZone ?? null,
          customer_id: customerId ?? null,
          attributes: sql`jsonb_strip_nulls(${JSON.stringify(typed)}::jsonb)`,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const { newsletter = null } = contact;
      if (newsletter !== null) {
        await noteNewsletterChange(transaction, id, newsletter, by);
        await transaction.updateTable('contact').set({ newsletter }).where('id', '=', id).execute();
      }
      return selectContacts(transaction).where('contact.id', '=', id).executeTakeFirstOrThrow();
    }),
  );
}

/** Changes one person, consent with its proof; null when there is none. Throws RefusedWrite. */
export async function updateContact(
  db: Database,
  id: string,
  change: ContactChange,
  by: string,
): Promise<Contact | null> {
  return refuseTaken(db, uniqueOf(change), async () =>
    db.transaction().execute(async (transaction) => {
      const customerId = await customerIdOf(transaction, change);
      const { firstName, lastName, title, salutation, language, timeZone, newsletter, email } = change;
      const attributes =
        change.attributes && (await typedAttributes(transaction, 'contact', change.attributes));
      if (newsletter !== undefined) await noteNewsletterChange(transaction, id, newsletter, by);
      await sql`
        update contact set ${sql.join([
          ...set('address', email?.address),
          ...set('email', email?.email),
          ...set('external_id', change.externalId),
          ...set('first_name', firstName),
          ...set('last_name', lastName),
          ...set('title', title),
          ...set('salutation', salutation),
          ...set('language', language),
          ...set('time_zone', timeZone),
          ...set('newsletter', newsletter),
          ...set('customer_id', customerId),
          ...(attributes === undefined
            ? []
            : [sql`attributes = jsonb_strip_nulls(attributes || ${JSON.stringify(attributes)}::jsonb)`]),
          sql`updated_at = now()`,
        ])} where id = ${id}`.execute(transaction);
      return readContact(transaction, id);
    }),
  );
}

function uniqueOf({ email, externalId }: ContactChange) {
  return { address: email?.address, external_id: externalId };
}

const maxWords = 5;

function wordsOf(q: string | undefined): string[] {
  const words = (q ?? '').split(/\s+/).filter((each) => each !== '');
  return words.slice(0, maxWords);
}

function beginsWith(word: string) {
  const prefix = prefixPattern(word);
  return sql<boolean>`(contact.address like ${prefix} or lower(contact.first_name) like ${prefix}
    or lower(contact.last_name) like ${prefix})`;
}

/**
 * Those whom the words find take the place of the table. In one query with the order, PostgreSQL believes that they are spread evenly over all
 * addresses and walks along those: 11 seconds among 1,000,000 people for a beginning that nobody has.
 */
function findFirst(db: Database, words: readonly string[], after: string | null): Database {
  const found = db.with(
    (name) => name('contact').materialized(),
    (query) => {
      let people = query.selectFrom('contact').selectAll();
      if (after !== null) people = people.where('contact.address', '>', after);
      for (const word of words) people = people.where(beginsWith(word));
      return people;
    },
  );
  // The found rows have the name and the columns of the table.
  return found as unknown as Database;
}

function set(column: string, value: unknown) {
  return value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`];
}

/** Undefined: nothing is said of the customer. Throws RefusedWrite for an id that nobody has. */
async function customerIdOf(
  db: Database,
  { customer: name, customerId }: ContactChange,
): Promise<string | null | undefined> {
  if (typeof customerId === 'string') {
    const found = await db
      .selectFrom('customer')
      .select('id')
      .where('id', '=', customerId)
      .forKeyShare()
      .executeTakeFirst();
    if (found === undefined) throw new RefusedWrite({ kind: 'noCustomer', id: customerId });
    return customerId;
  }
  if (customerId === null || name === null) return null;
  if (name === undefined) return undefined;
  await sql`insert into customer (name) values (${name}) on conflict (name) do nothing`.execute(db);
  const { id } = await db
    .selectFrom('customer')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

function selectContacts(db: Database) {
  return db
    .selectFrom('contact')
    .leftJoin('customer', 'customer.id', 'contact.customer_id')
    .select(contactColumns);
}

/** A contact, of `contact` with its `customer`. */
export const contactColumns = [
  'contact.id',
  'contact.email',
  'contact.address',
  'contact.first_name as firstName',
  'contact.last_name as lastName',
  'contact.title',
  'contact.salutation',
  'contact.language',
  'contact.time_zone as timeZone',
  'contact.newsletter',
  'contact.external_id as externalId',
  'contact.customer_id as customerId',
  'customer.name as customer',
  'contact.attributes',
  'contact.created_at as createdAt',
  'contact.updated_at as updatedAt',
] as const;
