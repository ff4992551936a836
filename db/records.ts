import { sql } from 'kysely';
import type { AttributeValue } from '../domain/recipient.ts';
import type { Database } from './open.ts';
import { exactPrefixPattern, prefixPattern } from './prefix-search.ts';
import { typedAttributes } from './refused-write.ts';

/** What a record is known by. */
export interface RecordKey {
  readonly kind: string;
  readonly externalId: string;
}

export interface RecordFields {
  readonly title: string;
  /** An http or https address. */
  readonly link: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface LinkedRecord extends RecordKey {
  readonly id: string;
  readonly title: string;
  readonly link: string | null;
  readonly attributes: Record<string, AttributeValue>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Lists are in the order of kind and external id, after these. */
export type AfterRecord = readonly [kind: string, externalId: string] | null;

/** Makes a record, or makes it what is given. Throws RefusedWrite. */
export async function putRecord(
  db: Database,
  { kind, externalId }: RecordKey,
  { title, link, attributes }: RecordFields,
): Promise<{ readonly record: LinkedRecord; readonly isNew: boolean }> {
  return db.transaction().execute(async (trx) => {
    const typed = await typedAttributes(trx, 'record', attributes);
    const { rows } = await sql<{ id: string; isNew: boolean }>`
      insert into record as known (kind, external_id, title, link, attributes)
      values (${kind}, ${externalId}, ${title}, ${link}, jsonb_strip_nulls(${JSON.stringify(typed)}::jsonb))
      on conflict (kind, external_id) do update
        set title = excluded.title, link = excluded.link, attributes = excluded.attributes, updated_at = now()
      -- xmax is 0 in a row that this statement inserted.
      returning id, xmax = 0 as "isNew"`.execute(trx);
    const record = await selectRecords(trx)
      .where('record.id', '=', rows[0]?.id ?? '')
      .executeTakeFirstOrThrow();
    return { record, isNew: rows[0]?.isNew === true };
  });
}

export async function readRecord(
  db: Database,
  { kind, externalId }: RecordKey,
): Promise<LinkedRecord | null> {
  const query = selectRecords(db).where('kind', '=', kind).where('external_id', '=', externalId);
  return (await query.executeTakeFirst()) ?? null;
}

/** `q` is the beginning of the title or of the external id. */
export async function listRecords(
  db: Database,
  {
    kind,
    q,
    after,
    limit,
  }: {
    readonly kind: string | undefined;
    readonly q: string | undefined;
    readonly after: AfterRecord;
    readonly limit: number;
  },
): Promise<LinkedRecord[]> {
  let query = inOrder(selectRecords(db), after, limit);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (q !== undefined)
    query = query.where(
      sql<boolean>`(lower(title) like ${prefixPattern(q)} or external_id like ${exactPrefixPattern(q)})`,
    );
  return query.execute();
}

/** The records that somebody or something is linked with. */
export async function listRecordsOf(
  db: Database,
  of: { readonly column: 'contact_id' | 'customer_id' | 'campaign_id'; readonly id: string },
  after: AfterRecord,
  limit: number,
): Promise<LinkedRecord[]> {
  return inOrder(selectRecords(db), after, limit)
    .innerJoin('record_link', 'record_link.record_id', 'record.id')
    .where(`record_link.${of.column}`, '=', of.id)
    .execute();
}

/** Why a record cannot be removed: its history, and campaigns that have started and speak of it. */
export interface RecordInUse {
  readonly activities: number;
  readonly campaigns: number;
}

/** Removes a record with its links; the history of mails is never removed with one. Null: there is none. */
export async function deleteRecord(db: Database, key: RecordKey): Promise<'gone' | RecordInUse | null> {
  return db.transaction().execute(async (trx) => {
    const record = await selectRecords(trx)
      .where('kind', '=', key.kind)
      .where('external_id', '=', key.externalId)
      .forUpdate()
      .executeTakeFirst();
    if (record === undefined) return null;
    const { rows } = await sql<RecordInUse>`
      select (select count(*) from activity where record_id = ${record.id}) as activities,
        (select count(*) from record_link l join campaign c on c.id = l.campaign_id
          where l.record_id = ${record.id} and c.state <> 'draft') as campaigns`.execute(trx);
    const used = rows[0];
    if (used !== undefined && used.activities + used.campaigns > 0) return used;
    await trx.deleteFrom('record').where('id', '=', record.id).execute();
    return 'gone';
  });
}

type Query = ReturnType<typeof selectRecords>;

function inOrder(query: Query, after: AfterRecord, limit: number): Query {
  const ordered = query.orderBy('kind').orderBy('external_id').limit(limit);
  if (after === null) return ordered;
  return ordered.where(sql<boolean>`(kind, external_id) > (${after[0]}, ${after[1]})`);
}

function selectRecords(db: Database) {
  return db
    .selectFrom('record')
    .select([
      'record.id',
      'kind',
      'external_id as externalId',
      'title',
      'link',
      'attributes',
      'record.created_at as createdAt',
      'record.updated_at as updatedAt',
    ]);
}
