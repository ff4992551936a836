import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import { reopenCampaign } from './ledger/end.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';

export interface SettlementRequest {
  readonly campaignId: string;
  readonly contactId: string;
  readonly as: 'sent' | 'notSent';
  readonly by: string;
  readonly reason: string | null;
}

export type Settled =
  /** `replan`: the campaign has something to send again; its workflow must be told or started. */
  | {
      readonly settled: true;
      readonly state: DeliveryState;
      readonly campaignState: CampaignState;
      readonly replan: boolean;
    }
  | { readonly settled: false; readonly state: DeliveryState | null };

/**
 * A person settles one in doubt. `sent`: it counts as sent. `notSent`: it goes back into the plan (into `cancelled` when
 * the campaign was cancelled), and a finished campaign runs again for it.
 */
export async function settleInDoubt(db: Database, request: SettlementRequest): Promise<Settled> {
  const { campaignId, contactId, as } = request;
  return db.transaction().execute(async (trx) => {
    const { state: campaignState } = await trx
      .selectFrom('campaign')
      .select('state')
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const row = await trx
      .selectFrom('delivery')
      .select('state')
      .where('campaign_id', '=', campaignId)
      .where('contact_id', '=', contactId)
      .forUpdate()
      .executeTakeFirst();
    if (row?.state !== 'inDoubt') return { settled: false, state: row?.state ?? null };
    await keepSettlement(trx, request);
    if (as === 'sent') {
      await move(trx, request, 'sent');
      return { settled: true, state: 'sent', campaignState, replan: false };
    }
    await move(trx, request, 'planned');
    if (campaignState !== 'cancelled' && campaignState !== 'cancelling')
      return {
        settled: true,
        state: 'planned',
        campaignState: await reopenCampaign(trx, campaignId, campaignState),
        replan: true,
      };
    await move(trx, request, 'cancelled');
    return { settled: true, state: 'cancelled', campaignState, replan: false };
  });
}

async function move(
  trx: Database,
  { campaignId, contactId, by }: SettlementRequest,
  state: DeliveryState,
): Promise<void> {
  const text = `settled by ${by}`;
  await sql`update delivery set state = ${state}, reason_code = 'settled', reason_text = ${text},
      settled_at = case when ${state} = 'planned' then null else now() end,
      batch = case when ${state} = 'planned' then null else batch end, token = null, send_now_at = null
    where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
}

async function keepSettlement(
  trx: Database,
  { campaignId, contactId, as, by, reason }: SettlementRequest,
): Promise<void> {
  const from = { contactId, state: 'inDoubt' };
  const to = { contactId, as };
  const { applied_at: at } = await trx
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action: 'settle',
      by,
      via: 'api',
      reason,
      from: JSON.stringify(from),
      to: JSON.stringify(to),
      applied_at: sql`now()`,
    })
    .returning('applied_at')
    .executeTakeFirstOrThrow();
  await appendEvent(trx, campaignId, 'control', { at, by, via: 'api', action: 'settle', from, to, reason });
}
