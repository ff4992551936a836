import { keepDecision } from '../db/capacity-decisions.ts';
import type { Database } from '../db/open.ts';
import { readDecidedPlan } from '../db/plan-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanAnswer } from '../domain/plan-answer.ts';

/**
 * The plan as the workflow asks for it. What responses allowed or held back is kept: a guess about a batch that is not
 * due yet is none, it is decided when it is due.
 */
export async function planAndKeep(db: Database, campaignId: string, now: Instant): Promise<PlanAnswer> {
  const { answer, decision } = await readDecidedPlan(db, campaignId, now);
  const { step } = answer;
  const decides = step.kind === 'batch' || (step.kind === 'wait' && step.because === 'capacity');
  if (decision !== null && decides) await keepDecision(db, campaignId, now, step.batch.number, decision);
  return answer;
}
