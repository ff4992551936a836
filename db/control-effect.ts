import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import { defaultGuards, isGuardName } from '../domain/guards.ts';
import type { Instant } from '../domain/instant.ts';
import { workflowTerminated, type Act, type Effect } from './control-act.ts';
import { beginEvidence, describeHold } from './guards.ts';
import { settlePause } from './ledger/pause.ts';
import { notifyGate } from './notify.ts';
import type { Database } from './open.ts';
import { actOnRecipient } from './recipient-act.ts';
import { setResumeAt } from './scheduled-resume.ts';

/** Does what the act says, inside the caller's transaction and under the campaign's lock. */
export async function bringIntoForce(trx: Database, act: Act): Promise<Effect> {
  switch (act.action) {
    case 'pause':
      return act.campaign.state === 'paused' ? movePauseEnd(trx, act) : closeGate(trx, act, 'paused');
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
    case 'setGuards':
      return setGuards(trx, act);
    case 'skip':
    case 'sendNow':
    case 'moveToEnd': {
      const change = await actOnRecipient(trx, act.action, act);
      await changeCampaign(trx, act.campaignId, {});
      return unchanged(act, change.from, change.to);
    }
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
  const resumeAt = typeof request.resumeAt === 'number' ? new Date(request.resumeAt) : null;
  await endPause(trx, campaignId);
  if (state !== 'cancelling') {
    await trx
      .insertInto('pause')
      .values({
        control_id: controlId,
        campaign_id: campaignId,
        at: sql`now()`,
        in_flight: inFlight,
        resume_at: resumeAt,
        resume_asked_by: resumeAt === null ? null : controlId,
      })
      .execute();
    await settlePause(trx, campaignId);
  }
  await changeCampaign(trx, campaignId, { state });
  await notifyGate(trx, campaignId);
  const cause = request.cause === undefined ? {} : { cause: request.cause };
  const hold = state === 'held' ? await describeCause(trx, act) : null;
  const { reason, ...figures } = hold ?? { reason: undefined };
  return {
    before: campaign.state,
    state,
    from: { state: campaign.state },
    to: { state, inFlight, ...cause, ...figures, ...(resumeAt === null ? {} : { resumeAt }) },
    inFlight,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A paused campaign is paused until another instant, or until somebody resumes. */
async function movePauseEnd(trx: Database, act: Act): Promise<Effect> {
  const { campaignId, controlId, request } = act;
  const resumeAt = request.resumeAt ?? null;
  const { before } = await setResumeAt(trx, campaignId, resumeAt, controlId);
  await changeCampaign(trx, campaignId, {});
  return unchanged(
    act,
    { state: 'paused', resumeAt: asDate(before) },
    { state: 'paused', resumeAt: asDate(resumeAt) },
  );
}

async function setGuards(trx: Database, act: Act): Promise<Effect> {
  const { guards = defaultGuards } = act.request;
  await changeCampaign(trx, act.campaignId, { guards: JSON.stringify(guards) });
  return unchanged(act, { guards: act.campaign.guards ?? defaultGuards }, { guards });
}

/** An act that leaves the campaign's state as it is. */
function unchanged({ campaign }: Act, from: Effect['from'], to: Effect['to']): Effect {
  return { before: campaign.state, state: campaign.state, from, to };
}

async function openGate(trx: Database, { campaignId, at, campaign }: Act): Promise<Effect> {
  const state = isStillToStart(campaign, at) ? 'scheduled' : 'running';
  await trx
    .updateTable('gate')
    .set({ open: true, closed_by: null, not_before: new Date(at) })
    .where('campaign_id', '=', campaignId)
    .execute();
  await endPause(trx, campaignId);
  await changeCampaign(trx, campaignId, { state, trouble: null });
  // Acknowledged: what the guards have seen so far does not hold the campaign once more.
  if (campaign.state === 'held') await beginEvidence(trx, campaignId);
  return { before: campaign.state, state, from: { state: campaign.state }, to: { state } };
}

/** Its start lies ahead, or is not known yet because the campaign that it follows has not finished. */
function isStillToStart({ start_at, follows_id }: Act['campaign'], at: Instant): boolean {
  return start_at === null ? follows_id !== null : start_at.getTime() > at;
}

async function changePace(trx: Database, act: Act): Promise<Effect> {
  const { campaignId, pace } = act;
  if (pace === null || 'refusal' in pace.wanted)
    throw new Error('a pace is judged before it comes into force');
  const { current, wanted } = pace;
  const { size, gapMs } = wanted.pace;
  await changeCampaign(trx, campaignId, { size, gap_ms: gapMs, pace_form: JSON.stringify(wanted.form) });
  // A smaller pace takes effect now: the batch that is under way shrinks too; its sender is told.
  await sql`update batch set size = least(size, ${size}) where campaign_id = ${campaignId} and number > 0 and finished_at is null`.execute(
    trx,
  );
  await notifyGate(trx, campaignId);
  const undoes = pace.undoes === undefined ? {} : { undoes: pace.undoes };
  return unchanged(act, { ...current.pace, ...current.form }, { size, gapMs, ...wanted.form, ...undoes });
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
  guards: string;
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

/** Why a campaign was held, in words, and a guard's figures. */
async function describeCause(
  trx: Database,
  { campaignId, at, request: { cause, lateMs }, campaign }: Act,
): Promise<{ readonly reason: string; readonly value?: number; readonly threshold?: number }> {
  if (cause === workflowTerminated)
    return { reason: 'its workflow was terminated in Temporal; resuming starts it again' };
  if (cause !== undefined && isGuardName(cause))
    return describeHold(trx, campaignId, cause, at, lateMs ?? null);
  const { trouble } = campaign;
  return { reason: trouble === null ? (cause ?? 'unknown cause') : `${trouble.code}: ${trouble.text}` };
}

function asDate(at: Instant | null): Date | null {
  return at === null ? null : new Date(at);
}
