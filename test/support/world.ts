import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type Worker,
} from '@temporalio/worker';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { createActivities } from '../../activities/index.ts';
import { IntentWindow } from '../../activities/sending/intent-window.ts';
import { MailSource } from '../../activities/sending/mail-source.ts';
import { GateWatch } from '../../db/gate-watch.ts';
import { openDatabase } from '../../db/open.ts';
import type { DeferralPolicy } from '../../domain/settle.ts';
import { campaignTaskQueue, campaignWorkflowId, campaignWorkflowType } from '../../domain/temporal-names.ts';
import { userCacheDir } from '../../embedded/cache-dir.ts';
import { SmtpPool } from '../../mail/smtp/pool.ts';
import { parseSmtpUrl } from '../../mail/smtp/url.ts';
import { RelayTrouble, type Lane, type Transport } from '../../mail/transport.ts';
import { findBundle } from '../../worker/bundle.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';

/** The SDK tells everything at INFO, and failures that a test provokes at WARN: only what nobody provoked is of interest. */
export const quietLogger = new DefaultLogger('ERROR', ({ message, meta }) => {
  if (!provoked.test(message)) console.error(message, meta);
});
const provoked = /^(?:a batch failed|an activity failed)$/;

Runtime.install({
  logger: quietLogger,
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});

/** One cache for all test files: the bundle is made once per state of the sources. Each user has its own. */
const bundleDir = join(userCacheDir(), 'test-bundle');

export const defaultPolicy: DeferralPolicy = { backoffMs: [300_000, 900_000], limitMs: 48 * 3_600_000 };

export interface SenderOptions {
  readonly databaseUrl: string;
  readonly smtpUrl: string;
  readonly lanes?: number;
  readonly window?: number;
  readonly policy?: DeferralPolicy;
  readonly sign?: ActivityDependencies['sign'];
  readonly publicUrl?: string;
  /** False: gates announce in vain, as when the connection that listens was lost. */
  readonly listens?: boolean;
  /** In place of the SMTP pool, around it: to watch or to hinder. */
  readonly wrap?: (transport: Transport) => Transport;
}

export interface Sender {
  readonly deps: ActivityDependencies;
  close(): Promise<void>;
}

/** What a worker's activities share, as worker/main.ts makes it. */
export async function openSender(options: SenderOptions): Promise<Sender> {
  const db = openDatabase(options.databaseUrl, { name: 'test worker' });
  const gateWatch = new GateWatch(options.databaseUrl);
  if (options.listens !== false) await gateWatch.start();
  const lanes = options.lanes ?? 5;
  const pool = new ForgetfulPool(options.smtpUrl, lanes);
  return {
    deps: {
      db,
      gateWatch,
      lanes,
      transport: options.wrap?.(pool) ?? pool,
      latenessOf: () => 0,
      window: new IntentWindow(options.window ?? 100),
      policy: options.policy ?? defaultPolicy,
      mails: new MailSource(db, options.publicUrl ?? null),
      sign: options.sign ?? null,
    },
    close: async () => {
      await pool.close();
      await gateWatch.close();
      await db.destroy();
    },
  };
}

/**
 * The SMTP pool, but without its rest after a refusal: that passes in real time, the plan's pauses in virtual time, and a
 * relay that is back after two virtual hours has rested for milliseconds.
 */
class ForgetfulPool implements Transport {
  readonly #open: () => SmtpPool;
  #pool: SmtpPool;

  constructor(url: string, connections: number) {
    this.#open = () => new SmtpPool(parseSmtpUrl(url), { connections });
    this.#pool = this.#open();
  }

  async acquire(signal: AbortSignal): Promise<Lane> {
    const pool = this.#pool;
    try {
      return await pool.acquire(signal);
    } catch (error) {
      if (error instanceof RelayTrouble && pool === this.#pool) {
        this.#pool = this.#open();
        await pool.close();
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

export interface TestWorkerOptions extends SenderOptions {
  readonly address: string;
  readonly namespace?: string;
}

export interface TestWorker {
  readonly worker: Worker;
  readonly running: Promise<void>;
  stop(): Promise<void>;
}

/** The worker as worker/main.ts makes it, in this process. */
export async function startTestWorker(options: TestWorkerOptions): Promise<TestWorker> {
  const { address, namespace = 'default' } = options;
  const sender = await openSender(options);
  const connection = await NativeConnection.connect({ address });
  await registerSearchAttributes(connection, namespace);
  const worker = await createWorker({
    connection,
    namespace,
    activities: createActivities(sender.deps),
    bundle: await testBundle(),
  });
  const running = worker.run();
  return {
    worker,
    running,
    stop: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await sender.close();
    },
  };
}

/** Path of the workflow bundle of the sources as they are. */
export async function testBundle(): Promise<string> {
  return findBundle(bundleDir);
}

/** A fresh folder for a test's files. */
export function scratchDir(name: string): string {
  return mkdtempSync(join(tmpdir(), `sluice-test-${name}-`));
}

/** Starts the workflow of a campaign that `startCampaign` has started in the database. */
export async function startWorkflow(client: Client, campaignId: string) {
  return client.workflow.start(campaignWorkflowType, {
    taskQueue: campaignTaskQueue,
    workflowId: campaignWorkflowId(campaignId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ campaignId }],
  });
}

export async function connectClient(address: string): Promise<{ client: Client; close(): Promise<void> }> {
  const connection = await Connection.connect({ address });
  return { client: new Client({ connection }), close: () => connection.close() };
}
