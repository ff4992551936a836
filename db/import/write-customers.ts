import { sql } from 'kysely';
import type { Entry } from '../../domain/import-identity.ts';
import type { CustomerValues } from '../../domain/import-row.ts';
import type { ImportShape } from '../../domain/import-shape.ts';
import type { Database } from '../open.ts';

type CustomerEntry = Entry<string>;

/** What was written: the id of each, and those of whom something is different now. */
export interface Written<E> {
  readonly ids: ReadonlyMap<E, string>;
  readonly created: ReadonlySet<E>;
  readonly changed: ReadonlySet<E>;
}

/** True when the import may change customers that are there: else their names are all that it says of them. */
export function changesCustomers({ customer }: ImportShape): boolean {
  return customer.fields.has('externalId') || customer.attributes.length > 0;
}

/** Adds the customers that are new and changes the others where a value differs. */
export async function writeCustomers(
  db: Database,
  values: ReadonlyMap<CustomerEntry, CustomerValues>,
  shape: ImportShape,
): Promise<Written<CustomerEntry>> {
  const entries = [...values.keys()].sort((one, other) => (one.key < other.key ? -1 : 1));
  const created = new Set(entries.filter(({ id }) => id === null));
  const known = entries.filter(({ id }) => id !== null);
  const ids = new Map(known.map((entry) => [entry, entry.id ?? '']));
  const given = (some: Iterable<CustomerEntry>): string =>
    JSON.stringify(
      [...some].map((entry) => ({
        id: entry.id,
        externalId: entry.externalId,
        name: entry.key,
        attributes: values.get(entry)?.attributes ?? {},
      })),
    );
  for (const [entry, id] of await insert(db, created, given)) ids.set(entry, id);
  const changed = new Set<CustomerEntry>();
  if (changesCustomers(shape) && known.length > 0) {
    const touched = await update(db, given(known), shape.customer.attributes);
    for (const entry of known) if (touched.has(entry.id ?? '')) changed.add(entry);
  }
  return { ids, created, changed };
}

async function insert(
  db: Database,
  created: ReadonlySet<CustomerEntry>,
  given: (some: Iterable<CustomerEntry>) => string,
): Promise<readonly (readonly [CustomerEntry, string])[]> {
  if (created.size === 0) return [];
  const { rows } = await sql<{ id: string; name: string }>`
    insert into customer (external_id, name, attributes)
    select "externalId", name, jsonb_strip_nulls(attributes)
    from json_to_recordset(${given(created)}::json) as given ("externalId" text, name text, attributes jsonb)
    returning id, name`.execute(db);
  const byName = new Map(rows.map(({ id, name }) => [name, id]));
  return [...created].map((entry) => [entry, byName.get(entry.key) ?? '']);
}

async function update(db: Database, given: string, attributes: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    update customer set name = given.name, external_id = given."externalId", updated_at = now(),
      attributes = (customer.attributes - ${[...attributes]}::text[]) || jsonb_strip_nulls(given.attributes)
    from json_to_recordset(${given}::json) as given (id uuid, "externalId" text, name text, attributes jsonb)
    where customer.id = given.id and (customer.name, customer.external_id, customer.attributes) is distinct from
      (given.name, given."externalId",
        (customer.attributes - ${[...attributes]}::text[]) || jsonb_strip_nulls(given.attributes))
    returning customer.id`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
