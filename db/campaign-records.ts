import { sql } from 'kysely';
import type { Database } from './open.ts';

/** The records that a draft shall be linked with, and who says so. */
export interface WantedRecords {
  readonly ids: readonly string[];
  readonly by: string;
}

/** The records of a campaign: of several of one kind the first counts (see the function linked_values). */
export async function readCampaignRecords(db: Database, campaignId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select record_id as id from record_link where campaign_id = ${campaignId} order by linked_at desc, record_id`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** The places in a list of ids at which there is no such record. */
export async function unknownRecords(db: Database, ids: readonly string[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{
    id: string;
  }>`select id from record where id = any (${[...ids]}::uuid[])`.execute(db);
  const known = new Set(rows.map(({ id }) => id));
  return ids.flatMap((id, index) => (known.has(id) ? [] : [index]));
}

/** Links a campaign with these records and no others; links that stay keep who made them. One that was just removed is left out. */
export async function keepCampaignRecords(
  trx: Database,
  campaignId: string,
  { ids, by }: WantedRecords,
): Promise<void> {
  await sql`
    delete from record_link where campaign_id = ${campaignId} and record_id <> all (${[...ids]}::uuid[])`.execute(
    trx,
  );
  if (ids.length === 0) return;
  // The latest link counts first: the first of the list gets the latest instant.
  await sql`
    insert into record_link as known (record_id, campaign_id, linked_by, linked_at)
    select r.id, ${campaignId}, ${by}, statement_timestamp() - given.place * interval '1 microsecond'
    from unnest(${[...ids]}::uuid[]) with ordinality as given (id, place) join record r on r.id = given.id
    on conflict (record_id, contact_id, customer_id, campaign_id) do update set linked_at = excluded.linked_at`.execute(
    trx,
  );
}
