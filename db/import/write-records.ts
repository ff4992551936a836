import { sql } from 'kysely';
import type { RecordValues } from '../../domain/import-row.ts';
import type { ImportShape } from '../../domain/import-shape.ts';
import type { Database } from '../open.ts';

/** A record of a row, and to whom it belongs. */
export interface RecordToWrite {
  readonly record: RecordValues;
  readonly contactId: string | null;
  readonly customerId: string | null;
}

export interface WrittenRecords {
  /** `kind` and external id, with a blank between. */
  readonly created: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

/** Adds and changes records by kind and external id, and links them; links that are there stay. The later row of a record wins. */
export async function writeRecords(
  db: Database,
  records: readonly RecordToWrite[],
  shape: ImportShape,
  by: string,
): Promise<WrittenRecords> {
  const created = new Set<string>();
  const changed = new Set<string>();
  for (const part of shape.records) {
    const ofKind = records.filter(({ record }) => record.kind === part.kind);
    if (ofKind.length === 0) continue;
    for (const { externalId, isNew } of await upsert(db, ofKind, part))
      (isNew ? created : changed).add(recordKey(part.kind, externalId));
    await link(db, ofKind, by);
  }
  return { created, changed };
}

export function recordKey(kind: string, externalId: string): string {
  return `${kind} ${externalId}`;
}

async function upsert(
  db: Database,
  records: readonly RecordToWrite[],
  { fields, attributes }: ImportShape['records'][number],
): Promise<readonly { externalId: string; isNew: boolean }[]> {
  const last = new Map(records.map(({ record }) => [record.externalId, record]));
  const given = [...last.values()].sort((one, other) => (one.externalId < other.externalId ? -1 : 1));
  const title = fields.has('title') ? sql`excluded.title` : sql`known.title`;
  const address = fields.has('link') ? sql`excluded.link` : sql`known.link`;
  const merged = sql`(known.attributes - ${[...attributes]}::text[]) || excluded.attributes`;
  const { rows } = await sql<{ externalId: string; isNew: boolean }>`
    insert into record as known (kind, external_id, title, link, attributes)
    select kind, "externalId", coalesce(title, "externalId"), link, jsonb_strip_nulls(attributes)
    from json_to_recordset(${JSON.stringify(given)}::json) as row (
      kind text, "externalId" text, title text, link text, attributes jsonb)
    on conflict (kind, external_id) do update set title = ${title}, link = ${address}, attributes = ${merged},
      updated_at = now()
    where (known.title, known.link, known.attributes) is distinct from (${title}, ${address}, ${merged})
    -- xmax is 0 in a row that this statement inserted, and the updating transaction in one that was there.
    returning external_id as "externalId", xmax = 0 as "isNew"`.execute(db);
  return rows;
}

async function link(db: Database, records: readonly RecordToWrite[], by: string): Promise<void> {
  const given = records
    .filter(({ contactId, customerId }) => contactId !== null || customerId !== null)
    .map(({ record: { kind, externalId }, contactId, customerId }) => ({
      kind,
      externalId,
      contactId,
      customerId,
    }));
  if (given.length === 0) return;
  await sql`
    insert into record_link (record_id, contact_id, customer_id, linked_by)
    select distinct record.id, owner.contact_id, owner.customer_id, ${by}
    from json_to_recordset(${JSON.stringify(given)}::json) as row (
      kind text, "externalId" text, "contactId" uuid, "customerId" uuid)
    join record on record.kind = row.kind and record.external_id = row."externalId"
    -- A row may name a contact and a customer: that is a link to each.
    cross join lateral (values (row."contactId", null::uuid), (null::uuid, row."customerId"))
      as owner (contact_id, customer_id)
    where num_nonnulls(owner.contact_id, owner.customer_id) = 1
    on conflict do nothing`.execute(db);
}
