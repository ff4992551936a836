import type { CapacityDecision } from '../domain/capacity.ts';
import { deferredWithinLimits, type LimitedDomain } from '../domain/domain-limit.ts';
import { followResponses, type FollowingRoom } from '../domain/following-room.ts';
import { holdingGuard, type Finding } from '../domain/guards.ts';
import type { Instant } from '../domain/instant.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import { planSingles } from '../domain/plan-singles.ts';
import { planNext, type BatchPlan, type PlanState } from '../domain/planner.ts';
import { decideTrouble } from '../domain/relay-trouble.ts';
import { calendarOf, lookAtCampaign, type CampaignLook } from './campaign-look.ts';
import { readFindings } from './guards.ts';
import type { Database } from './open.ts';
import { readCapacityInput } from './response-room.ts';

/**
 * The next step of a campaign as the planner sees it at `now`, from one snapshot of the database. The workflow acts on
 * it, the API shows it: there is no second opinion. Throws when there is no such campaign.
 * Every count is answered by a partial index over the rows that are still to come.
 */
export async function readPlan(db: Database, campaignId: string, now: Instant): Promise<PlanAnswer> {
  return (await readDecidedPlan(db, campaignId, now)).answer;
}

export interface DecidedPlan {
  readonly answer: PlanAnswer;
  /** The planner's view, for expectations about single recipients. */
  readonly state: PlanState;
  /** What was decided about the batch where responses bound it; null where they do not. */
  readonly decision: CapacityDecision | null;
  /** For warnings: what the guards say about a campaign that nothing has closed. */
  readonly warnings: readonly Finding[];
}

/** The plan with everything that was seen and decided on its way. */
export async function readDecidedPlan(db: Database, campaignId: string, now: Instant): Promise<DecidedPlan> {
  const row = await lookAtCampaign(db, campaignId, now);
  const room = await roomOf(db, campaignId, row, now);
  const state = toPlanState(campaignId, row, room, now);
  const step = decide(row, state);
  // Nothing is planned behind a closed gate, but how full the desk is can be said all the same.
  const decision = room === null ? null : (room.decided() ?? room.decide(now, row.size));
  const leaves = step.kind === 'wait' || step.kind === 'batch';
  const lateMs = leaves ? lateness(row, step.batch, now) : null;
  const isRunning = row.state === 'running';
  const findings = leaves || isRunning ? await readFindings(db, campaignId, now, lateMs) : [];
  const answer = {
    state: row.state,
    pace: state.pace,
    total: row.total,
    settled: row.total - row.planned - row.under_way,
    step: leaves ? guarded(step, findings, lateMs) : step,
  };
  return { answer, state, decision, warnings: isRunning ? findings : [] };
}

/** The step, unless a guard holds the campaign. */
function guarded(
  step: PlanAnswer['step'],
  findings: readonly Finding[],
  lateMs: number | null,
): PlanAnswer['step'] {
  const found = holdingGuard(findings);
  if (found === null) return step;
  const late = found.guard === 'behindPlan' && lateMs !== null ? { lateMs } : {};
  return { kind: 'hold', cause: found.guard, ...late };
}

/**
 * How long the step has been due, in time in which the calendar was open, with nothing that kept the campaign from it: a batch that
 * goes on was due when it last began; a main gate that was closed, responses and the limits of domains excuse.
 */
function lateness(row: CampaignLook, batch: BatchPlan, now: Instant): number {
  const began = batch.continues ? (row.latest_start?.getTime() ?? 0) : 0;
  const limitMs = Math.max(0, ...row.limits.map(({ everyMs }) => everyMs));
  const due = Math.max(
    batch.at + limitMs,
    began,
    row.main_changed_at.getTime(),
    row.held_back_until?.getTime() ?? 0,
  );
  return due >= now ? 0 : calendarOf(row).openMs(due, now);
}

function decide(row: CampaignLook, state: PlanState): PlanAnswer['step'] {
  if (row.state === 'finished' || row.state === 'cancelled') return { kind: 'done' };
  const nothingLeft = row.planned === 0 && row.deferred.length === 0;
  if (row.state === 'cancelling')
    return nothingLeft ? { kind: 'done' } : { kind: 'closed', by: 'cancelling' };
  if (row.state === 'held') return { kind: 'closed', by: 'held' };
  if (row.state === 'paused') return pausedStep(row, state.now);
  const plan = planSingles(state, row.singles) ?? planNext(state);
  if (plan.kind === 'done') return plan;
  if (!row.main_open) return { kind: 'closed', by: 'mainGate' };
  const trouble = row.trouble === null ? null : decideTrouble(row.trouble);
  if (trouble?.kind === 'hold') return trouble;
  // Instants go through JSON, which knows no infinity.
  return plan.batch.at === Infinity ? { kind: 'closed', by: 'calendar' } : plan;
}

/** A pause without an end, until its end, or over. */
function pausedStep(
  { resume_at: until, resume_asked_by: asked }: CampaignLook,
  now: Instant,
): PlanAnswer['step'] {
  if (until === null || asked === null) return { kind: 'closed', by: 'paused' };
  return until.getTime() > now
    ? { kind: 'closed', by: 'paused', until: until.getTime() }
    : { kind: 'resume', asked };
}

/** The planner's view of what was seen. */
export function toPlanState(
  campaignId: string,
  row: CampaignLook,
  room: FollowingRoom | null,
  now: Instant,
): PlanState {
  const notBefore = Math.max(row.not_before?.getTime() ?? 0, row.start_at?.getTime() ?? 0);
  const trouble = row.trouble === null ? null : decideTrouble(row.trouble);
  const limited = row.limits.flatMap((limit, index): LimitedDomain[] => {
    const found = row.limited[index];
    return found === undefined ? [] : [{ ...limit, ...found }];
  });
  const deferred = row.deferred.map((at, index) => ({
    at: at.getTime(),
    limit: row.deferred_limits[index] ?? 0,
  }));
  return {
    now,
    pace: { size: row.size, gapMs: row.gap_ms },
    ramp: row.pace_form.ramp ?? null,
    jitter: jitterOf(campaignId, row.pace_form),
    notBefore,
    notBeforeReason: row.start_at !== null && row.start_at.getTime() === notBefore ? 'startAt' : 'resumed',
    latestStart: row.latest_start?.getTime() ?? null,
    lastBatch: row.batch ?? 0,
    interrupted: row.unfinished ? { left: Math.max(0, (row.batch_size ?? 0) - row.handed) } : null,
    retryAt: trouble?.kind === 'retry' ? trouble.at : null,
    planned: row.planned,
    limited,
    deferredAt: deferredWithinLimits(deferred, limited, now),
    calendar: calendarOf(row),
    room,
  };
}

/** Only of a campaign that has somebody left: nothing is decided for others. */
async function roomOf(
  db: Database,
  campaignId: string,
  row: CampaignLook,
  now: Instant,
): Promise<FollowingRoom | null> {
  if (row.capacity === null || (row.planned === 0 && row.deferred.length === 0)) return null;
  return followResponses(await readCapacityInput(db, campaignId, row, row.capacity, now));
}

export function jitterOf(campaignId: string, { jitter: share = 0 }: PaceForm): PlanState['jitter'] {
  return share === 0 ? null : { share, seed: Number.parseInt(campaignId.slice(0, 8), 16) };
}
