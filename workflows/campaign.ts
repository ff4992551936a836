import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { CampaignRun } from './campaign-state.ts';
import type { CampaignInput } from './messages.ts';

/** Histories stay short: continue-as-new well before the server's 4,096-event suggestion. */
const eventsPerRun = 3_000;

/**
 * One campaign, from its start to its end (DESIGN: the campaign workflow).
 *
 * Semantics: the database holds the truth (pace, gates, ledger); this run decides when to look, and what to do next is
 * what the planner says about that truth. Every act of control wakes it, so a change takes effect now. The only state
 * that travels into the next run is the campaign's id.
 */
export async function campaign(input: CampaignInput): Promise<void> {
  const run = new CampaignRun(input.campaignId);
  run.listen();
  try {
    await sendAll(run, input);
  } catch (error) {
    // "Request cancellation" in the Temporal UI means: stop for good.
    if (!(await run.adoptCancellation(error))) throw error;
  }
}

async function sendAll(run: CampaignRun, input: CampaignInput): Promise<void> {
  while (!(await run.snapshot())) await renewLongRun(input);
  let step = await run.plan();
  for (;;) {
    switch (step.kind) {
      case 'stale':
        // An act of control came into force while the plan was made: it is made again.
        step = await run.plan();
        break;
      case 'batch':
        step = await run.sendBatch(step.batch);
        break;
      case 'wait':
        step = await run.waitUntil(step.batch, step.because);
        break;
      case 'closed':
        step = await run.waitWhileClosed(step);
        break;
      case 'hold':
        step = await run.hold(step);
        break;
      case 'resume':
        step = await run.resume(step.asked);
        break;
      case 'done':
        if (await run.finish()) return;
        step = { kind: 'stale' };
        break;
    }
    await renewLongRun(input);
  }
}

/** Acts that are being answered finish here; ones that come later land in the next run. */
async function renewLongRun(input: CampaignInput): Promise<void> {
  const info = workflowInfo();
  if (!info.continueAsNewSuggested && info.historyLength < eventsPerRun) return;
  await condition(allHandlersFinished);
  await continueAsNew<typeof campaign>(input);
}
