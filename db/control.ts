import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { judgeControl, type Refusal } from '../domain/campaign-state.ts';
import { defaultGuards, isGuardName } from '../domain/guards.ts';
import { isRecipientAction } from '../domain/recipient-act.ts';
import { resolveAskedPace, type PaceNow } from './asked-pace.ts';
import {
  workflowTerminated,
  type Application,
  type Applied,
  type CampaignNow,
  type ControlArguments,
  type ControlRequest,
  type Effect,
} from './control-act.ts';
import { bringIntoForce } from './control-effect.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';
import { findPaceToRestore, nothingToUndo } from './pace-undo.ts';
import { judgeRecipient } from './recipient-act.ts';
import { judgePauseChange, judgeScheduledResume } from './scheduled-resume.ts';

/** Keeps who asked for what and why; not in force until `applyControl`. @returns the id that the message carries. */
export async function requestControl(db: Database, request: ControlRequest): Promise<{ controlId: string }> {
  const { campaignId, action, by, reason, expectedVersion } = request;
  const row = await db
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action,
      by,
      via: 'api',
      reason,
      request: JSON.stringify(request.request),
      expected_version: expectedVersion,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { controlId: row.id };
}

/**
 * Brings one act of control into force, in one transaction and once per control id: a repeated message is answered
 * with the state as it is. What is already the case adds no history; what cannot be is refused and says what could.
 */
export async function applyControl(db: Database, input: Application): Promise<Applied> {
  return db.transaction().execute(async (trx) => {
    // The campaign is locked before its gate, everywhere: acts and batch attempts cannot deadlock.
    const campaign = await trx
      .selectFrom('campaign')
      .selectAll()
      .where('id', '=', input.campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const row = await findOrKeep(trx, input);
    if (row.campaign_id !== input.campaignId || row.action !== input.action)
      return { applied: false, state: campaign.state, refusal: idOfAnother };
    if (row.applied_at !== null) return { applied: true, state: campaign.state, effect: null };
    if (row.refusal !== null)
      return { applied: false, state: campaign.state, refusal: asRefusal(row.refusal) };
    // Written from ControlArguments by requestControl or findOrKeep; judge() checks the values that matter.
    const request: ControlArguments = row.request;
    const pace = await findPace(trx, campaign, { ...input, request });
    const verdict = await judge(trx, { ...input, request }, campaign, pace, row.expected_version);
    if (verdict === 'already') {
      await trx.deleteFrom('control').where('id', '=', input.controlId).execute();
      return { applied: false, state: campaign.state, refusal: null };
    }
    if (verdict !== 'apply') {
      await trx
        .updateTable('control')
        .set({ refusal: JSON.stringify(verdict) })
        .where('id', '=', input.controlId)
        .execute();
      return { applied: false, state: campaign.state, refusal: verdict };
    }
    const effect = await bringIntoForce(trx, { ...input, request, campaign, pace });
    await keepHistory(trx, input, effect, row);
    return { applied: true, state: effect.state, effect };
  });
}

/** A message from outside may name any id; what was asked elsewhere stays as it is. */
const idOfAnother: Refusal = {
  code: 'invalid',
  detail: 'controlId is the id of another act; leave it out',
};

/** An undo puts back what the history says was there before; null when there is nothing to take back, or for other acts. */
async function findPace(
  trx: Database,
  campaign: Parameters<typeof resolveAskedPace>[1],
  { action, request, at }: Application,
): Promise<PaceNow | null> {
  if (action !== 'setPace') return null;
  return request.undo === true
    ? findPaceToRestore(trx, campaign)
    : resolveAskedPace(trx, campaign, request, at);
}

async function judge(
  trx: Database,
  { action, at, request }: Application,
  campaign: CampaignNow,
  pace: PaceNow | null,
  expectedVersion: number | null,
): Promise<'apply' | 'already' | Refusal> {
  if (expectedVersion !== null && expectedVersion !== campaign.version)
    return { code: 'stale', expectedVersion, version: campaign.version };
  if (isRecipientAction(action)) return judgeRecipient(trx, action, campaign, request, at);
  const verdict = judgeControl(action, campaign.state);
  if (action === 'pause') return judgePauseChange(trx, campaign, verdict, request.resumeAt, at);
  if (verdict !== 'apply') return verdict;
  switch (action) {
    case 'resume':
      if (request.asked !== undefined) return judgeScheduledResume(trx, campaign.id, request.asked, at);
      return campaign.state === 'held' && request.acknowledge !== true
        ? { code: 'needsAcknowledgement' }
        : 'apply';
    case 'setPace':
      return judgePace(pace);
    case 'setGuards':
      return isDeepStrictEqual(campaign.guards ?? defaultGuards, request.guards) ? 'already' : 'apply';
    case 'reschedule':
      return (request.startAt ?? 0) < at
        ? { code: 'invalid', detail: 'startAt is in the past; to start now, leave it out when starting' }
        : 'apply';
    case 'start':
    case 'hold':
    case 'cancel':
      return 'apply';
  }
}

function judgePace(pace: PaceNow | null): 'apply' | 'already' | Refusal {
  if (pace === null) return nothingToUndo;
  if ('refusal' in pace.wanted) return { code: 'invalid', detail: pace.wanted.refusal };
  return pace.isTheSame ? 'already' : 'apply';
}

/** The row of a person's request, or a new one for what came by signal or from a guard. */
async function findOrKeep(trx: Database, input: Application) {
  const { controlId, campaignId, action, request } = input;
  const author = await authorOf(trx, input);
  await trx
    .insertInto('control')
    .values({
      id: controlId,
      campaign_id: campaignId,
      action,
      ...author,
      request: JSON.stringify(request),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return trx.selectFrom('control').selectAll().where('id', '=', controlId).executeTakeFirstOrThrow();
}

/** Who acts when nobody has asked beforehand. A resume by the clock is the act of whoever paused until then. */
async function authorOf(trx: Database, { via, request }: Application) {
  if (request.asked === undefined) return { by: via === 'guard' ? guardOf(request) : via, via, reason: null };
  const { by, via: asked } = await trx
    .selectFrom('control')
    .select(['by', 'via'])
    .where('id', '=', request.asked)
    .executeTakeFirstOrThrow();
  return { by, via: asked, reason: 'as asked in the pause' };
}

function guardOf({ cause = '' }: ControlArguments): string {
  if (isGuardName(cause)) return `guard:${cause}`;
  return cause === workflowTerminated ? 'guard:temporal' : 'guard:relay';
}

async function keepHistory(
  trx: Database,
  input: Application,
  effect: Effect,
  {
    by,
    via,
    reason,
  }: { readonly by: string; readonly via: Application['via']; readonly reason: string | null },
): Promise<void> {
  const { campaignId, controlId, action } = input;
  const change = { from: effect.from, to: effect.to };
  const { applied_at: at } = await trx
    .updateTable('control')
    .set({
      // Not now(): who waited for the campaign's lock began earlier, and the history has the order of the effects.
      applied_at: sql`clock_timestamp()`,
      from: JSON.stringify(change.from),
      to: JSON.stringify(change.to),
      ...(effect.reason === undefined ? {} : { reason: effect.reason }),
    })
    .where('id', '=', controlId)
    .returning('applied_at')
    .executeTakeFirstOrThrow();
  await appendEvent(trx, campaignId, 'control', {
    at,
    by,
    via,
    action,
    ...change,
    reason: effect.reason ?? reason,
  });
  if (effect.state !== effect.before)
    await appendEvent(trx, campaignId, 'state', { from: effect.before, to: effect.state });
}

function asRefusal(json: Record<string, unknown>): Refusal {
  // Written above, from a Refusal, into a column that nobody else writes.
  return json as unknown as Refusal;
}
