import { readConcerned } from '../db/campaign-consent.ts';
import { readCampaignDocuments } from '../db/campaign-documents.ts';
import { readCampaignRecords } from '../db/campaign-records.ts';
import type { CampaignRow, CampaignSummaryRow } from '../db/campaigns.ts';
import { readCountsOf } from '../db/counts.ts';
import type { Database } from '../db/open.ts';
import { readPause } from '../db/pause.ts';
import { readDecidedPlan, readPlan } from '../db/plan-state.ts';
import type { Counts } from '../domain/delivery-state.ts';
import { formatDuration } from '../domain/duration.ts';
import { defaultGuards } from '../domain/guards.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { Pace } from '../domain/pace.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import type { CampaignSummary, CampaignView } from '../domain/schema/campaign.ts';
import { showGuards } from '../domain/schema/guards.ts';
import { campaignWorkflowId } from '../domain/temporal-names.ts';
import { showCapacity, showResponses } from './campaign-capacity.ts';
import { showDocuments } from './campaign-documents.ts';
import { showSources } from './campaign-mail.ts';
import type { ApiDeps } from './deps.ts';
import { wireInstant, wireInstantOrNull } from './wire-instant.ts';

/** One campaign as the API shows it, with what happens next. */
export async function showCampaign(deps: ApiDeps, row: CampaignRow): Promise<CampaignView> {
  const { db } = deps;
  const [counts, pause, plan, documents, temporal, sources, records, concerned] = await Promise.all([
    readCountsOf(db, row.id),
    readPause(db, row.id),
    readDecidedPlan(db, row.id, Date.now()),
    readCampaignDocuments(db, row.id),
    linkToRun(deps, row),
    showSources(db, row),
    readCampaignRecords(db, row.id),
    readConcerned(db, row),
  ]);
  return {
    ...showSummary(row, counts),
    audience: row.audience,
    identity: row.identity,
    content: row.content,
    ...sources,
    timeZone: row.time_zone,
    windows: row.windows.map(({ days, ...hours }) => ({ ...hours, days: [...days] })),
    holidays: [...row.holidays],
    limits: row.limits.map(({ everyMs, ...limit }) => ({ ...limit, every: formatDuration(everyMs) })),
    follows: showFollows(row),
    responseLinks: row.response_links,
    stream: row.stream,
    consent: showConsent(row, concerned),
    documents: showDocuments(documents),
    onceWithin: row.once_within_ms === null ? null : formatDuration(row.once_within_ms),
    logActivity: row.log_activity,
    records,
    capacity: showCapacity(row.capacity),
    responses: showResponses(plan.decision),
    updatedAt: wireInstant(row.updated_at),
    pause: showPause(pause),
    next: showNext(plan.answer),
    trouble: showTrouble(row),
    guards: showGuards(row.guards ?? defaultGuards),
    warnings: plan.warnings.map(({ guard, value, threshold, sentence }) => ({
      guard,
      value,
      threshold,
      sentence,
    })),
    temporal,
  };
}

function showFollows(row: CampaignRow): CampaignView['follows'] {
  if (row.follows_id === null) return null;
  const after = formatDuration(row.follows_after_ms ?? 0);
  return { campaign: row.follows_id, after, only: row.follows_only ?? 'all' };
}

function showPause(pause: Awaited<ReturnType<typeof readPause>>): CampaignView['pause'] {
  if (pause === null) return null;
  return {
    at: wireInstant(pause.at),
    by: pause.by,
    reason: pause.reason,
    inFlight: pause.inFlight,
    settledAt: wireInstantOrNull(pause.settledAt),
    resumeAt: wireInstantOrNull(pause.resumeAt),
  };
}

function showConsent(row: CampaignRow, concerned: number | null): CampaignView['consent'] {
  if (row.newsletter_only) return { newsletter: true, concerned };
  const reason = row.newsletter_reason ?? 'made before consent was asked for';
  return { newsletter: false, reason, concerned };
}

export function showSummary(row: Omit<CampaignSummaryRow, 'position'>, counts: Counts): CampaignSummary {
  return {
    id: row.id,
    version: row.version,
    state: row.state,
    name: row.name,
    pace: showPace({ size: row.size, gapMs: row.gap_ms }, row.pace_form),
    counts: { ...counts },
    startAt: wireInstantOrNull(row.start_at),
    createdAt: wireInstant(row.created_at),
    createdBy: row.created_by,
    startedAt: wireInstantOrNull(row.started_at),
    finishedAt: wireInstantOrNull(row.finished_at),
  };
}

/** Size and gap, and the form in which they were asked for. */
export function showPace(
  { size, gapMs }: Pace,
  { perHour, finishBy, ramp, jitter }: PaceForm,
): CampaignView['pace'] {
  return {
    size,
    every: formatDuration(gapMs),
    ...(perHour === undefined ? {} : { perHour }),
    ...(finishBy === undefined ? {} : { finishBy: wireInstant(finishBy) }),
    ...(ramp === undefined ? {} : { ramp: { from: ramp.from, factor: ramp.factor } }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

/** The next batch by the planner, null when none can be named (draft, closed gate, end). */
export async function readNext(db: Database, campaignId: string): Promise<CampaignView['next']> {
  return showNext(await readPlan(db, campaignId, Date.now()));
}

export function showNext({ state, step }: PlanAnswer): CampaignView['next'] {
  if (state === 'draft' || (step.kind !== 'wait' && step.kind !== 'batch')) return null;
  const { number, at, size } = step.batch;
  // Nothing bounds the first batch of a campaign that starts now; the snapshot may still be under way.
  if (!Number.isFinite(at)) return null;
  return { batch: number, at: wireInstant(at), size, because: step.kind === 'wait' ? step.because : 'due' };
}

function showTrouble({ trouble }: CampaignRow): CampaignView['trouble'] {
  if (trouble === null) return null;
  const { code, text, since, lastAt, count } = trouble;
  return { code, text, since: wireInstant(since), lastAt: wireInstant(lastAt), count };
}

async function linkToRun(
  { temporal, temporalUi }: ApiDeps,
  { id, state }: CampaignRow,
): Promise<CampaignView['temporal']> {
  if (state === 'draft') return null;
  const workflowId = campaignWorkflowId(id);
  const run = await temporal.findRun(id);
  const runId = run === 'away' || run === null ? null : run.runId;
  const page = `${temporalUi}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${workflowId}`;
  const url = temporalUi === null ? null : runId === null ? page : `${page}/${runId}/history`;
  return { workflowId, runId, url };
}
