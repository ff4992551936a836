import { randomUUID } from 'node:crypto';
import type { CampaignState, Refusal } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import { actAtOnce } from './act-at-once.ts';
import { applyControl } from './control.ts';
import type { Database } from './open.ts';

export interface PauseRequest {
  readonly campaignId: string;
  readonly by: string;
  readonly reason: string | null;
  readonly expectedVersion: number | null;
  /** When it ends by itself; null: not before somebody resumes; left out: as it is. */
  readonly resumeAt?: Instant | null;
}

/** The pause in force: who closed the gate, when, and what was still in flight then. */
export interface PauseNow {
  readonly controlId: string;
  readonly at: Date;
  readonly by: string;
  readonly reason: string | null;
  readonly inFlight: number;
  readonly settledAt: Date | null;
  /** When it ends by itself, or null. */
  readonly resumeAt: Date | null;
}

export type Paused =
  | { readonly applied: boolean; readonly state: CampaignState; readonly pause: PauseNow }
  | { readonly refusal: Refusal };

/**
 * Pauses a campaign by the database alone: true as soon as it has answered, with Temporal down and every worker dead.
 * The workflow is told afterwards and adopts it; if it is never told, its next look at the plan finds the gate closed.
 */
export async function pauseCampaign(db: Database, request: PauseRequest): Promise<Paused> {
  const { campaignId } = request;
  const { resumeAt, ...who } = request;
  const wanted = resumeAt === undefined ? {} : { resumeAt };
  const result = await actAtOnce(db, { ...who, action: 'pause', request: wanted });
  if (!result.applied && result.refusal !== null) return { refusal: result.refusal };
  const pause = await readPause(db, campaignId);
  // Resumed by somebody else in this very moment: nothing is paused now, and the state says so.
  if (pause === null) return { refusal: { code: 'wrongState', state: result.state, possible: ['pause'] } };
  return { applied: result.applied, state: result.state, pause };
}

/** Holds a campaign by the database alone, for a cause that a guard outside of the workflow found. */
export async function holdCampaign(db: Database, campaignId: string, cause: string): Promise<void> {
  await applyControl(db, {
    campaignId,
    controlId: randomUUID(),
    action: 'hold',
    via: 'guard',
    at: Date.now(),
    request: { cause },
  });
}

/** The pause or hold in force, or null. */
export async function readPause(db: Database, campaignId: string): Promise<PauseNow | null> {
  const row = await db
    .selectFrom('pause')
    .innerJoin('control', 'control.id', 'pause.control_id')
    .select([
      'pause.control_id',
      'pause.at',
      'control.by',
      'control.reason',
      'pause.in_flight',
      'pause.settled_at',
      'pause.resume_at',
    ])
    .where('pause.campaign_id', '=', campaignId)
    .where('pause.resumed_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { control_id: controlId, at, by, reason, in_flight: inFlight, settled_at: settledAt } = row;
  return { controlId, at, by, reason, inFlight, settledAt, resumeAt: row.resume_at };
}
