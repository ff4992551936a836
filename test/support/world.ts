import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Worker } from '@temporalio/worker';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { IntentWindow } from '../../activities/sending/intent-window.ts';
import { MailSource } from '../../activities/sending/mail-source.ts';
import { GateWatch } from '../../db/gate-watch.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import type { DeferralPolicy } from '../../domain/settle.ts';
import { campaignTaskQueue, campaignWorkflowId, campaignWorkflowType } from '../../domain/temporal-names.ts';
import { openTransport } from '../../mail/open-transport.ts';
import type { Transport } from '../../mail/transport.ts';
import { findBundle } from '../../worker/bundle.ts';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { createWorker } from '../../worker/create-worker.ts';

/** One cache for all test files: the bundle is made once per state of the sources. */
const bundleDir = join(tmpdir(), 'sluice-test-bundle');

export const defaultPolicy: DeferralPolicy = { backoffMs: [300_000, 900_000], limitMs: 48 * 3_600_000 };

export interface TestWorker {
  readonly worker: Worker;
  readonly running: Promise<void>;
  stop(): Promise<void>;
}

export interface TestWorkerOptions {
  readonly databaseUrl: string;
  readonly smtpUrl: string;
  readonly address: string;
  readonly namespace?: string;
  readonly lanes?: number;
  readonly window?: number;
  readonly policy?: DeferralPolicy;
  /** In place of the SMTP pool, around it: to watch or to hinder. */
  readonly wrap?: (transport: Transport) => Transport;
}

/** The worker as worker/main.ts makes it, in this process. */
export async function startTestWorker(options: TestWorkerOptions): Promise<TestWorker> {
  const db = openDatabase(options.databaseUrl, { name: 'test worker' });
  const gateWatch = new GateWatch(options.databaseUrl);
  await gateWatch.start();
  const lanes = options.lanes ?? 5;
  const pool = openTransport({ url: options.smtpUrl, connections: lanes });
  const transport = options.wrap?.(pool) ?? pool;
  const activities = createActivities({
    db,
    transport,
    lanes,
    window: new IntentWindow(options.window ?? 100),
    gateWatch,
    policy: options.policy ?? defaultPolicy,
    mails: new MailSource(db),
    sign: null,
  });
  const connection = await NativeConnection.connect({ address: options.address });
  const namespace = options.namespace ?? 'default';
  await registerSearchAttributes(connection, namespace);
  const worker = await createWorker({
    connection,
    namespace,
    activities,
    bundle: await findBundle(bundleDir),
  });
  const running = worker.run();
  return {
    worker,
    running,
    stop: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await pool.close();
      await gateWatch.close();
      await db.destroy();
    },
  };
}

/** A fresh folder for a test's files. */
export function scratchDir(name: string): string {
  return mkdtempSync(join(tmpdir(), `sluice-test-${name}-`));
}

/** Adds `count` contacts: user1@example.com … with first and last names. */
export async function addContacts(db: Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => ({
    address: `user${i + 1}@example.com`,
    email: `user${i + 1}@example.com`,
    first_name: `First${i + 1}`,
    last_name: `Last${i + 1}`,
    attributes: '{}',
  }));
  for (let at = 0; at < rows.length; at += 1_000)
    await db
      .insertInto('contact')
      .values(rows.slice(at, at + 1_000))
      .execute();
}

export interface DraftOptions {
  readonly size: number;
  readonly gapMs: number;
  readonly startAt?: Date;
  readonly content?: { subject: string; text?: string; html?: string; mjml?: string };
}

/** A draft as the API would have saved it. @returns its id. */
export async function addDraft(db: Database, draft: DraftOptions): Promise<string> {
  const row = await db
    .insertInto('campaign')
    .values({
      name: 'Server upgrade',
      audience: JSON.stringify({ all: true }),
      identity: JSON.stringify({ name: 'IT department', address: 'it@example.com' }),
      content: JSON.stringify(
        draft.content ?? {
          subject: 'Hello {{ contact.firstName }}',
          text: 'Dear {{ contact.firstName }},\nplease act.\n',
        },
      ),
      size: draft.size,
      gap_ms: draft.gapMs,
      start_at: draft.startAt ?? null,
      created_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
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
