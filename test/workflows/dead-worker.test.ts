import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { actAtOnce } from '../../db/act-at-once.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { pauseCampaign } from '../../db/pause.ts';
import { defaultGuards } from '../../domain/guards.ts';
import type { Temporal } from '../../embedded/temporal.ts';
import { until } from '../../embedded/until.ts';
import { addContacts, addStarted, countsOf, historyOf } from '../support/campaigns.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { connectClient, startTestWorker, startWorkflow, type TestWorker } from '../support/world.ts';

/** In real time and on the real server: the one in virtual time does not pass a dead worker's tasks on. */
let temporal: Temporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
}, 120_000);
afterAll(() => temporal.stop());

interface Scene {
  readonly db: Database;
  readonly id: string;
  /** Every worker dies, and there is a new one when that instant has passed. @returns the state just before. */
  dieUntil(instant: number): Promise<string>;
  tell(signal: string, message: object): Promise<void>;
  acts(): Promise<{ action: string; by: string; via: string; reason: string | null }[]>;
  state(): Promise<string>;
}

async function open(contacts: number, pace: { size: number; gapMs: number }): Promise<Scene> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { name: 'test' });
  const peer = await SmtpPeer.start();
  const start = () =>
    startTestWorker({ databaseUrl: database.url, smtpUrl: peer.url, address: temporal.address });
  let worker: TestWorker = await start();
  const { client, close } = await connectClient(temporal.address);
  await addContacts(db, contacts);
  const id = await addStarted(db, pace);
  const handle = await startWorkflow(client, id);
  onTestFinished(async () => {
    await handle.terminate('the test is over').catch(() => undefined);
    await worker.stop();
    await peer.stop();
    await close();
    await db.destroy();
    await database.drop();
  });
  const readState = async () =>
    (await db.selectFrom('campaign').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state;
  return {
    db,
    id,
    dieUntil: async (instant) => {
      await worker.stop();
      await until(
        () => Date.now() > instant,
        60_000,
        () => 'time stands still',
      );
      // Nothing has happened before the first look of the new one.
      const state = await readState();
      worker = await start();
      return state;
    },
    tell: async (signal, message) => handle.signal(signal, message),
    acts: async () =>
      (await historyOf(db, id)).filter(({ action }) => action !== 'start' && action !== 'finish'),
    state: readState,
  };
}

const sent = async ({ db, id }: Scene) => (await countsOf(db, id)).sent ?? 0;

test('a pause that was over while every worker was dead ends at the first look of the next one, once', async () => {
  const scene = await open(20, { size: 10, gapMs: 3_600_000 });
  await until(
    async () => (await sent(scene)) === 10,
    30_000,
    () => 'the first batch does not leave',
  );
  const resumeAt = Date.now() + 5_000;
  const paused = await pauseCampaign(scene.db, {
    campaignId: scene.id,
    by: 'anna',
    reason: null,
    expectedVersion: null,
    resumeAt,
  });
  await scene.tell('pause', { controlId: 'pause' in paused ? paused.pause.controlId : '' });
  expect(await scene.dieUntil(resumeAt + 1_000)).toBe('paused');
  await until(
    async () => (await scene.state()) === 'running',
    30_000,
    () => 'it is not resumed',
  );
  expect(await scene.acts()).toMatchObject([
    { action: 'pause', by: 'anna' },
    { action: 'resume', by: 'anna', via: 'api', reason: 'as asked in the pause' },
  ]);
}, 120_000);

test('a batch that is late because every worker was dead is held for a person, when somebody wants that', async () => {
  const scene = await open(30, { size: 10, gapMs: 6_000 });
  await until(
    async () => (await sent(scene)) === 10,
    30_000,
    () => 'the first batch does not leave',
  );
  const due = Date.now() + 6_000;
  await actAtOnce(scene.db, {
    campaignId: scene.id,
    action: 'setGuards',
    by: 'anna',
    reason: null,
    request: { guards: { ...defaultGuards, behindPlan: { byMs: 5_000 } } },
    expectedVersion: null,
  });
  expect(await scene.dieUntil(due + 7_000)).toBe('running');
  await until(
    async () => (await scene.state()) === 'held',
    30_000,
    () => 'it is not held',
  );
  expect(await sent(scene)).toBe(10);
  expect((await scene.acts()).at(-1)).toMatchObject({
    action: 'hold',
    by: 'guard:behindPlan',
    reason: expect.stringMatching(/^behind the plan by \d+ s, threshold 5 s: check what held the worker up/),
  });
}, 120_000);
