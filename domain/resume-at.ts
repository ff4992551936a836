import type { Instant } from './instant.ts';

/** Why a pause cannot end at this instant (fact, value, way out), or null when it can. */
export function refuseResumeAt(resumeAt: Instant, now: Instant): string | null {
  if (!Number.isSafeInteger(resumeAt) || resumeAt <= 0)
    return 'resumeAt must be an instant such as 2026-12-01T08:00:00+01:00 (RFC 3339, with its offset)';
  if (resumeAt <= now)
    return `resumeAt ${words(resumeAt)} is in the past; to go on now, resume instead of pausing`;
  return null;
}

function words(at: Instant): string {
  return new Date(at).toISOString().replace(/\.000Z$/, 'Z');
}
