import { sql } from 'kysely';
import { IdentityBook } from '../../domain/import-identity.ts';
import type { ImportRow } from '../../domain/import-row.ts';
import type { Database } from '../open.ts';
import { recordKey } from './write-records.ts';

/** A contact as it was before the import wrote. */
export interface KnownContact {
  readonly id: string;
  readonly externalId: string | null;
  readonly address: string;
  readonly newsletter: boolean | null;
}

/**
 * The contacts that rows may speak of, locked in the order of their addresses, so that imports at the same time wait for each other
 * instead of dying of it.
 */
export async function readKnownContacts(
  db: Database,
  rows: readonly ImportRow[],
  lock: boolean,
  book = new IdentityBook<string>(),
): Promise<{ readonly known: readonly KnownContact[]; readonly book: IdentityBook<string> }> {
  const addresses = distinct(rows.map(({ contact }) => contact.address));
  const externalIds = distinct(rows.map(({ contact }) => contact.externalId));
  if (addresses.length + externalIds.length === 0) return { known: [], book };
  const { rows: known } = await sql<KnownContact>`
    select id, external_id as "externalId", address, newsletter from contact
    where ${anyOf('address', addresses, 'external_id', externalIds)}
    order by address collate "C" ${lock ? sql`for update` : sql``}`.execute(db);
  for (const { id, externalId, address } of known) book.learn(id, externalId, address);
  return { known, book };
}

/** The customers that rows may speak of, likewise. They are locked only where the import changes them. */
export async function readKnownCustomers(
  db: Database,
  rows: readonly ImportRow[],
  lock: boolean,
  book = new IdentityBook<string>(),
): Promise<IdentityBook<string>> {
  const names = distinct(rows.map(({ customer }) => customer?.name ?? null));
  const externalIds = distinct(rows.map(({ customer }) => customer?.externalId ?? null));
  if (names.length + externalIds.length === 0) return book;
  const { rows: known } = await sql<{ id: string; externalId: string | null; name: string }>`
    select id, external_id as "externalId", name from customer
    where ${anyOf('name', names, 'external_id', externalIds)}
    order by name collate "C" ${lock ? sql`for update` : sql``}`.execute(db);
  for (const { id, externalId, name } of known) book.learn(id, externalId, name);
  return book;
}

/** Of the records that rows name, the keys (`recordKey`) of those that are stored. */
export async function readKnownRecords(db: Database, rows: readonly ImportRow[]): Promise<Set<string>> {
  const named = rows.flatMap(({ records }) => records.map(({ kind, externalId }) => ({ kind, externalId })));
  if (named.length === 0) return new Set();
  const { rows: known } = await sql<{ kind: string; externalId: string }>`
    select record.kind, record.external_id as "externalId" from record
    join json_to_recordset(${JSON.stringify(named)}::json) as row (kind text, "externalId" text)
      on record.kind = row.kind and record.external_id = row."externalId"`.execute(db);
  return new Set(known.map(({ kind, externalId }) => recordKey(kind, externalId)));
}

/** By one index or the other; a condition that nothing can fulfil is left out, so that its index is not looked at. */
function anyOf(key: string, keys: readonly string[], externalId: string, externalIds: readonly string[]) {
  const parts = [
    ...(keys.length === 0 ? [] : [sql`${sql.ref(key)} = any(${keys}::text[])`]),
    ...(externalIds.length === 0 ? [] : [sql`${sql.ref(externalId)} = any(${externalIds}::text[])`]),
  ];
  return sql.join(parts, sql` or `);
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values)].filter((value) => value !== null);
}
