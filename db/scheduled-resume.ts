import type { Refusal, Verdict } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import { refuseResumeAt } from '../domain/resume-at.ts';
import type { CampaignNow } from './control-act.ts';
import type { Database } from './open.ts';

/** A pause, or another end for the pause in force. What a guard has held does not end by the clock. */
export async function judgePauseChange(
  trx: Database,
  { id, state }: CampaignNow,
  verdict: Verdict,
  resumeAt: Instant | null | undefined,
  at: Instant,
): Promise<Verdict> {
  const detail = resumeAt === undefined || resumeAt === null ? null : refuseResumeAt(resumeAt, at);
  if (detail !== null) return { code: 'invalid', detail };
  if (verdict !== 'already' || resumeAt === undefined) return verdict;
  if (state === 'held' && resumeAt !== null) return heldByGuard;
  const pause = await readEnd(trx, id);
  return (pause?.resume_at?.getTime() ?? null) === resumeAt ? 'already' : 'apply';
}

const heldByGuard: Refusal = {
  code: 'conflict',
  detail:
    'the campaign is held: a hold does not end by the clock; mend its cause, then resume with acknowledge=true',
};

/** A resume by the clock: only of the very pause that wanted it, and not before its time. */
export async function judgeScheduledResume(
  trx: Database,
  campaignId: string,
  asked: string,
  at: Instant,
): Promise<Verdict> {
  const pause = await readEnd(trx, campaignId);
  const isDue =
    pause !== null &&
    pause.resume_asked_by === asked &&
    pause.resume_at !== null &&
    pause.resume_at.getTime() <= at;
  return isDue ? 'apply' : 'already';
}

/** Gives the pause in force another end, or none. */
export async function setResumeAt(
  trx: Database,
  campaignId: string,
  resumeAt: Instant | null,
  controlId: string,
): Promise<{ readonly before: Instant | null }> {
  const pause = await readEnd(trx, campaignId);
  await trx
    .updateTable('pause')
    .set({ resume_at: resumeAt === null ? null : new Date(resumeAt), resume_asked_by: controlId })
    .where('campaign_id', '=', campaignId)
    .where('resumed_at', 'is', null)
    .execute();
  return { before: pause?.resume_at?.getTime() ?? null };
}

async function readEnd(trx: Database, campaignId: string) {
  const row = await trx
    .selectFrom('pause')
    .select(['resume_at', 'resume_asked_by'])
    .where('campaign_id', '=', campaignId)
    .where('resumed_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}
