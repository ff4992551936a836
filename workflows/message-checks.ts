import { ApplicationFailure } from '@temporalio/workflow';
import { parseDuration } from '../domain/duration.ts';
import { refusePace, type Pace } from '../domain/pace.ts';
import type { PaceMessage, RescheduleMessage } from './messages.ts';

/** Validators run before anything is recorded and must be synchronous: the SDK ignores a returned promise. */
export function validatePace(message: PaceMessage): void {
  const refusal = refusePace(readPace(message));
  if (refusal !== null) refuse(refusal);
}

export function validateReschedule(message: RescheduleMessage): void {
  if (!Number.isSafeInteger(message?.startAt)) refuse('startAt must be milliseconds since 1970 (UTC)');
}

function refuse(detail: string): never {
  throw ApplicationFailure.nonRetryable(detail, 'refused', { code: 'invalid', detail });
}

/** The pace a message asks for. Nonsense becomes NaN, which the pace's own rule then refuses with its words. */
export function readPace(message: PaceMessage | undefined): Pace {
  const { size, gapMs, every } = message ?? { size: Number.NaN };
  const gap = typeof every === 'string' ? parseDuration(every) : gapMs;
  return {
    size: typeof size === 'number' ? size : Number.NaN,
    gapMs: typeof gap === 'number' ? gap : Number.NaN,
  };
}
