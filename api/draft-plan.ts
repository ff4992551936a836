import { countAudience, type Meant } from '../db/audience.ts';
import type { Database } from '../db/open.ts';
import { createCalendar, refuseCalendar, type CalendarRules } from '../domain/calendar.ts';
import type { Instant } from '../domain/instant.ts';
import { resolvePace, type AskedPace, type PaceForm } from '../domain/pace-form.ts';
import { refuse } from './check-input.ts';
import { wireInstant } from './wire-instant.ts';

export interface PlannedDraft {
  readonly size: number;
  readonly gapMs: number;
  readonly paceForm: PaceForm;
}

/**
 * Size and gap of a draft in whatever form its pace was asked for; refused (422) when the windows never open or the pace
 * cannot be kept. `startAt` null: now.
 */
export async function planDraft(
  db: Database,
  asked: AskedPace,
  rules: CalendarRules,
  startAt: Instant | null,
  meant: Meant,
): Promise<PlannedDraft> {
  const from = Math.max(startAt ?? 0, Date.now());
  const closed = refuseCalendar(rules, from);
  if (closed !== null) throw refuse('invalidBody', [{ pointer: '/windows', detail: closed }]);
  const recipients = asked.finishBy === undefined ? 0 : await countAudience(db, meant);
  const resolved = resolvePace(asked, { recipients, from, calendar: createCalendar(rules), lastBatch: 0 });
  if ('refusal' in resolved) throw refuse('invalidBody', [{ pointer: '/pace', detail: resolved.refusal }]);
  return { ...resolved.pace, paceForm: resolved.form };
}

/** The pace of a body as the domain asks for it. */
export function askedPace<T extends { every?: number | undefined }>({
  every,
  ...rest
}: T): Omit<T, 'every'> & { gapMs: number | undefined } {
  return { ...rest, gapMs: every };
}

/** A start in the past is refused, unless it is "now" (null). */
export function refusePast(startAt: number | null): void {
  if (startAt === null || startAt > Date.now()) return;
  const detail = `startAt ${wireInstant(startAt)} is in the past; to begin when started, leave startAt out or send null`;
  throw refuse('invalidBody', [{ pointer: '/startAt', detail }]);
}
