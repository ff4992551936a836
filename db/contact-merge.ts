import { sql } from 'kysely';
import type { ContactColumn, ContactRow } from '../domain/csv-columns.ts';
import type { Database } from './open.ts';

/** What the rows of one file may change: a column that the file does not have leaves what is there. */
export interface MergedColumns {
  readonly columns: ReadonlySet<ContactColumn>;
  readonly attributes: readonly string[];
}

/**
 * Writes people by their address: new ones are created, known ones get the values of the columns that the file has (an empty cell
 * clears). Within one call a later row for the same address wins. Run it in a transaction; rows are locked in the order of their
 * addresses, so that imports at the same time wait for each other instead of dying of it. Answers how many were new.
 */
export async function mergeContacts(
  db: Database,
  rows: readonly ContactRow[],
  merged: MergedColumns,
): Promise<number> {
  const distinct = lastOfEachAddress(rows);
  if (distinct.length === 0) return 0;
  if (merged.columns.has('customer')) await addCustomers(db, distinct);
  const { rows: answer } = await sql<{ created: number }>`
    with given as (
      select * from json_to_recordset(${JSON.stringify(distinct)}::json) as row (
        address text, email text, "firstName" text, "lastName" text, title text, salutation text, language text,
        "timeZone" text, newsletter boolean, customer text, attributes jsonb)
    ), written as (
      insert into contact as known (address, email, first_name, last_name, title, salutation, language, time_zone,
        newsletter, customer_id, attributes)
      select address, email, "firstName", "lastName", title, salutation, language, "timeZone", newsletter,
        (select id from customer where customer.name = given.customer), jsonb_strip_nulls(given.attributes)
      from given
      on conflict (address) do update set ${assignments(merged)}
      -- xmax is 0 in a row that this statement inserted, and the updating transaction in one that was there.
      returning xmax = 0 as is_new
    )
    select count(*) filter (where is_new) as created from written`.execute(db);
  return answer[0]?.created ?? 0;
}

const tableColumns = {
  first_name: 'first_name',
  last_name: 'last_name',
  title: 'title',
  salutation: 'salutation',
  language: 'language',
  time_zone: 'time_zone',
  newsletter: 'newsletter',
  customer: 'customer_id',
} as const;

function assignments({ columns, attributes }: MergedColumns) {
  const parts = Object.entries(tableColumns)
    .filter(([column]) => columns.has(column as ContactColumn)) // entries forgets that the keys are columns
    .map(([, column]) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  if (attributes.length > 0)
    parts.push(sql`attributes = (known.attributes - ${[...attributes]}::text[]) || excluded.attributes`);
  return sql.join([...parts, sql`updated_at = now()`]);
}

/** The address stays as it was first written, the values are the last ones. Sorted by address. */
function lastOfEachAddress(rows: readonly ContactRow[]): ContactRow[] {
  const byAddress = new Map<string, ContactRow>();
  for (const row of rows) {
    const before = byAddress.get(row.address);
    byAddress.set(row.address, before === undefined ? row : { ...row, email: before.email });
  }
  return [...byAddress.values()].sort((one, other) => (one.address < other.address ? -1 : 1));
}

async function addCustomers(db: Database, rows: readonly ContactRow[]): Promise<void> {
  const names = [...new Set(rows.flatMap(({ customer }) => (customer === null ? [] : [customer])))].sort();
  if (names.length === 0) return;
  // Most are known: looking is cheaper than running into the conflict, which is left for another import at the same moment.
  await sql`
    insert into customer (name)
    select name from unnest(${names}::text[]) as given (name)
    where not exists (select from customer where customer.name = given.name)
    on conflict (name) do nothing`.execute(db);
}
