import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import { forcibleReasons, isForcible } from '../domain/force.ts';
import { reopenCampaign } from './ledger/end.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';

interface ForceRequest {
  readonly campaignId: string;
  readonly by: string;
  readonly reason: string;
}

export type Forced =
  /** `changed` false: it was forced already. `replan`: the campaign has something to send again. */
  | { readonly ok: true; readonly changed: boolean; readonly replan: boolean }
  /** Null: the campaign takes no acts any more; otherwise what became of the mail stands against it. */
  | { readonly ok: false; readonly campaign: CampaignState; readonly delivery: DeliveryState | null };

/**
 * Somebody wants this mail sent although the person had its documents, or the same template version, before. What was skipped for
 * that comes back into the plan, and a finished campaign runs again for it. In a draft it is for the start. Suppression and consent
 * are never forced.
 */
export async function forceRecipient(
  db: Database,
  contactId: string,
  request: ForceRequest,
): Promise<Forced> {
  const { campaignId } = request;
  return db.transaction().execute(async (trx) => {
    const campaign = await lockCampaign(trx, campaignId);
    const row = await trx
      .selectFrom('delivery')
      .select(['state', 'reason_code', 'forced_by'])
      .where('campaign_id', '=', campaignId)
      .where('contact_id', '=', contactId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (row.forced_by !== null) return { ok: true, changed: false, replan: false };
    const isBack = row.state === 'skipped' && isForcible(row.reason_code);
    const isToCome = row.state === 'planned' || row.state === 'deferred';
    if (!takesForce(campaign.state)) return { ok: false, campaign: campaign.state, delivery: null };
    if (!isBack && !isToCome) return { ok: false, campaign: campaign.state, delivery: row.state };
    const to = { contactId, state: isBack ? 'planned' : row.state };
    const forcedBy = await keepForce(trx, request, { contactId, state: row.state }, to);
    if (isToCome)
      await sql`update delivery set forced_by = ${forcedBy}
        where campaign_id = ${campaignId} and contact_id = ${contactId}`.execute(trx);
    else await bringBack(trx, campaignId, forcedBy, contactId);
    await reopenCampaign(trx, campaignId, campaign.state);
    return { ok: true, changed: true, replan: campaign.state !== 'draft' };
  });
}

/** The same for everybody of the campaign, from now on. @returns also how many came back into the plan. */
export async function forceCampaign(
  db: Database,
  request: ForceRequest,
): Promise<Forced & { readonly broughtBack?: number }> {
  const { campaignId } = request;
  return db.transaction().execute(async (trx) => {
    const campaign = await lockCampaign(trx, campaignId);
    if (campaign.forced_by !== null) return { ok: true, changed: false, replan: false, broughtBack: 0 };
    if (!takesForce(campaign.state)) return { ok: false, campaign: campaign.state, delivery: null };
    // As a pause does it: waits for claims that are under way, which may skip somebody at this moment.
    await sql`update gate set open = open where campaign_id = ${campaignId}`.execute(trx);
    const forcedBy = await keepForce(trx, request, { forced: false }, { forced: true });
    await trx
      .updateTable('campaign')
      .set({ forced_by: forcedBy, version: sql`version + 1`, updated_at: sql`now()` })
      .where('id', '=', campaignId)
      .execute();
    const broughtBack = await bringBack(trx, campaignId, forcedBy, null);
    await trx
      .updateTable('control')
      .set({ to: JSON.stringify({ forced: true, broughtBack }) })
      .where('id', '=', forcedBy)
      .execute();
    if (broughtBack > 0) await reopenCampaign(trx, campaignId, campaign.state);
    return { ok: true, changed: true, replan: broughtBack > 0, broughtBack };
  });
}

/** Cancelled campaigns have nobody to send to. */
function takesForce(state: CampaignState): boolean {
  return !['cancelling', 'cancelled'].includes(state);
}

async function lockCampaign(
  trx: Database,
  campaignId: string,
): Promise<{ state: CampaignState; forced_by: string | null }> {
  return trx
    .selectFrom('campaign')
    .select(['state', 'forced_by'])
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
}

/** Of one person, or of everybody (null). @returns how many. */
async function bringBack(
  trx: Database,
  campaignId: string,
  forcedBy: string,
  contactId: string | null,
): Promise<number> {
  const { numAffectedRows } = await sql`
    update delivery set state = 'planned', forced_by = ${forcedBy}, settled_at = null, batch = null, token = null,
      reason_code = null, reason_text = null
    where campaign_id = ${campaignId} and state = 'skipped' and reason_code = any (${[...forcibleReasons]}::text[])
      and (${contactId}::uuid is null or contact_id = ${contactId}::uuid)
      -- Somebody else who has this address now may be in the list: the address gets one mail.
      and not exists (select from delivery other where other.campaign_id = delivery.campaign_id
        and other.address = delivery.address and other.contact_id <> delivery.contact_id and other.state <> 'skipped')`.execute(
    trx,
  );
  return Number(numAffectedRows ?? 0n);
}

async function keepForce(
  trx: Database,
  { campaignId, by, reason }: ForceRequest,
  from: Record<string, unknown>,
  to: Record<string, unknown>,
): Promise<string> {
  const { id, applied_at: at } = await trx
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action: 'force',
      by,
      via: 'api',
      reason,
      from: JSON.stringify(from),
      to: JSON.stringify(to),
      applied_at: sql`now()`,
    })
    .returning(['id', 'applied_at'])
    .executeTakeFirstOrThrow();
  await appendEvent(trx, campaignId, 'control', { at, by, via: 'api', action: 'force', from, to, reason });
  return id;
}
