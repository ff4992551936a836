import { sql } from 'kysely';
import type { AttributeValue } from '../domain/recipient.ts';
import type { Database } from './open.ts';
import { exactPrefixPattern, prefixPattern } from './prefix-search.ts';
import { refuseTaken, typedAttributes } from './refused-write.ts';

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly externalId: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is undefined stays. In `attributes` only the named ones change, null removes. */
export interface CustomerChange {
  readonly name?: string | undefined;
  readonly externalId?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

/** Why a customer cannot be removed: what would be lost with it. */
export interface CustomerInUse {
  readonly contacts: number;
  readonly links: number;
  readonly activities: number;
}

/** Makes a customer. Throws RefusedWrite. */
export async function insertCustomer(
  db: Database,
  { name, externalId, attributes }: Required<CustomerChange> & { readonly name: string },
): Promise<Customer> {
  return refuseTaken(db, { name, external_id: externalId }, async () =>
    db.transaction().execute(async (trx) => {
      const typed = await typedAttributes(trx, 'customer', attributes ?? {});
      const { rows } = await sql<{ id: string }>`
        insert into customer (name, external_id, attributes)
        values (${name}, ${externalId ?? null}, jsonb_strip_nulls(${JSON.stringify(typed)}::jsonb)) returning id`.execute(
        trx,
      );
      return selectCustomers(trx)
        .where('id', '=', rows[0]?.id ?? '')
        .executeTakeFirstOrThrow();
    }),
  );
}

/** Changes a customer; null when there is none. Throws RefusedWrite. */
export async function updateCustomer(
  db: Database,
  id: string,
  { name, externalId, attributes }: CustomerChange,
): Promise<Customer | null> {
  return refuseTaken(db, { name, external_id: externalId }, async () =>
    db.transaction().execute(async (trx) => {
      const typed = attributes && (await typedAttributes(trx, 'customer', attributes));
      await sql`
        update customer set ${sql.join([
          ...(name === undefined ? [] : [sql`name = ${name}`]),
          ...(externalId === undefined ? [] : [sql`external_id = ${externalId}`]),
          ...(typed === undefined
            ? []
            : [sql`attributes = jsonb_strip_nulls(attributes || ${JSON.stringify(typed)}::jsonb)`]),
          sql`updated_at = now()`,
        ])} where id = ${id}`.execute(trx);
      return readCustomer(trx, id);
    }),
  );
}

export async function readCustomer(db: Database, id: string): Promise<Customer | null> {
  return (await selectCustomers(db).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** In the order of their names, after the given one. `q` is the beginning of the name or of the external id. */
export async function listCustomers(
  db: Database,
  {
    q,
    after,
    limit,
  }: { readonly q: string | undefined; readonly after: string | null; readonly limit: number },
): Promise<Customer[]> {
  let query = selectCustomers(db).orderBy('name').limit(limit);
  if (after !== null) query = query.where('name', '>', after);
  if (q !== undefined)
    query = query.where(
      sql<boolean>`(lower(name) like ${prefixPattern(q)} or external_id like ${exactPrefixPattern(q)})`,
    );
  return query.execute();
}

/** Removes a customer that nobody and nothing belongs to. Null: there is none. */
export async function deleteCustomer(db: Database, id: string): Promise<'gone' | CustomerInUse | null> {
  return db.transaction().execute(async (trx) => {
    // The lock keeps others from beginning to refer to it.
    const found = await trx
      .selectFrom('customer')
      .select('id')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (found === undefined) return null;
    const { rows } = await sql<CustomerInUse>`
      select (select count(*) from contact where customer_id = ${id}) as contacts,
        (select count(*) from record_link where customer_id = ${id}) as links,
        (select count(*) from activity where customer_id = ${id}) as activities`.execute(trx);
    const used = rows[0];
    if (used !== undefined && used.contacts + used.links + used.activities > 0) return used;
    await trx.deleteFrom('customer').where('id', '=', id).execute();
    return 'gone';
  });
}

function selectCustomers(db: Database) {
  return db
    .selectFrom('customer')
    .select([
      'id',
      'name',
      'external_id as externalId',
      'attributes',
      'created_at as createdAt',
      'updated_at as updatedAt',
    ]);
}
