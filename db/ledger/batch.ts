import { sql } from 'kysely';
import type { DomainLimit } from '../../domain/domain-limit.ts';
import type { Instant } from '../../domain/instant.ts';
import { singlesBatch } from '../../domain/plan-singles.ts';
import { writeBatchActivities } from '../activities.ts';
import { appendEvent } from '../notify.ts';
import type { Database } from '../open.ts';
import { settlePause } from './pause.ts';

export interface OpenBatchInput {
  readonly campaignId: string;
  readonly number: number;
  readonly size: number;
  readonly plannedAt: Instant;
  /** Workflow time of this start or continuation: the next gap counts from it. */
  readonly at: Instant;
}

export type OpenedBatch =
  | {
      readonly kind: 'open';
      readonly token: number;
      readonly left: number;
      readonly size: number;
      /** Whether domains have limits. */
      readonly limited: boolean;
      /** Whether documents, "once within", a frequency cap or linked records have a say in each claim. */
      readonly ruled: boolean;
    }
  | { readonly kind: 'closed' };

/**
 * Begins an attempt of a batch: takes a new token (from now on no older attempt can commit an intent), puts what older
 * attempts left without an outcome in doubt, and notes start or continuation. With a closed gate nothing is begun.
 */
export async function openBatch(db: Database, input: OpenBatchInput): Promise<OpenedBatch> {
  const { campaignId, number } = input;
  return db.transaction().execute(async (trx) => {
    // Everybody locks the campaign before its gate, so that acts of control and attempts cannot deadlock.
    const { state, start_at, limits, ruled } = await lockCampaign(trx, campaignId);
    const { token, open, not_before } = await takeToken(trx, campaignId);
    // The start may have been moved since the batch was decided: then the next plan says when.
    const notBefore = Math.max(not_before.getTime(), start_at?.getTime() ?? 0);
    if (!open || input.at < notBefore) return { kind: 'closed' };
    if (state === 'scheduled') {
      await trx.updateTable('campaign').set({ state: 'running' }).where('id', '=', campaignId).execute();
      await appendEvent(trx, campaignId, 'state', { from: state, to: 'running' });
    }
    const size = await noteStart(trx, input);
    const { rows } = await sql<{ handed: number }>`select count(*) as handed from delivery
      where campaign_id = ${campaignId} and batch = ${number} and state <> 'skipped'`.execute(trx);
    const left = Math.min(input.size, size - (rows[0]?.handed ?? 0));
    return { kind: 'open', token, left: Math.max(0, left), size, limited: limits.length > 0, ruled };
  });
}

/** Ends an attempt from outside: fences it and puts its intents without an outcome in doubt. @returns how many. */
export async function settleAttempt(db: Database, campaignId: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await lockCampaign(trx, campaignId);
    const { inDoubt } = await takeToken(trx, campaignId);
    await settlePause(trx, campaignId);
    return inDoubt;
  });
}

/**
 * The batch has used its size, or nothing was left for it. A fenced attempt ends nothing. Before it ends, "serial mail" is written
 * on its people: after a crash the next attempt of the batch does it.
 */
export async function finishBatch(
  db: Database,
  campaignId: string,
  number: number,
  token: number,
): Promise<void> {
  await writeBatchActivities(db, campaignId, number);
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      update batch b set finished_at = now() from gate g
      where b.campaign_id = ${campaignId} and b.number = ${number} and b.finished_at is null
        and g.campaign_id = b.campaign_id and g.token = ${token} returning 1`.execute(trx);
    if (rows.length > 0) await appendEvent(trx, campaignId, 'batch', { number, phase: 'finished' });
  });
}

async function lockCampaign(
  trx: Database,
  campaignId: string,
): Promise<{ state: string; start_at: Date | null; limits: readonly DomainLimit[]; ruled: boolean }> {
  return trx
    .selectFrom('campaign')
    .select(['state', 'start_at', 'limits', hasRules.as('ruled')])
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/** See claim-rules.ts. */
const hasRules = sql<boolean>`uses_linked or (once_within_ms is not null and template_version_id is not null)
  or exists (select from frequency_cap where stream = campaign.stream)
  or exists (select from campaign_document where campaign_id = campaign.id)`;

async function takeToken(
  trx: Database,
  campaignId: string,
): Promise<{ token: number; open: boolean; not_before: Date; inDoubt: number }> {
  const { rows } = await sql<{ token: number; open: boolean; not_before: Date }>`
    update gate g set token = g.token + 1 where g.campaign_id = ${campaignId}
    returning g.token, g.not_before, g.open and (select open from main_gate) as open`.execute(trx);
  const gate = rows[0];
  if (gate === undefined) throw new Error(`campaign ${campaignId} has no gate: it was not started`);
  const stale = await sql`
    with stale as (
      update delivery set state = 'inDoubt', settled_at = now(), reason_code = 'noOutcome',
        reason_text = 'the worker ended before it could record the outcome'
      where campaign_id = ${campaignId} and state = 'sending' and token < ${gate.token}
      returning contact_id, attempts
    )
    insert into attempt (campaign_id, contact_id, number, at, outcome, reply)
    select ${campaignId}, contact_id, attempts, now(), 'inDoubt', 'the worker ended before it could record the outcome'
    from stale on conflict do nothing`.execute(trx);
  return { ...gate, inDoubt: Number(stale.numAffectedRows ?? 0n) };
}

async function noteStart(
  trx: Database,
  { campaignId, number, size, plannedAt, at }: OpenBatchInput,
): Promise<number> {
  const { rows } = await sql<{ size: number; continued: boolean }>`
    insert into batch as b (campaign_id, number, size, planned_at, latest_start, started_at)
    values (${campaignId}, ${number}, ${size}, ${new Date(plannedAt)}, ${new Date(at)}, now())
    on conflict (campaign_id, number) do update set latest_start = excluded.latest_start, continued_at = now(), finished_at = null,
      -- Batch 0 has no size of its own: it grows by those who are to leave at once.
      size = case when b.number = ${singlesBatch} then ${size} + (select count(*) from delivery d
        where d.campaign_id = ${campaignId} and d.batch = ${singlesBatch} and d.state <> 'skipped') else b.size end
    returning size, continued_at is not null as continued`.execute(trx);
  const batch = rows[0];
  await appendEvent(trx, campaignId, 'batch', {
    number,
    size: batch?.size ?? size,
    phase: batch?.continued === true ? 'continued' : 'started',
  });
  return batch?.size ?? size;
}
