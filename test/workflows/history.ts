import type { WorkflowHandle } from '@temporalio/client';
import type { BatchInput } from '../../activities/contract.ts';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

export type BatchAttempt = Pick<BatchInput, 'number' | 'size' | 'plannedAt' | 'at'>;

/** The attempts of batches that one run of the workflow decided on, as its history tells them. */
export function attemptsIn(run: History): BatchAttempt[] {
  return (run.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    const data = scheduled?.activityType?.name === 'sendBatch' ? scheduled.input?.payloads?.[0]?.data : null;
    if (data === null || data === undefined) return [];
    // The workflow's own argument of sendBatch.
    return [JSON.parse(Buffer.from(data).toString()) as BatchInput];
  });
}

/** Every event's summary as people see it in the Temporal UI. */
export function summariesIn(run: History): string[] {
  return (run.events ?? []).flatMap(({ userMetadata }) => {
    const data = userMetadata?.summary?.data;
    // Summaries are JSON strings.
    return data === null || data === undefined ? [] : [JSON.parse(Buffer.from(data).toString()) as string];
  });
}
