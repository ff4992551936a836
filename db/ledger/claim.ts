import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../domain/instant.ts';
import { singlesBatch } from '../../domain/plan-singles.ts';
import type { AttributeValue, Recipient } from '../../domain/recipient.ts';
import type { Database } from '../open.ts';

export interface ClaimInput {
  readonly campaignId: string;
  readonly batch: number;
  /** The fencing token of this attempt of the batch. */
  readonly token: number;
  readonly limit: number;
  /** The workflow's time: decides which deferred mails are due. */
  readonly now: Instant;
  /** False: the campaign has no limits (they never change after its start), and nothing is spent on them. */
  readonly limited?: boolean;
}

/** One intent: a recipient whose row is now `sending`, with everything the mail is filled with. */
export interface Intent {
  readonly recipient: Recipient;
  /** When it was claimed, with the database's microseconds: tells this claim from a later one of the same attempt. */
  readonly claimedAt: string;
  readonly attempts: number;
  readonly firstAttemptAt: Instant;
  /** The mail's Date header, the same at every attempt. */
  readonly mailDate: Date;
  /** The documents of the campaign that this mail carries, in their order; left out where the campaign has none. */
  readonly documents?: readonly string[];
}

export type Claim =
  | { readonly kind: 'claimed'; readonly intents: Intent[]; readonly skipped: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'fenced' };

/**
 * Takes the next recipients and commits the intent to mail them, in one statement just ahead of the wire.
 *
 * Semantics: who is to leave at once first (a limit of their domain counts them, but does not keep them), then due deferred mails,
 * then limited domains as far as their limits leave room, then by position. Suppressed people become skipped with the reason and do not
 * count. The campaign's gate and the main gate are held FOR SHARE: a pause waits for this statement, then counts its
 * rows, so nothing can be claimed behind its back. An outdated token claims nothing.
 */
export async function claimNextRecipients(db: Database, input: ClaimInput): Promise<Claim> {
  const rows = await takeRows(db, input);
  const first = rows[0];
  if (first === undefined || first.gates === 0) return explainNoGate(db, input);
  return { kind: 'claimed', skipped: first.skipped, intents: rows.filter(isIntent).map(toIntent) };
}

async function takeRows(db: Database, input: ClaimInput): Promise<Row[]> {
  const { campaignId, batch, token, limited = true } = input;
  const now = new Date(input.now);
  const { rows } = await sql<Row>`
    ${sql.raw(`-- prepare: claim_next_${limited ? 'limited' : 'recipients'}`)}
    with ${limited ? nextLimitedRows(input) : nextRows(input)}, checked as (
      select next.contact_id, next.limit_index, s.reason, s.source, s.at
      from next
      left join lateral (
        select reason, source, at from suppression
        where address = next.address
          and (stream is null or stream = (select stream from campaign where id = ${campaignId})) limit 1
      ) s on true
    ), refused as (
      update delivery d set state = 'skipped', settled_at = now(), next_attempt_at = null, reason_code = 'suppressed',
        reason_text = format('%s (%s, %s)', checked.reason, checked.source, to_char(checked.at at time zone 'UTC', 'YYYY-MM-DD'))
      from checked
      where d.campaign_id = ${campaignId} and d.contact_id = checked.contact_id and checked.reason is not null
        and d.contact_id = any (array(select contact_id from checked where reason is not null))
      returning 1
    )${limited ? noteTaken(campaignId, now) : sql``}, intents as (
      -- By array: the plan stays an index look-up per row, whatever the planner believes about the number of rows.
      update delivery d set state = 'sending', batch = ${batch}, token = ${token}, attempts = d.attempts + 1,
        first_attempt_at = coalesce(d.first_attempt_at, ${now}), sending_at = now(), settled_at = null,
        next_attempt_at = null, mail_date = coalesce(d.mail_date, date_trunc('second', now()))
      where d.campaign_id = ${campaignId} and d.contact_id = any (array(select contact_id from checked where reason is null))
      returning d.contact_id, d.email, d.attempts, d.sending_at, d.first_attempt_at, d.mail_date
    )
    select (select count(*) from open_gate) as gates, (select count(*) from refused) as skipped,
      i.contact_id, i.email, i.attempts, i.sending_at::text as claimed_at, i.first_attempt_at, i.mail_date,
      c.first_name, c.last_name, c.title, c.salutation, c.language, c.time_zone, c.attributes,
      o.name as customer_name, o.attributes as customer_attributes
    from (select) as always
    left join intents i on true
    left join lateral (select * from contact where id = i.contact_id offset 0) c on true
    left join lateral (select * from customer where id = c.customer_id offset 0) o on true`.execute(db);
  return rows;
}

/** What limited domains take of their room. */
function noteTaken(campaignId: string, now: Date): RawBuilder<unknown> {
  return sql`, taken as (
      insert into limit_take as t (campaign_id, limit_index, at, count)
      select ${campaignId}, limit_index, ${now}, count(*) from checked where limit_index > 0 and reason is null group by limit_index
      on conflict (campaign_id, limit_index, at) do update set count = t.count + excluded.count
    )`;
}

/** The rows that come next, as `next`, with their gates held: those who are to leave at once, due deferred ones, then everybody else in their order. */
function nextRows(input: ClaimInput): RawBuilder<unknown> {
  const { campaignId, limit } = input;
  const inTurn = limitInTurn(input);
  return sql`${heldGate(input)}, ${urgentRows(input)}, due as (
      select d.contact_id, d.address, d.limit_index from delivery d, open_gate
      where d.campaign_id = ${campaignId} and d.state = 'deferred' and d.next_attempt_at <= ${new Date(input.now)}
        and d.send_now_at is null
      order by d.next_attempt_at limit ${inTurn} for update of d skip locked
    ), fresh as (
      select d.contact_id, d.address, d.limit_index from delivery d, open_gate
      where d.campaign_id = ${campaignId} and d.state = 'planned' and d.limit_index = 0 and d.send_now_at is null
      order by d.position limit ${inTurn} for update of d skip locked
    ), next as (
      select * from urgent union all select * from due union all select * from fresh limit ${limit}
    )`;
}

/** The same for a campaign with limits: limited domains come before everybody else, as far as their limits leave room. */
function nextLimitedRows(input: ClaimInput): RawBuilder<unknown> {
  const { campaignId, limit } = input;
  const now = new Date(input.now);
  const inTurn = limitInTurn(input);
  return sql`${heldGate(input)}, lanes as (
      -- Everybody without a limit, and each limit with what it leaves now.
      select 0 as limit_index, ${limit}::bigint as room from open_gate
      union all
      select l.n::integer, greatest(0, (l.value ->> 'count')::bigint - coalesce((
        select sum(t.count) from limit_take t where t.campaign_id = ${campaignId} and t.limit_index = l.n
          and t.at > ${now}::timestamptz - (l.value ->> 'everyMs')::bigint * interval '1 millisecond'), 0))
      from open_gate join campaign c on c.id = open_gate.campaign_id, jsonb_array_elements(c.limits) with ordinality l (value, n)
    ), ${urgentRows(input)}, due as (
      select d.contact_id, d.address, d.limit_index from lanes cross join lateral (
        select contact_id, address, limit_index, next_attempt_at from delivery
        where campaign_id = ${campaignId} and state = 'deferred' and next_attempt_at <= ${now} and limit_index = lanes.limit_index
          and send_now_at is null
        order by next_attempt_at limit least(lanes.room, ${inTurn}) for update skip locked) d
      order by d.next_attempt_at limit ${limit}
    ), fresh as (
      select d.contact_id, d.address, d.limit_index from lanes cross join lateral (
        select contact_id, address, limit_index, position from delivery
        where campaign_id = ${campaignId} and state = 'planned' and limit_index = lanes.limit_index and send_now_at is null
        order by position limit least(${inTurn}, lanes.room - (select count(*) from due where due.limit_index = lanes.limit_index))
        for update skip locked) d
      -- Limited domains first: what a limit leaves is lost when it is not used in time.
      order by d.limit_index = 0, d.limit_index, d.position limit ${limit}
    ), next as (
      select * from urgent union all select * from due union all select * from fresh limit ${limit}
    )`;
}

/** The batch out of turn takes nobody who is not wanted at once. */
function limitInTurn({ batch, limit }: ClaimInput): number {
  return batch === singlesBatch ? 0 : limit;
}

function heldGate({ campaignId, token }: ClaimInput): RawBuilder<unknown> {
  return sql`open_gate as (
      select g.campaign_id from gate g, main_gate m
      where g.campaign_id = ${campaignId} and g.open and g.token = ${token} and m.open
      for share of g, m
    )`;
}

function urgentRows({ campaignId, limit }: ClaimInput): RawBuilder<unknown> {
  return sql`urgent as (
      select d.contact_id, d.address, d.limit_index from open_gate cross join lateral (
        select contact_id, address, limit_index from delivery
        where campaign_id = ${campaignId} and send_now_at is not null and state in ('planned', 'deferred')
        order by send_now_at limit ${limit} for update skip locked) d
    )`;
}

interface Row {
  gates: number;
  skipped: number;
  contact_id: string | null;
  email: string;
  attempts: number;
  claimed_at: string;
  first_attempt_at: Date;
  mail_date: Date;
  first_name: string | null;
  last_name: string | null;
  title: string | null;
  salutation: string | null;
  language: string | null;
  time_zone: string | null;
  attributes: Record<string, AttributeValue>;
  customer_name: string | null;
  customer_attributes: Record<string, AttributeValue> | null;
}

function isIntent(row: Row): row is Row & { contact_id: string } {
  return row.contact_id !== null;
}

function toIntent(row: Row & { contact_id: string }): Intent {
  const { customer_name: name, customer_attributes: attributes } = row;
  return {
    attempts: row.attempts,
    claimedAt: row.claimed_at,
    firstAttemptAt: row.first_attempt_at.getTime(),
    mailDate: row.mail_date,
    recipient: {
      contactId: row.contact_id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      title: row.title,
      salutation: row.salutation,
      language: row.language,
      timeZone: row.time_zone,
      attributes: row.attributes,
      customer: name === null ? null : { name, attributes: attributes ?? {} },
    },
  };
}

/** No open gate was found: either a gate is closed, or a newer attempt of the batch has taken over. */
async function explainNoGate(db: Database, { campaignId, token }: ClaimInput): Promise<Claim> {
  const gate = await db
    .selectFrom('gate')
    .select('token')
    .where('campaign_id', '=', campaignId)
    .executeTakeFirst();
  return { kind: gate?.token === token ? 'closed' : 'fenced' };
}
