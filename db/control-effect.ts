import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { PaceNow } from './asked-pace.ts';
import type { Application, ControlArguments } from './control.ts';
import { notifyGate } from './notify.ts';
import type { Database } from './open.ts';
import { settlePause } from './ledger/pause.ts';

/** Cause of a hold: somebody ended the workflow from outside; going on by itself would undo what they meant. */
export const workflowTerminated = 'workflowTerminated';

/** What an act changed, for its history and its answer. */
export interface Effect {
  readonly before: CampaignState;
  readonly state: CampaignState;
  readonly from: Record<string, unknown>;
  readonly to: Record<string, unknown>;
  /** A guard's cause in words, when no person gave a reason. */
  readonly reason?: string;
  /** Mails that were in flight when the gate closed. */
  readonly inFlight?: number;
}

interface Act extends Application {
  readonly request: ControlArguments;
  readonly campaign: { readonly state: CampaignState; readonly start_at: Date | null };
  /** Of a change of pace. */
  readonly pace: PaceNow | null;
}

/** Does what the act says, inside the caller's transaction and under the campaign's lock. */
export async function bringIntoForce(trx: Database, act: Act): Promise<Effect> {
  switch (act.action) {
    case 'pause':
      return closeGate(trx, act, 'paused');
    case 'hold':
      return closeGate(trx, act, 'held');
    case 'cancel':
      return closeGate(trx, act, 'cancelling');
    case 'resume':
      return openGate(trx, act);
    case 'setPace':
      return changePace(trx, act);
    case 'reschedule':
      return reschedule(trx, act);
    case 'start':
      throw new Error('a start is made by startCampaign');
  }
}

/**
 * The exact pause. Updating the gate's row waits for claims that hold it; the count in the next statement then sees
 * every intent there is. Nothing can be claimed until the gate is opened again.
 */
async function closeGate(trx: Database, act: Act, state: 'paused' | 'held' | 'cancelling'): Promise<Effect> {
  const { campaignId, controlId, campaign, request } = act;
  await trx
    .updateTable('gate')
    .set({ open: false, closed_by: controlId })
    .where('campaign_id', '=', campaignId)
    .execute();
  const inFlight = await countIntents(trx, campaignId);
  await endPause(trx, campaignId);
  if (state !== 'cancelling') {
    await trx
      .insertInto('pause')
      .values({ control_id: controlId, campaign_id: campaignId, at: sql`now()`, in_flight: inFlight })
      .execute();
    await settlePause(trx, campaignId);
  }
  await changeCampaign(trx, campaignId, { state });
  await notifyGate(trx, campaignId);
  const cause = request.cause === undefined ? {} : { cause: request.cause };
  const reason = state === 'held' ? { reason: await holdReason(trx, campaignId, request.cause) } : {};
  return {
    before: campaign.state,
    state,
    from: { state: campaign.state },
    to: { state, inFlight, ...cause },
    inFlight,
    ...reason,
  };
}

async function openGate(trx: Database, { campaignId, at, campaign }: Act): Promise<Effect> {
  const state = campaign.start_at !== null && campaign.start_at.getTime() > at ? 'scheduled' : 'running';
  await trx
    .updateTable('gate')
    .set({ open: true, closed_by: null, not_before: new Date(at) })
    .where('campaign_id', '=', campaignId)
    .execute();
  await endPause(trx, campaignId);
  await changeCampaign(trx, campaignId, { state, trouble: null });
  return { before: campaign.state, state, from: { state: campaign.state }, to: { state } };
}

async function changePace(trx: Database, { campaignId, campaign, pace }: Act): Promise<Effect> {
  if (pace === null || 'refusal' in pace.wanted)
    throw new Error('a pace is judged before it comes into force');
  const { current, wanted } = pace;
  const { size, gapMs } = wanted.pace;
  await changeCampaign(trx, campaignId, { size, gap_ms: gapMs, pace_form: JSON.stringify(wanted.form) });
  // A smaller pace takes effect now: the batch that is under way shrinks too; its sender is told.
  await sql`update batch set size = least(size, ${size}) where campaign_id = ${campaignId} and finished_at is null`.execute(
    trx,
  );
  await notifyGate(trx, campaignId);
  return {
    before: campaign.state,
    state: campaign.state,
    from: { ...current.pace, ...current.form },
    to: { size, gapMs, ...wanted.form },
  };
}

async function reschedule(trx: Database, { campaignId, campaign, request }: Act): Promise<Effect> {
  const startAt = new Date(request.startAt ?? 0);
  await changeCampaign(trx, campaignId, { start_at: startAt });
  await trx.updateTable('gate').set({ not_before: startAt }).where('campaign_id', '=', campaignId).execute();
  return {
    before: campaign.state,
    state: campaign.state,
    from: { startAt: campaign.start_at },
    to: { startAt },
  };
}

type CampaignChange = Partial<{
  state: CampaignState;
  size: number;
  gap_ms: number;
  /** JSON of a PaceForm. */
  pace_form: string;
  start_at: Date;
  trouble: null;
}>;

async function changeCampaign(trx: Database, campaignId: string, change: CampaignChange): Promise<void> {
  await trx
    .updateTable('campaign')
    .set({ ...change, version: sql`version + 1`, updated_at: sql`now()` })
    .where('id', '=', campaignId)
    .execute();
}

async function countIntents(trx: Database, campaignId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from delivery where campaign_id = ${campaignId} and state = 'sending'`.execute(trx);
  return rows[0]?.n ?? 0;
}

async function endPause(trx: Database, campaignId: string): Promise<void> {
  await sql`update pause set resumed_at = now() where campaign_id = ${campaignId} and resumed_at is null`.execute(
    trx,
  );
}

async function holdReason(trx: Database, campaignId: string, cause: string | undefined): Promise<string> {
  if (cause === workflowTerminated)
    return 'its workflow was terminated in Temporal; resuming starts it again';
  const { trouble } = await trx
    .selectFrom('campaign')
    .select('trouble')
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return trouble === null ? (cause ?? 'unknown cause') : `${trouble.code}: ${trouble.text}`;
}
