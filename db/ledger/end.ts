import { sql } from 'kysely';
import type { CampaignState } from '../../domain/campaign-state.ts';
import type { Counts } from '../../domain/delivery-state.ts';
import type { Instant } from '../../domain/instant.ts';
import { readCountsOf } from '../counts.ts';
import { appendEvent } from '../notify.ts';
import type { Database } from '../open.ts';

/** Turns up to `limit` rows that were not handed over into cancelled. @returns how many; 0 when none is left. */
export async function cancelSome(db: Database, campaignId: string, limit: number): Promise<number> {
  const result = await sql`
    update delivery set state = 'cancelled', settled_at = now(), next_attempt_at = null, reason_code = 'campaignCancelled'
    where campaign_id = ${campaignId} and contact_id in (
      select contact_id from delivery
      where campaign_id = ${campaignId} and state in ('planned', 'deferred') limit ${limit} for update skip locked)`.execute(
    db,
  );
  return Number(result.numAffectedRows ?? 0n);
}

/**
 * Ends a campaign: `cancelled` when it was being cancelled, else `finished`. Refused (ended: false) while a row is still
 * planned, deferred or sending. The control history keeps the counts at the end. `at`: the workflow's time.
 */
export async function endCampaign(
  db: Database,
  campaignId: string,
  at: Instant = Date.now(),
): Promise<{ ended: boolean; counts: Counts }> {
  return db.transaction().execute(async (trx) => {
    const { state } = await trx
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const counts = await readCountsOf(trx, campaignId);
    if (state === 'finished' || state === 'cancelled') return { ended: true, counts };
    if (counts.planned + counts.deferred + counts.sending > 0) return { ended: false, counts };
    const to = state === 'cancelling' ? 'cancelled' : 'finished';
    await trx
      .updateTable('campaign')
      .set({
        state: to,
        finished_at: sql`now()`,
        ended_at: new Date(at),
        trouble: null,
        version: sql`version + 1`,
        updated_at: sql`now()`,
      })
      .where('id', '=', campaignId)
      .execute();
    await trx
      .insertInto('control')
      .values({
        campaign_id: campaignId,
        action: 'finish',
        by: 'sluice',
        via: 'guard',
        to: JSON.stringify({ state: to, counts }),
        applied_at: sql`now()`,
      })
      .execute();
    await appendEvent(trx, campaignId, 'state', { from: state, to });
    return { ended: true, counts };
  });
}

/** A finished campaign runs again for what came back into its plan; the caller holds its lock. @returns the state then. */
export async function reopenCampaign(
  trx: Database,
  campaignId: string,
  state: CampaignState,
): Promise<CampaignState> {
  if (state !== 'finished') return state;
  await trx
    .updateTable('campaign')
    .set({ state: 'running', finished_at: null, version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', campaignId)
    .execute();
  await appendEvent(trx, campaignId, 'state', { from: 'finished', to: 'running' });
  return 'running';
}
