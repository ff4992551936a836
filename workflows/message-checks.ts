import { ApplicationFailure } from '@temporalio/workflow';
import { parseDuration } from '../domain/duration.ts';
import { refuseAskedPace, type AskedPace } from '../domain/pace-form.ts';
import type { PaceMessage, PauseMessage, RecipientMessage, RescheduleMessage } from './messages.ts';

/** Validators run before anything is recorded and must be synchronous: the SDK ignores a returned promise. */
export function validatePace(message: PaceMessage): void {
  const refusal = refuseAskedPace(readPace(message));
  if (refusal !== null) refuse(refusal);
}

export function validateReschedule(message: RescheduleMessage): void {
  if (!Number.isSafeInteger(message?.startAt)) refuse('startAt must be milliseconds since 1970 (UTC)');
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

/** When a pause ends by itself. What cannot be read becomes 0, which the rule for such instants then refuses with its words. */
export function readResumeAt(message: PauseMessage | undefined): { readonly resumeAt?: number | null } {
  const resumeAt: unknown = message?.resumeAt;
  if (resumeAt === undefined) return {};
  if (resumeAt === null) return { resumeAt };
  return {
    resumeAt: typeof resumeAt === 'string' && withOffset.test(resumeAt) ? Date.parse(resumeAt) || 0 : 0,
  };
}

/** Only with its offset: without one it would be read in the worker's own time zone. */
const withOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** The contact an act is about. What is no such id (an address perhaps) is dropped here, and then refused. */
export function readContactId(message: RecipientMessage | undefined): string {
  const contactId: unknown = message?.contactId;
  return typeof contactId === 'string' && uuid.test(contactId) ? contactId : '';
}

/** How ids are written. */
export const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function present<K extends string>(name: K, value: unknown): Partial<Record<K, number>> {
  // One property of the name that was given.
  return (value === undefined || value === null ? {} : { [name]: numberOf(value) }) as Partial<
    Record<K, number>
  >;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function refuse(detail: string): never {
  throw ApplicationFailure.nonRetryable(detail, 'refused', { code: 'invalid', detail });
}
