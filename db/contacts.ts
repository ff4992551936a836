import { sql } from 'kysely';
import type { AttributeValue, Recipient } from '../domain/recipient.ts';
import type { Database } from './open.ts';

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
  readonly customer?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

/**
 * People in the order of their addresses, after the given one. Every word of `q` must be the beginning of the address, the first
 * or the last name; each of the three has an index for it.
 */
export async function listContacts(
  db: Database,
  {
    q,
    after,
    limit,
  }: { readonly q: string | undefined; readonly after: string | null; readonly limit: number },
): Promise<Contact[]> {
  let query = selectContacts(db).orderBy('contact.address').limit(limit);
  if (after !== null) query = query.where('contact.address', '>', after);
  for (const word of (q ?? '')
    .split(/\s+/)
    .filter((each) => each !== '')
    .slice(0, maxWords)) {
    const prefix = `${word
      .normalize('NFC')
      .replaceAll(/[\\%_]/g, '\\$&')
      .toLowerCase()}%`;
    query =
      query.where(sql<boolean>`(contact.address like ${prefix} or lower(contact.first_name) like ${prefix}
      or lower(contact.last_name) like ${prefix})`);
  }
  return query.execute();
}

export async function readContact(db: Database, id: string): Promise<Contact | null> {
  return (await selectContacts(db).where('contact.id', '=', id).executeTakeFirst()) ?? null;
}

/** A person as a mail sees them, by id or by address. */
export async function readRecipient(
  db: Database,
  by: { readonly id: string } | { readonly address: string },
): Promise<Recipient | null> {
  const query = selectContacts(db).select('customer.attributes as customer_attributes');
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
  };
}

/** Changes one person. `taken`: another contact has the new address already. */
export async function updateContact(
  db: Database,
  id: string,
  change: ContactChange,
): Promise<Contact | 'missing' | 'taken'> {
  try {
    return await db.transaction().execute(async (transaction) => {
      const customerId = await customerIdOf(transaction, change.customer);
      const { firstName, lastName, title, salutation, language, timeZone, newsletter, email, attributes } =
        change;
      const { rows } = await sql<{ id: string }>`
        update contact set ${sql.join([
          ...set('address', email?.address),
          ...set('email', email?.email),
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
        ])} where id = ${id} returning id`.execute(transaction);
      return rows.length === 0 ? 'missing' : ((await readContact(transaction, id)) ?? 'missing');
    });
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === 'contact_address_key')
      return 'taken';
    throw error;
  }
}

const maxWords = 5;

function set(column: string, value: unknown) {
  return value === undefined ? [] : [sql`${sql.ref(column)} = ${value}`];
}

async function customerIdOf(
  db: Database,
  name: string | null | undefined,
): Promise<string | null | undefined> {
  if (name === null || name === undefined) return name;
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
    .select([
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
      'customer.name as customer',
      'contact.attributes',
      'contact.created_at as createdAt',
      'contact.updated_at as updatedAt',
    ]);
}
