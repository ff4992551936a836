import { ApplicationFailure } from '@temporalio/workflow';
import { parseDuration } from '../domain/duration.ts';
import { refuseAskedPace, type AskedPace } from '../domain/pace-form.ts';
import type { PaceMessage, RescheduleMessage } from './messages.ts';

/** Validators run before anything is recorded and must be synchronous: the SDK ignores a returned promise. */
export function validatePace(message: PaceMessage): void {
  const refusal = refuseAskedPace(readPace(message));
  if (refusal !== null) refuse(refusal);
}

export function validateReschedule(message: RescheduleMessage): void {
  if (!Number.isSafeInteger(message?.startAt)) refuse('startAt must be milliseconds since 1970 (UTC)');
}

function refuse(detail: string): never {
  throw ApplicationFailure.nonRetryable(detail, 'refused', { code: 'invalid', detail });
}

/** The pace a message asks for. Nonsense becomes NaN, which the pace's own rule then refuses with its words. */
export function readPace(message: PaceMessage | undefined): AskedPace {
  const { gapMs, every, ramp, ...numbers } = message ?? { size: Number.NaN };
  const gap = typeof every === 'string' ? (parseDuration(every) ?? Number.NaN) : gapMs;
  const asked: AskedPace = { ...numbers, gapMs: gap };
  return {
    ...present('size', asked.size),
    ...present('gapMs', asked.gapMs),
    ...present('perHour', asked.perHour),
    ...present('finishBy', asked.finishBy),
    ...present('jitter', asked.jitter),
    ...(ramp === undefined || ramp === null
      ? {}
      : { ramp: { from: numberOf(ramp.from), factor: numberOf(ramp.factor) } }),
  };
}

function present<K extends string>(name: K, value: unknown): Partial<Record<K, number>> {
  // One property of the name that was given.
  return (value === undefined || value === null ? {} : { [name]: numberOf(value) }) as Partial<
    Record<K, number>
  >;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
