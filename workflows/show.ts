import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Counts } from '../domain/delivery-state.ts';
import { describePace } from '../domain/pace.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';
import { singlesBatch } from '../domain/plan-singles.ts';
import type { BatchPlan, WaitReason } from '../domain/planner.ts';
import { searchAttributes } from '../domain/temporal-names.ts';
import type { Progress } from './messages.ts';

const idKey = defineSearchAttributeKey(searchAttributes.campaignId, 'KEYWORD');
const statusKey = defineSearchAttributeKey(searchAttributes.campaignStatus, 'KEYWORD');

/** Makes the run findable by its campaign from the first moment on. */
export function showBeginning(campaignId: string): void {
  upsertSearchAttributes([{ key: idKey, value: campaignId }]);
}

/** Takes over what the plan (or the end) says and shows it in the Temporal UI: details, and the status when it changed. */
export function showProgress(before: Progress, news: PlanAnswer | { readonly ended: Counts }): Progress {
  const after = 'ended' in news ? atTheEnd(before, news.ended) : underWay(before, news);
  if (after.state !== before.state) upsertSearchAttributes([{ key: statusKey, value: after.state }]);
  setCurrentDetails(details(after));
  return after;
}

/** "batch 7 of 20, 50 mails" */
export function showBatch(batch: BatchPlan, view: Progress): string {
  if (batch.number === singlesBatch) return `${batch.size} mails at once, out of turn`;
  const size = view.pace?.size ?? batch.size;
  const about = Math.max(batch.number, Math.ceil(view.total / Math.max(1, size)));
  return `batch ${batch.number} of ${about}, ${batch.size} mails${batch.continues ? ' (continued)' : ''}`;
}

/** "batch 8 at 2026-12-01T08:40:00Z: gap" */
export function showWait(batch: BatchPlan, because: WaitReason): string {
  const what = batch.number === singlesBatch ? 'mails out of turn' : `batch ${batch.number}`;
  return `${what} at ${instant(batch.at)}: ${because}`;
}

/** "paused until 2026-12-01T07:00:00Z" */
export function showPause(until: number): string {
  return `paused until ${instant(until)}`;
}

function underWay(before: Progress, answer: PlanAnswer): Progress {
  const { state, pace, total, settled, step } = answer;
  const next = step.kind === 'wait' || step.kind === 'batch' ? step.batch : null;
  return {
    state,
    pace,
    total,
    settled,
    batch: next === null || next.number === singlesBatch ? before.batch : next.number,
    next: next === null ? null : { number: next.number, size: next.size, at: next.at },
  };
}

function atTheEnd(before: Progress, counts: Counts): Progress {
  const state = before.state === 'cancelling' || before.state === 'cancelled' ? 'cancelled' : 'finished';
  const settled = counts.total - counts.planned - counts.deferred - counts.sending;
  return { ...before, state, total: counts.total, settled, next: null };
}

function details(view: Progress): string {
  const next =
    view.next === null
      ? ''
      : `\n\nNext: batch ${view.next.number}, ${view.next.size} mails, ${instant(view.next.at)}`;
  const pace = view.pace === null ? '' : `, ${describePace(view.pace)}`;
  return `**${view.state}**: ${view.settled} of ${view.total} settled${pace}${next}`;
}

function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
