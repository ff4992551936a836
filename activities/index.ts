import { Context } from '@temporalio/activity';
import { writeRestOfActivities } from '../db/activities.ts';
import { applyControl } from '../db/control.ts';
import { listFollowers } from '../db/follow-up.ts';
import { settleAttempt } from '../db/ledger/batch.ts';
import { cancelSome, endCampaign } from '../db/ledger/end.ts';
import { snapshotAudience } from '../db/ledger/snapshot.ts';
import type { CampaignActivities } from './contract.ts';
import { planAndKeep } from './decided-plan.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { beating } from './heartbeat.ts';
import { createSendBatch } from './send-batch.ts';

const cancelledAtOnce = 10_000;

/** All activities of a worker (see contract.ts for what each promises). */
export function createActivities(deps: ActivityDependencies): CampaignActivities {
  const { db } = deps;
  return {
    snapshotAudience: ({ campaignId, at }) => beating(() => snapshotAudience(db, campaignId, at)),
    planNext: ({ campaignId, now }) => planAndKeep(db, campaignId, now),
    sendBatch: createSendBatch(deps),
    settleAttempt: async ({ campaignId }) => ({ inDoubt: await settleAttempt(db, campaignId) }),
    applyControl: async ({ campaignId, controlId, action, via, at, pace, ...asked }) => {
      const request = { ...pace, ...without(asked) };
      const applied = await applyControl(db, { campaignId, controlId, action, via, at, request });
      const { state } = applied;
      return applied.applied ? { applied: true, state } : { applied: false, state, refusal: applied.refusal };
    },
    cancelRest: async ({ campaignId }) => {
      let cancelled = 0;
      for (;;) {
        const some = await cancelSome(db, campaignId, cancelledAtOnce);
        if (some === 0) return { cancelled };
        Context.current().heartbeat({ cancelled: (cancelled += some) });
      }
    },
    finishCampaign: ({ campaignId, at }) =>
      beating(async () => {
        const end = await endCampaign(db, campaignId, at);
        // After the end, so that nothing comes behind it; a crash in between repeats both.
        if (end.ended) await writeRestOfActivities(db, campaignId);
        const followers = end.ended ? await listFollowers(db, campaignId) : [];
        return followers.length === 0 ? end : { ...end, followers };
      }),
  };
}

/** Leaves out what is undefined: absent in the control row, not null. */
function without<T extends object>(values: T): { [key in keyof T]: Exclude<T[key], undefined> } {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  // Only undefined values were left out.
  return Object.fromEntries(kept) as { [key in keyof T]: Exclude<T[key], undefined> };
}
