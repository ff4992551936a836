import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { CampaignActivities } from '../activities/contract.ts';

/** A worker that died is noticed after this; then the batch continues on another one. */
const heartbeatTimeout = '8 seconds';

/**
 * A batch is tried once: after any failure the workflow plans again, so that a continuation is a decision with an
 * instant of its own (it counts as the batch's start) and is seen in the history.
 */
export const batchActivities = proxyActivities<Pick<CampaignActivities, 'sendBatch'>>({
  startToCloseTimeout: '24 hours',
  heartbeatTimeout,
  // Not the default: whoever cancels waits until the sender has recorded what was on the wire and given back the rest.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 1 },
});

/** Work on whole ledgers: minutes for millions of rows; repeated until it succeeds. */
export const ledgerActivities = proxyActivities<
  Pick<CampaignActivities, 'snapshotAudience' | 'cancelRest' | 'finishCampaign'>
>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Short looks at the database, answered within the workflow task. */
export const quickActivities = proxyLocalActivities<
  Pick<CampaignActivities, 'planNext' | 'applyControl' | 'settleAttempt'>
>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});
