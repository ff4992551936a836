import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { Database } from './open.ts';
import type { RecordKey } from './records.ts';

/** What a record can be linked with. */
export type LinkTarget = 'contacts' | 'customers' | 'campaigns';

export const linkColumns = {
  contacts: 'contact_id',
  customers: 'customer_id',
  campaigns: 'campaign_id',
} as const;
const tables = { contacts: 'contact', customers: 'customer', campaigns: 'campaign' } as const;

export interface LinkEnd {
  readonly to: LinkTarget;
  readonly id: string;
}

export type Linked =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'noRecord' | 'noTarget' }
  /** Of a campaign that has started nothing is changed. */
  | { readonly ok: false; readonly why: 'notDraft'; readonly state: CampaignState };

/** Links a record with a contact, a customer or a draft. What is linked already stays as it is. */
export async function linkRecord(db: Database, key: RecordKey, end: LinkEnd, by: string): Promise<Linked> {
  return changeLink(db, key, end, async (trx, recordId, column) => {
    const { rows } = await sql`
      insert into record_link (record_id, ${sql.ref(column)}, linked_by) values (${recordId}, ${end.id}, ${by})
      on conflict do nothing returning 1`.execute(trx);
    return rows.length > 0;
  });
}

/** Takes a link off. One that is not there is fine. */
export async function unlinkRecord(db: Database, key: RecordKey, end: LinkEnd): Promise<Linked> {
  return changeLink(db, key, end, async (trx, recordId, column) => {
    const { rows } = await sql`
      delete from record_link where record_id = ${recordId} and ${sql.ref(column)} = ${end.id} returning 1`.execute(
      trx,
    );
    return rows.length > 0;
  });
}

export interface LinkRow extends LinkEnd {
  readonly linkedBy: string;
  readonly linkedAt: Date;
  /** `linkedAt` with the database's microseconds. */
  readonly position: string;
}

/** What a record is linked with, oldest link first, after the given position and id. */
export async function listLinks(
  db: Database,
  recordId: string,
  after: readonly [position: string, id: string] | null,
  limit: number,
): Promise<LinkRow[]> {
  const { rows } = await sql<LinkRow>`
    select * from (
      select case when contact_id is not null then 'contacts' when customer_id is not null then 'customers' else 'campaigns' end as "to",
        coalesce(contact_id, customer_id, campaign_id) as id, linked_by as "linkedBy", linked_at as "linkedAt",
        linked_at::text as position
      from record_link where record_id = ${recordId}
    ) l
    where ${after === null ? sql`true` : sql`("linkedAt", id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by "linkedAt", id limit ${limit}`.execute(db);
  return rows;
}

/** True when there is such a contact, customer or campaign. */
export async function targetExists(db: Database, { to, id }: LinkEnd): Promise<boolean> {
  const { rows } = await sql`select 1 from ${sql.table(tables[to])} where id = ${id}`.execute(db);
  return rows.length > 0;
}

async function changeLink(
  db: Database,
  { kind, externalId }: RecordKey,
  { to, id }: LinkEnd,
  change: (trx: Database, recordId: string, column: string) => Promise<boolean>,
): Promise<Linked> {
  return db.transaction().execute(async (trx) => {
    // Locked against removal until the link is there.
    const { rows } = await sql<{ id: string }>`
      select id from record where kind = ${kind} and external_id = ${externalId} for key share`.execute(trx);
    const record = rows[0];
    if (record === undefined) return { ok: false, why: 'noRecord' };
    const { rows: found } = await sql<{ state: CampaignState | null }>`
      select ${to === 'campaigns' ? sql`state` : sql`null`} as state from ${sql.table(tables[to])} where id = ${id}
      ${to === 'campaigns' ? sql`for update` : sql`for key share`}`.execute(trx);
    const [target] = found;
    if (target === undefined) return { ok: false, why: 'noTarget' };
    if (target.state !== null && target.state !== 'draft')
      return { ok: false, why: 'notDraft', state: target.state };
    const changed = await change(trx, record.id, linkColumns[to]);
    if (changed && to === 'campaigns')
      await sql`update campaign set version = version + 1, updated_at = now() where id = ${id}`.execute(trx);
    return { ok: true };
  });
}
