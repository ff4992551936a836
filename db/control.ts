import { sql } from 'kysely';
import {
  judgeControl,
  type CampaignState,
  type ControlAction,
  type Refusal,
} from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { AskedPace } from '../domain/pace-form.ts';
import { bringIntoForce, workflowTerminated, type Effect } from './control-effect.ts';
import { resolveAskedPace, type PaceNow } from './asked-pace.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';

export interface ControlRequest {
  readonly campaignId: string;
  readonly action: ControlAction;
  readonly by: string;
  readonly reason: string | null;
  readonly request: ControlArguments;
  /** The version the person saw (If-Match), null when they did not say. */
  readonly expectedVersion: number | null;
}

/** What an act asks for, as kept in the control row. */
export interface ControlArguments extends AskedPace {
  readonly startAt?: Instant | null;
  readonly acknowledge?: boolean;
  readonly cause?: string;
}

export interface Application {
  readonly campaignId: string;
  readonly controlId: string;
  readonly action: ControlAction;
  readonly via: 'api' | 'temporal' | 'guard';
  /** The workflow's time. */
  readonly at: Instant;
  /** Used when the row does not exist yet: a signal from outside, a guard. */
  readonly request: ControlArguments;
}

export type Applied =
  | { readonly applied: true; readonly state: CampaignState; readonly effect: Effect | null }
  | { readonly applied: false; readonly state: CampaignState; readonly refusal: Refusal | null };

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
    if (row.applied_at !== null) return { applied: true, state: campaign.state, effect: null };
    if (row.refusal !== null)
      return { applied: false, state: campaign.state, refusal: asRefusal(row.refusal) };
    // Written from ControlArguments by requestControl or findOrKeep; judge() checks the values that matter.
    const request: ControlArguments = row.request;
    const pace = input.action === 'setPace' ? await resolveAskedPace(trx, campaign, request, input.at) : null;
    const verdict = judge(input, campaign, pace, request, row.expected_version);
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
    await keepHistory(trx, input, effect, row.by, row.reason);
    return { applied: true, state: effect.state, effect };
  });
}

type CampaignNow = { readonly state: CampaignState; readonly version: number };

function judge(
  { action, at }: Application,
  campaign: CampaignNow,
  pace: PaceNow | null,
  request: ControlArguments,
  expectedVersion: number | null,
): 'apply' | 'already' | Refusal {
  if (expectedVersion !== null && expectedVersion !== campaign.version)
    return { code: 'stale', expectedVersion, version: campaign.version };
  const verdict = judgeControl(action, campaign.state);
  if (verdict !== 'apply') return verdict;
  if (action === 'resume' && campaign.state === 'held' && request.acknowledge !== true)
    return { code: 'needsAcknowledgement' };
  if (pace !== null) {
    if ('refusal' in pace.wanted) return { code: 'invalid', detail: pace.wanted.refusal };
    return pace.isTheSame ? 'already' : 'apply';
  }
  if (action === 'reschedule' && (request.startAt ?? 0) < at)
    return { code: 'invalid', detail: 'startAt is in the past; to start now, leave it out when starting' };
  return 'apply';
}

/** The row of a person's request, or a new one for what came by signal or from a guard. */
async function findOrKeep(trx: Database, { controlId, campaignId, action, via, request }: Application) {
  const by = via === 'guard' ? guardOf(request) : via;
  await trx
    .insertInto('control')
    .values({ id: controlId, campaign_id: campaignId, action, by, via, request: JSON.stringify(request) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return trx.selectFrom('control').selectAll().where('id', '=', controlId).executeTakeFirstOrThrow();
}

function guardOf({ cause }: ControlArguments): string {
  return cause === workflowTerminated ? 'guard:temporal' : 'guard:relay';
}

async function keepHistory(
  trx: Database,
  input: Application,
  effect: Effect,
  by: string,
  reason: string | null,
): Promise<void> {
  const { campaignId, controlId, action, via } = input;
  const change = { from: effect.from, to: effect.to };
  const { applied_at: at } = await trx
    .updateTable('control')
    .set({
      applied_at: sql`now()`,
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
