import { Worker, type NativeConnection } from '@temporalio/worker';
import type { CampaignActivities } from '../activities/contract.ts';
import { campaignTaskQueue } from '../domain/temporal-names.ts';
import { scrubFailures } from './scrub-failures.ts';

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: CampaignActivities;
  /** Path of the workflow bundle (worker/bundle.ts). */
  readonly bundle: string;
}

/**
 * A worker for campaigns. Heartbeats reach the server every 2 s, so that a dead worker is noticed within 8 s and a frozen
 * one has lost its lease long before another can take over (activities/sending/lease.ts).
 */
export async function createWorker({
  connection,
  namespace,
  activities,
  bundle,
}: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: campaignTaskQueue,
    workflowBundle: { codePath: bundle },
    // A class instance per activity set is not needed: the SDK wants a plain record of functions.
    activities: { ...activities },
    maxHeartbeatThrottleInterval: '2 seconds',
    defaultHeartbeatThrottleInterval: '2 seconds',
    interceptors: { activity: [(context) => ({ inbound: scrubFailures(context) })] },
    // A killed worker's campaigns wait no longer than this for it to come back (default 10 s), then go to another one.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownForceTime: '25 seconds',
  });
}
