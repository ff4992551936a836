import { countAudience } from '../db/campaigns.ts';
import type { Database } from '../db/open.ts';
import { createCalendar, refuseCalendar, type CalendarRules } from '../domain/calendar.ts';
import type { Instant } from '../domain/instant.ts';
import { resolvePace, type AskedPace, type PaceForm } from '../domain/pace-form.ts';
import { refuse } from './check-input.ts';

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
): Promise<PlannedDraft> {
  const from = Math.max(startAt ?? 0, Date.now());
  const closed = refuseCalendar(rules, from);
  if (closed !== null) throw refuse('invalidBody', [{ pointer: '/windows', detail: closed }]);
  const recipients = asked.finishBy === undefined ? 0 : await countAudience(db);
  const resolved = resolvePace(asked, { recipients, from, calendar: createCalendar(rules), lastBatch: 0 });
  if ('refusal' in resolved) throw refuse('invalidBody', [{ pointer: '/pace', detail: resolved.refusal }]);
  return { ...resolved.pace, paceForm: resolved.form };
}
