import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../domain/instant.ts';
import type { LinkedValues, Recipient } from '../../domain/recipient.ts';
import type { Database } from '../open.ts';
import { toRecipient, type PersonRow } from '../to-recipient.ts';
import { fastRules, lockRules, withRules, type Rules } from './claim-rules.ts';
import { nextLimitedRows, nextRows } from './next-rows.ts';

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
  /** False: the campaign has no documents, no "once within", no frequency cap and speaks of no records: nothing is spent on them. */
  readonly ruled?: boolean;
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
  /** `putOff`: they wait for room in their frequency cap. */
  | {
      readonly kind: 'claimed';
      readonly intents: Intent[];
      readonly skipped: number;
      readonly putOff: number;
    }
  | { readonly kind: 'closed' }
  | { readonly kind: 'fenced' };

/**
 * Takes the next recipients and commits the intent to mail them, in one statement just ahead of the wire.
 *
 * Semantics: who is to leave at once first (a limit of their domain counts them, but does not keep them), then due deferred mails,
 * then limited domains as far as their limits leave room, then by position. Suppressed people and those without consent become
 * skipped with the reason and do not count; what else keeps somebody from it is in claim-rules.ts. The campaign's gate and the
 * main gate are held FOR SHARE: a pause waits for this statement, then counts its rows, so nothing can be claimed behind its
 * back. An outdated token claims nothing. The versions of the values that the mail is filled with are noted in its row.
 */
export async function claimNextRecipients(db: Database, input: ClaimInput): Promise<Claim> {
  const rows = await (input.ruled === false ? takeRows(db, input, fastRules) : takeRuledRows(db, input));
  const first = rows[0];
  if (first === undefined || first.gates === 0) return explainNoGate(db, input);
  // The database answers them as it came to them; within a claim the list keeps its order, too.
  const intents = rows
    .filter(isIntent)
    .sort((one, other) => one.position - other.position)
    .map(toIntent);
  return { kind: 'claimed', skipped: first.skipped, putOff: first.put_off, intents };
}

/** What is common to campaigns is counted under a lock, in a statement that begins after it is held. */
async function takeRuledRows(db: Database, input: ClaimInput): Promise<Row[]> {
  const take = async (trx: Database): Promise<Row[]> =>
    takeRows(trx, input, withRules(input, await lockRules(trx, input.campaignId)));
  return db.isTransaction ? take(db) : db.transaction().execute(take);
}

async function takeRows(db: Database, input: ClaimInput, rules: Rules): Promise<Row[]> {
  const { campaignId, batch, token, limited = true } = input;
  const now = new Date(input.now);
  const { rows } = await sql<Row>`
    ${sql.raw(`-- prepare: claim_next_${limited ? 'limited' : 'recipients'}${rules.name}`)}
    with ${limited ? nextLimitedRows(input) : nextRows(input)}, person as (
      -- By array: whatever the limit and the ledger's size, the planner believes in few people, looks up each of them by index,
      -- here and below, and keeps one plan for all claims.
      select c.*, o.version as customer_version, o.name as customer_name, o.attributes as customer_attributes
      from contact c left join lateral (select * from customer where id = c.customer_id offset 0) o on true
      where c.id = any (array(select contact_id from next))
    ), ${sql.raw(rules.checked)} as (
      select next.contact_id, next.limit_index, c.version as contact_version, c.first_name, c.last_name, c.title, c.salutation,
        c.language, c.time_zone, c.attributes, c.customer_version, c.customer_name, c.customer_attributes,
        case when s.reason is not null then 'suppressed'
          when g.newsletter_only and c.newsletter is distinct from true then 'noConsent' ${rules.refusals} end as refusal,
        case when s.reason is not null
          then format('%s (%s, %s)', s.reason, s.source, to_char(s.at at time zone 'UTC', 'YYYY-MM-DD'))
          when g.newsletter_only and c.newsletter is distinct from true
          then 'when the mail was about to leave, the newsletter was not ordered any more' ${rules.refusalTexts} end as refusal_text
        ${rules.columns}
      from person c cross join open_gate g
      cross join lateral (select * from next where next.contact_id = c.id limit 1) next
      left join lateral (
        select reason, source, at from suppression
        where address = next.address and (stream is null or stream = g.stream) limit 1
      ) s on true
      ${rules.joins}
    )${rules.judged}, refused as (
      update delivery d set state = 'skipped', settled_at = now(), next_attempt_at = null, send_now_at = null,
        reason_code = k.refusal, reason_text = k.refusal_text
      from judged k
      where d.campaign_id = ${campaignId} and d.contact_id = k.contact_id and k.refusal is not null
      returning 1
    )${rules.putOff}${limited ? noteTaken(campaignId, now, rules) : sql``}, intents as (
      update delivery d set state = 'sending', batch = ${batch}, token = ${token}, attempts = d.attempts + 1,
        first_attempt_at = coalesce(d.first_attempt_at, ${now}), sending_at = now(), settled_at = null,
        next_attempt_at = null, mail_date = coalesce(d.mail_date, date_trunc('second', now())),
        contact_version = k.contact_version, customer_version = k.customer_version ${rules.noted}
      from judged k
      where d.campaign_id = ${campaignId} and d.contact_id = k.contact_id and ${rules.goes}
      returning d.contact_id, d.position, d.email, d.attempts, d.sending_at::text as claimed_at, d.first_attempt_at, d.mail_date,
        k.first_name, k.last_name, k.title, k.salutation, k.language, k.time_zone, k.attributes,
        k.customer_name, k.customer_attributes ${rules.returned}
    )
    select (select count(*) from open_gate) as gates, (select count(*) from refused) as skipped, ${rules.countPutOff} as put_off, i.*
    from (select) as always left join intents i on true`.execute(db);
  return rows;
}

/** What limited domains take of their room. */
function noteTaken(campaignId: string, now: Date, { goes }: Rules): RawBuilder<unknown> {
  return sql`, taken as (
      insert into limit_take as t (campaign_id, limit_index, at, count)
      select ${campaignId}, limit_index, ${now}, count(*) from judged k where limit_index > 0 and ${goes} group by limit_index
      on conflict (campaign_id, limit_index, at) do update set count = t.count + excluded.count
    )`;
}

interface Row extends PersonRow {
  gates: number;
  skipped: number;
  put_off: number;
  contact_id: string | null;
  position: number;
  attempts: number;
  claimed_at: string;
  first_attempt_at: Date;
  mail_date: Date;
  /** Of campaigns with rules only. */
  linked?: LinkedValues | null;
  document_ids?: string[] | null;
}

function isIntent(row: Row): row is Row & { contact_id: string } {
  return row.contact_id !== null;
}

function toIntent(row: Row & { contact_id: string }): Intent {
  const { linked = null, document_ids: documents = null } = row;
  return {
    ...(documents === null ? {} : { documents }),
    attempts: row.attempts,
    claimedAt: row.claimed_at,
    firstAttemptAt: row.first_attempt_at.getTime(),
    mailDate: row.mail_date,
    recipient: toRecipient(row.contact_id, row, linked),
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
