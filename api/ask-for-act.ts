import { actAtOnce } from '../db/act-at-once.ts';
import type { CampaignRow } from '../db/campaigns.ts';
import type { ControlArguments } from '../db/control-act.ts';
import { requestControl } from '../db/control.ts';
import { judgeControl } from '../domain/campaign-state.ts';
import type { Act } from './campaign-messenger.ts';
import { refusalProblem, staleVersion, temporalAway } from './control-answer.ts';
import type { ApiDeps, Caller } from './deps.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'controlId'> : never;

interface Asked {
  readonly caller: Caller;
  readonly reason: string | null;
  readonly ifMatch: number | null;
  readonly request: ControlArguments;
  readonly act: WithoutId<Act>;
}

/**
 * Brings an act into force through the campaign's workflow. What is already the case or cannot be is answered from the
 * database, so that it is known with Temporal away too; the workflow judges again. Returns the control row's id, null
 * when there was nothing to do.
 */
export async function askFor(deps: ApiDeps, campaign: CampaignRow, asked: Asked): Promise<string | null> {
  const { caller, reason, ifMatch, request, act } = asked;
  const { id: campaignId, state, version } = campaign;
  if (ifMatch !== null && ifMatch !== version) throw await staleVersion(deps.db, campaignId, ifMatch);
  const verdict = judgeControl(act.action, state);
  if (verdict === 'already') return null;
  if (verdict !== 'apply') throw await refusalProblem(deps.db, campaignId, verdict);
  const by = caller.name;
  const { controlId } = await requestControl(deps.db, {
    campaignId,
    action: act.action,
    by,
    reason,
    request,
    expectedVersion: ifMatch,
  });
  const outcome = await deps.temporal.act(campaignId, { ...act, controlId });
  if (outcome.kind === 'refused') throw await refusalProblem(deps.db, campaignId, outcome.refusal);
  if (outcome.kind === 'away') throw temporalAway(outcome.asked, outcome.cause);
  return controlId;
}

/** Brings an act into force by the database alone. False when it was so already; throws the problem of a refusal. */
export async function askAtOnce(
  { db }: ApiDeps,
  campaignId: string,
  { caller, ifMatch, ...asked }: Omit<Asked, 'act'> & Pick<Parameters<typeof actAtOnce>[1], 'action'>,
): Promise<boolean> {
  const acted = await actAtOnce(db, { campaignId, by: caller.name, expectedVersion: ifMatch, ...asked });
  if (!acted.applied && acted.refusal !== null) throw await refusalProblem(db, campaignId, acted.refusal);
  return acted.applied;
}
