import { listActiveCampaigns } from '../db/campaigns.ts';
import { workflowTerminated } from '../db/control-act.ts';
import { forgetOldAnswers } from '../db/idempotency.ts';
import { holdCampaign } from '../db/pause.ts';
import { forgetOldMessages } from '../db/response-webhooks.ts';
import { listUnheard } from '../db/unheard.ts';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { ApiDeps } from './deps.ts';

type Needs = Pick<ApiDeps, 'db' | 'temporal' | 'log'>;

/**
 * Brings Temporal in line with the database: an active campaign whose workflow is missing or has ended is started again
 * (the workflow reads everything it needs). One that somebody terminated is held instead, for a person to decide:
 * resuming starts it again. Workflows that have not heard of something to do (the message was lost) are told again.
 */
export async function reconcile({ db, temporal, log }: Needs): Promise<void> {
  const unheard = await listUnheard(db);
  for (const { id: campaignId, state } of await listActiveCampaigns(db)) {
    const run = await temporal.findRun(campaignId);
    if (run === 'away') return;
    if (run?.status === 'running') {
      if (unheard.has(campaignId)) await temporal.tellReplan(campaignId);
      continue;
    }
    if (run?.status === 'terminated' && state !== 'cancelling')
      await holdTerminated({ db, temporal, log }, campaignId, state);
    else if (await temporal.start(campaignId))
      log.info({ campaignId }, 'started the workflow of an active campaign again');
  }
}

/** Reconciles now and every minute, and removes what the database keeps only for a while. Returns what ends it. */
export function keepReconciled(deps: Needs, everyMs = 60_000): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    try {
      await reconcile(deps);
      await forgetOldAnswers(deps.db);
      await forgetOldMessages(deps.db);
    } catch (err) {
      deps.log.warn({ err }, 'could not compare campaigns with Temporal; trying again in a minute');
    }
    if (!stopped) timer = setTimeout(next, everyMs);
  };
  let running = turn();
  function next(): void {
    running = turn();
  }
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

async function holdTerminated({ db, log }: Needs, campaignId: string, state: CampaignState): Promise<void> {
  // Nothing leaves while the gate is closed; a resume starts the workflow.
  if (state === 'held' || state === 'paused') return;
  await holdCampaign(db, campaignId, workflowTerminated);
  log.warn({ campaignId }, 'the workflow was terminated in Temporal: the campaign is held');
}
