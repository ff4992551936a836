import { sql } from 'kysely';
import type { CampaignState } from '../../domain/campaign-state.ts';
import type { Settlement } from '../../domain/settle.ts';
import type { Database } from '../open.ts';
import { cancelSome, reopenCampaign } from './end.ts';

export interface RecordedOutcome {
  readonly contactId: string;
  /** The claim it is the outcome of; left out: the last one of the attempt. */
  readonly claimedAt?: string;
  readonly settlement: Settlement;
}

/**
 * Writes a group of outcomes in one statement. Only rows that this attempt (token) brought into `sending` are touched,
 * also when a later attempt has meanwhile put them in doubt: the late reply settles the doubt.
 * A group may be written again when its answer was lost: a row that was given back and claimed anew meanwhile is not touched.
 * A mail that was given back gets its place in the plan again as if it had not been claimed.
 * @returns how many rows took their outcome.
 */
export async function recordOutcomes(
  db: Database,
  campaignId: string,
  token: number,
  outcomes: readonly RecordedOutcome[],
): Promise<number> {
  const isToCome = ({ settlement: { state } }: RecordedOutcome): boolean =>
    state === 'planned' || state === 'deferred';
  if (!outcomes.some(isToCome)) return write(db, campaignId, token, outcomes);
  return db.transaction().execute(async (trx) => {
    const { state } = await trx
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const written = await write(trx, campaignId, token, outcomes);
    if (written > 0) await returnToPlan(trx, campaignId, state, outcomes.length);
    return written;
  });
}

/**
 * Late evidence of a replaced attempt may put mails back into the plan of a campaign that has ended with them in doubt.
 * A finished one runs again for them (its workflow is started by the reconciler); a cancelled one cancels them.
 */
async function returnToPlan(
  trx: Database,
  campaignId: string,
  state: CampaignState,
  count: number,
): Promise<void> {
  await reopenCampaign(trx, campaignId, state);
  if (state === 'cancelled') await cancelSome(trx, campaignId, count);
}

async function write(
  db: Database,
  campaignId: string,
  token: number,
  outcomes: readonly RecordedOutcome[],
): Promise<number> {
  const column = <T>(pick: (outcome: RecordedOutcome) => T): T[] => outcomes.map(pick);
  const { rows } = await sql<{ n: number }>`
    -- prepare: record_outcomes
    with outcome as (
      select * from unnest(
        ${column((o) => o.contactId)}::uuid[], ${column((o) => o.settlement.state)}::text[],
        ${column((o) => o.settlement.reply?.code ?? null)}::int[],
        ${column((o) => o.settlement.reply?.enhanced ?? null)}::text[],
        ${column((o) => o.settlement.reply?.text ?? null)}::text[],
        ${column((o) => o.settlement.reason?.code ?? null)}::text[],
        ${column((o) => o.settlement.reason?.text ?? null)}::text[],
        ${column((o) => instantOf(o.settlement.nextAttemptAt))}::timestamptz[],
        ${column((o) => o.claimedAt ?? null)}::timestamptz[], ${column((o) => o.settlement.hard === true)}::boolean[]
      ) as o (contact_id, state, code, enhanced, reply, reason_code, reason_text, next_attempt_at, claimed_at, hard)
    ), settled as (
      update delivery d set
        state = o.state, code = o.code, enhanced = o.enhanced, reply = o.reply,
        reason_code = o.reason_code, reason_text = o.reason_text, next_attempt_at = o.next_attempt_at,
        settled_at = case when o.state = 'planned' then null else now() end,
        batch = case when o.state = 'planned' then null else d.batch end,
        token = case when o.state = 'planned' then null else d.token end,
        attempts = d.attempts - case when o.state = 'planned' then 1 else 0 end,
        sending_at = case when o.state = 'planned' then null else d.sending_at end,
        first_attempt_at = case when o.state = 'planned' and d.attempts = 1 then null else d.first_attempt_at end,
        -- What no relay has seen gets the Date of its real attempt, which a pause may put off for days.
        mail_date = case when o.state = 'planned' and d.attempts = 1 then null else d.mail_date end,
        contact_version = case when o.state = 'planned' and d.attempts = 1 then null else d.contact_version end,
        customer_version = case when o.state = 'planned' and d.attempts = 1 then null else d.customer_version end,
        linked_values = case when o.state = 'planned' and d.attempts = 1 then null else d.linked_values end,
        send_now_at = case when o.state = 'planned' then d.send_now_at end
      from outcome o
      where d.campaign_id = ${campaignId} and d.contact_id = o.contact_id and d.token = ${token}
        and d.contact_id = any (${column((o) => o.contactId)}::uuid[])
        and d.state in ('sending', 'inDoubt') and d.state <> o.state
        -- A row that is in doubt meanwhile is not skipped any more; alone it would spoil the whole group.
        and not (d.state = 'inDoubt' and o.state = 'skipped')
        and (o.claimed_at is null or d.sending_at = o.claimed_at)
      returning d.contact_id, d.attempts, d.state, d.code, d.enhanced, d.reply, d.reason_text, o.hard
    ), noted as (
      insert into attempt (campaign_id, contact_id, number, at, outcome, code, enhanced, reply)
      select ${campaignId}, contact_id, attempts, now(), state, code, enhanced, coalesce(reply, reason_text)
      from settled where state in ('deferred', 'failed', 'inDoubt') or (state = 'sent' and attempts > 1)
      on conflict do nothing
    ), counted as (
      insert into outcome_group (campaign_id, attempts, sent, hard, deferred)
      select ${campaignId}, count(*), count(*) filter (where state = 'sent'),
        count(*) filter (where state = 'failed' and hard), count(*) filter (where state = 'deferred')
      from settled where state not in ('planned', 'skipped') having count(*) > 0
    )
    select count(*) as n from settled`.execute(db);
  return rows[0]?.n ?? 0;
}

function instantOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
