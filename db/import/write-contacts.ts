import { sql } from 'kysely';
import type { Entry } from '../../domain/import-identity.ts';
import type { ContactValues } from '../../domain/import-row.ts';
import type { ImportShape } from '../../domain/import-shape.ts';
import type { ContactField } from '../../domain/import-target.ts';
import type { Database } from '../open.ts';
import type { Written } from './write-customers.ts';

type ContactEntry = Entry<string>;

/** The last row that means somebody, with the address as it is to be kept and the customer as written before. */
export interface ContactToWrite {
  readonly values: ContactValues;
  /** As first written, where the address is the same; null: as it is stored. */
  readonly email: string | null;
  readonly customerId: string | null;
}

/** Adds the people that are new and changes the others where a value of a column that the file has differs. */
export async function writeContacts(
  db: Database,
  people: ReadonlyMap<ContactEntry, ContactToWrite>,
  shape: ImportShape,
): Promise<Written<ContactEntry>> {
  const entries = [...people.keys()].sort((one, other) => (one.key < other.key ? -1 : 1));
  const created = new Set(entries.filter(({ id }) => id === null));
  const known = entries.filter(({ id }) => id !== null);
  const ids = new Map(known.map((entry) => [entry, entry.id ?? '']));
  const given = (some: Iterable<ContactEntry>): string =>
    JSON.stringify([...some].map((entry) => toJson(entry, people.get(entry))));
  if (created.size > 0) {
    const { rows } = await sql<{ id: string; address: string }>`
      insert into contact (address, email, external_id, first_name, last_name, title, salutation, language, time_zone,
        newsletter, customer_id, attributes)
      select address, email, "externalId", "firstName", "lastName", title, salutation, language, "timeZone",
        newsletter, "customerId", jsonb_strip_nulls(attributes)
      from json_to_recordset(${given(created)}::json) as given (${columnsOfGiven})
      returning id, address`.execute(db);
    const byAddress = new Map(rows.map(({ id, address }) => [address, id]));
    for (const entry of created) ids.set(entry, byAddress.get(entry.key) ?? '');
  }
  const touched = known.length === 0 ? new Set<string>() : await update(db, given(known), shape);
  return { ids, created, changed: new Set(known.filter(({ id }) => touched.has(id ?? ''))) };
}

const columnsOfGiven = sql`id uuid, address text, email text, "externalId" text, "firstName" text, "lastName" text, title text,
  salutation text, language text, "timeZone" text, newsletter boolean, "customerId" uuid, attributes jsonb`;

function toJson(entry: ContactEntry, person: ContactToWrite | undefined): object {
  const {
    newsletterAt: _at,
    newsletterHow: _how,
    newsletterWording: _wording,
    ...values
  } = person?.values ?? {
    newsletterAt: null,
    newsletterHow: null,
    newsletterWording: null,
  };
  return {
    ...values,
    id: entry.id,
    address: entry.key,
    email: person?.email ?? null,
    externalId: entry.externalId,
    customerId: person?.customerId ?? null,
  };
}

const tableColumns: readonly (readonly [ContactField, column: string])[] = [
  ['firstName', 'first_name'],
  ['lastName', 'last_name'],
  ['title', 'title'],
  ['salutation', 'salutation'],
  ['language', 'language'],
  ['timeZone', 'time_zone'],
  ['newsletter', 'newsletter'],
];

/** Answers the ids of those that were written: a row in which nothing differs is left alone, with its version and `updated_at`. */
async function update(db: Database, given: string, { contact, customer }: ImportShape): Promise<Set<string>> {
  const changes = [
    [sql.ref('address'), sql`given.address`] as const,
    [sql.ref('email'), sql`coalesce(given.email, contact.email)`] as const,
    [sql.ref('external_id'), sql`given."externalId"`] as const,
    ...tableColumns
      .filter(([field]) => contact.fields.has(field))
      .map(([field, column]) => [sql.ref(column), sql.ref(`given.${field}`)] as const),
    ...(customer.fields.size > 0 ? [[sql.ref('customer_id'), sql`given."customerId"`] as const] : []),
    ...(contact.attributes.length > 0
      ? [
          [
            sql.ref('attributes'),
            sql`(contact.attributes - ${[...contact.attributes]}::text[]) || jsonb_strip_nulls(given.attributes)`,
          ] as const,
        ]
      : []),
  ];
  const { rows } = await sql<{ id: string }>`
    update contact set ${sql.join(changes.map(([column, value]) => sql`${column} = ${value}`))}, updated_at = now()
    from json_to_recordset(${given}::json) as given (${columnsOfGiven})
    where contact.id = given.id and (${sql.join(changes.map(([column]) => sql`contact.${column}`))}) is distinct from
      (${sql.join(changes.map(([, value]) => value))})
    returning contact.id`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
