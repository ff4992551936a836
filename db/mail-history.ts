import { sql, type RawBuilder } from 'kysely';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Database } from './open.ts';

/** Whose mails: a person's, those of all people of a customer, of a linked record, of some documents. */
export type MailsOf =
  | { readonly contactId: string }
  | { readonly customerId: string }
  | { readonly recordId: string }
  | { readonly documentIds: readonly string[] };

export interface MailFilter {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly state?: DeliveryState | undefined;
  readonly stream?: string | undefined;
  readonly campaign?: string | undefined;
  readonly document?: string | undefined;
}

/** Where a page begins: the last mail of the page before, its time as the database writes it (`infinity`: nothing has happened yet). */
export type MailPosition = readonly [at: string, campaignId: string, contactId: string];

export interface MailRow {
  readonly position: string;
  /** When it was handed over, or skipped or cancelled; null while it is still to come. */
  readonly at: Date | null;
  readonly contact_id: string;
  readonly email: string;
  readonly contact_name: string | null;
  readonly customer_id: string | null;
  readonly customer_name: string | null;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly stream: string;
  readonly sender: string;
  readonly created_by: string;
  readonly started_by: string | null;
  readonly started_at: Date | null;
  readonly state: DeliveryState;
  readonly batch: number | null;
  readonly settled_at: Date | null;
  readonly code: number | null;
  readonly enhanced: string | null;
  readonly reply: string | null;
  readonly reason_code: string | null;
  readonly reason_text: string | null;
  readonly complained_at: Date | null;
  readonly forced_by: string | null;
  readonly forced_because: string | null;
  readonly documents: readonly {
    readonly id: string;
    readonly title: string;
    readonly version: number;
    readonly name: string;
    readonly as: 'attachment' | 'link' | 'body' | null;
    readonly forcedBy: string | null;
    readonly forcedBecause: string | null;
  }[];
}

/**
 * Mails of somebody or something, newest first; those to come are first of all. The customer of a mail is the one that the
 * person belonged to when it was made. Only the rows of one page are looked up in full.
 */
export async function listMails(
  db: Database,
  of: MailsOf,
  filter: MailFilter,
  after: MailPosition | null,
  limit: number,
): Promise<MailRow[]> {
  const { rows } = await sql<MailRow>`
    with page as materialized (
      select * from (${source(of, filter, after, limit)}) mail
      order by at desc, campaign_id desc, contact_id desc limit ${limit}
    )
    select page.at::text as position, case when isfinite(page.at) then page.at end as at,
      d.contact_id, d.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as contact_name,
      o.id as customer_id, o.name as customer_name,
      m.id as campaign_id, m.name as campaign_name, m.stream, m.identity ->> 'address' as sender, m.created_by,
      started.by as started_by, started.applied_at as started_at,
      d.state, d.batch, d.settled_at, d.code, d.enhanced, d.reply, d.reason_code, d.reason_text,
      (select min(at) from complaint where complaint.campaign_id = m.id and complaint.contact_id = d.contact_id) as complained_at,
      forced.by as forced_by, forced.reason as forced_because, coalesce(carried.documents, '[]') as documents
    from page
    join delivery d on d.contact_id = page.contact_id and d.campaign_id = page.campaign_id
    join campaign m on m.id = d.campaign_id
    join contact c on c.id = d.contact_id
    ${past}
    left join customer o on o.id = ${customerOf}
    left join lateral (
      select by, applied_at from control where campaign_id = m.id and action = 'start' and applied_at is not null limit 1
    ) started on true
    left join control forced on forced.id = d.forced_by
    left join lateral (
      select jsonb_agg(jsonb_build_object('id', f.id, 'title', f.title, 'version', f.version, 'name', f.name, 'as', cd."as",
        'forcedBy', act.by, 'forcedBecause', act.reason) order by cd.position, f.title) as documents
      from document_receipt r join document f on f.id = r.document_id
      left join campaign_document cd on cd.campaign_id = r.campaign_id and cd.document_id = r.document_id
      left join control act on act.id = r.forced_by
      where r.contact_id = d.contact_id and r.campaign_id = d.campaign_id
    ) carried on true
    order by page.at desc, page.campaign_id desc, page.contact_id desc`.execute(db);
  return rows;
}

/** All of them, page after page: as many as fit into memory at once. */
export async function* everyMail(
  db: Database,
  of: MailsOf,
  filter: MailFilter,
  atOnce = 1_000,
): AsyncGenerator<readonly MailRow[]> {
  let after: MailPosition | null = null;
  for (;;) {
    const rows: MailRow[] = await listMails(db, of, filter, after, atOnce);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce) return;
    after = [last.position, last.campaign_id, last.contact_id];
  }
}

/** Documents of one title, all versions; null when there is no such document. */
export async function readVersionsOf(
  db: Database,
  documentId: string,
  allVersions: boolean,
): Promise<string[] | null> {
  const { rows } = await sql<{ id: string }>`
    select other.id from document own join document other on other.id = own.id or (${allVersions} and other.title = own.title)
    where own.id = ${documentId} order by other.version`.execute(db);
  return rows.length === 0 ? null : rows.map(({ id }) => id);
}

export async function readRecordId(db: Database, kind: string, externalId: string): Promise<string | null> {
  const row = await db
    .selectFrom('record')
    .select('id')
    .where('kind', '=', kind)
    .where('external_id', '=', externalId)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Campaign, contact and time of the mails that fit. Those of documents are read in their order by an index, others are few. */
function source(
  of: MailsOf,
  filter: MailFilter,
  after: MailPosition | null,
  limit: number,
): RawBuilder<unknown> {
  const happened = sql`coalesce(d.sending_at, d.settled_at, 'infinity')`;
  const fits = fitting(filter, happened, after);
  if ('contactId' in of)
    return sql`select d.campaign_id, d.contact_id, ${happened} as at from delivery d where d.contact_id = ${of.contactId} and ${fits}`;
  if ('customerId' in of)
    return sql`select d.campaign_id, d.contact_id, ${happened} as at
      from (select id from contact where customer_id = ${of.customerId}
        union select contact_id from contact_past where "values" ->> 'customer_id' = ${of.customerId}) person
      join contact c on c.id = person.id join delivery d on d.contact_id = c.id
      ${past}
      where ${customerOf} = ${of.customerId}::uuid and ${fits}`;
  if ('recordId' in of)
    return sql`select d.campaign_id, d.contact_id, ${happened} as at
      from (${mailsOfRecord(of.recordId)}) own join delivery d using (contact_id, campaign_id) where ${fits}`;
  return sql`select distinct found.campaign_id, found.contact_id, found.at
    from unnest(${of.documentIds}::uuid[]) one (id) cross join lateral (
      select r.campaign_id, r.contact_id, r.at
      from document_receipt r join delivery d on d.contact_id = r.contact_id and d.campaign_id = r.campaign_id
      where r.document_id = one.id and ${fitting(filter, sql`r.at`, after, sql`r`)}
      order by r.at desc, r.campaign_id desc, r.contact_id desc limit ${limit}) found`;
}

/** What went to people that are linked or belong to a customer that is, what campaigns about it sent, and what was written on it. */
function mailsOfRecord(recordId: string): RawBuilder<unknown> {
  return sql`
    select p.campaign_id, p.contact_id from record_link l join delivery p on p.contact_id = l.contact_id where l.record_id = ${recordId}
    union select p.campaign_id, p.contact_id from record_link l join contact c on c.customer_id = l.customer_id
      join delivery p on p.contact_id = c.id where l.record_id = ${recordId}
    union select p.campaign_id, p.contact_id from record_link l join delivery p on p.campaign_id = l.campaign_id
      and p.state in ('sent', 'failed', 'skipped', 'cancelled') where l.record_id = ${recordId}
    union select a.campaign_id, a.contact_id from activity a where a.record_id = ${recordId}`;
}

function fitting(
  { from, to, state, stream, campaign, document }: MailFilter,
  at: RawBuilder<unknown>,
  after: MailPosition | null,
  keys: RawBuilder<unknown> = sql`d`,
): RawBuilder<boolean> {
  const conditions = [
    ...(from === undefined ? [] : [sql<boolean>`${at} >= ${from} and isfinite(${at})`]),
    ...(to === undefined ? [] : [sql<boolean>`${at} < ${to}`]),
    ...(state === undefined ? [] : [sql<boolean>`d.state = ${state}`]),
    ...(campaign === undefined ? [] : [sql<boolean>`d.campaign_id = ${campaign}`]),
    ...(stream === undefined
      ? []
      : [sql<boolean>`d.campaign_id in (select id from campaign where stream = ${stream})`]),
    ...(document === undefined
      ? []
      : [
          sql<boolean>`exists (select from document_receipt had where had.contact_id = d.contact_id
            and had.campaign_id = d.campaign_id and had.document_id = ${document})`,
        ]),
    ...(after === null
      ? []
      : [
          sql<boolean>`(${at}, ${keys}.campaign_id, ${keys}.contact_id) < (${after[0]}::timestamptz, ${after[1]}::uuid, ${after[2]}::uuid)`,
        ]),
  ];
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** The values of a person that a delivery was filled with, where they have changed since. */
const past = sql`left join contact_past past on past.contact_id = d.contact_id
  and past.version = d.contact_version and past.version <> c.version`;
const customerOf = sql`case when past.contact_id is null then c.customer_id else (past."values" ->> 'customer_id')::uuid end`;
