import { sql } from 'kysely';
import type { Database } from './open.ts';

/**
 * Writes "serial mail" on everybody whose mail of this batch was sent, on their customers and linked records. Set-based and
 * repeatable: who has an entry gets no second one. Nothing where the campaign does not log.
 */
export async function writeBatchActivities(db: Database, campaignId: string, batch: number): Promise<void> {
  await sql`
    select write_activities(${campaignId}, array(
      select d.contact_id from delivery d
      where d.campaign_id = ${campaignId} and d.batch = ${batch} and d.state = 'sent' and ${isUnwritten}))
    from campaign where id = ${campaignId} and log_activity`.execute(db);
}

/** So many people at once: an array of this size and its rows are some megabytes. */
const atOnce = 50_000;

/**
 * What no batch has written: a batch that was cut off when the campaign was cancelled. Looks at the whole ledger, so it is
 * for the end of a campaign.
 */
export async function writeRestOfActivities(db: Database, campaignId: string): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ contacts: string[] }>`
      select array(
        select d.contact_id from delivery d
        where d.campaign_id = ${campaignId} and d.state = 'sent' and ${isUnwritten} limit ${atOnce}) as contacts
      from campaign where id = ${campaignId} and log_activity`.execute(db);
    const contacts = rows[0]?.contacts ?? [];
    if (contacts.length > 0)
      await sql`select write_activities(${campaignId}, ${contacts}::uuid[])`.execute(db);
    if (contacts.length < atOnce) return;
  }
}

const isUnwritten = sql<boolean>`not exists (select from activity a where a.campaign_id = d.campaign_id
  and a.contact_id = d.contact_id and a.customer_id is null and a.record_id is null)`;

export interface ActivityRow {
  readonly id: number;
  readonly at: Date;
  readonly mark: string;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly contact_id: string;
  readonly email: string;
  readonly contact_name: string | null;
  /** Position in the list, with the database's microseconds. */
  readonly position: string;
}

/** Whose entries are listed. */
export type ActivityOwner =
  | { readonly contactId: string }
  | { readonly customerId: string }
  | { readonly recordId: string };

/** Entries of a person, customer or record, newest first, after the given position. */
export async function listActivities(
  db: Database,
  owner: ActivityOwner,
  after: readonly [at: string, id: number] | null,
  limit: number,
): Promise<ActivityRow[]> {
  const [at, id] = after ?? [null, null];
  const before =
    at === null ? sql<boolean>`true` : sql<boolean>`(a.at, a.id) < (${at}::timestamptz, ${id}::bigint)`;
  const { rows } = await sql<ActivityRow>`
    select a.id, a.at, a.mark, a.campaign_id, campaign.name as campaign_name, a.contact_id, c.email,
      nullif(concat_ws(' ', c.first_name, c.last_name), '') as contact_name, a.at::text as position
    from activity a join campaign on campaign.id = a.campaign_id join contact c on c.id = a.contact_id
    where ${isOf(owner)} and ${before}
    order by a.at desc, a.id desc limit ${limit}`.execute(db);
  return rows;
}

function isOf(owner: ActivityOwner) {
  if ('contactId' in owner)
    return sql<boolean>`a.contact_id = ${owner.contactId} and a.customer_id is null and a.record_id is null`;
  if ('customerId' in owner) return sql<boolean>`a.customer_id = ${owner.customerId}`;
  return sql<boolean>`a.record_id = ${owner.recordId}`;
}
