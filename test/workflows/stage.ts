import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { openDatabase, type Database } from '../../db/open.ts';
import { startCampaign } from '../../db/start.ts';
import { addContacts, addDraft, type DraftOptions } from '../support/campaigns.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { createTimeSkippingEnvironment } from '../support/temporal.ts';
import { startTestWorker, startWorkflow, type SenderOptions } from '../support/world.ts';
import { PlayedCampaign } from './played-campaign.ts';

type PlayOptions = Omit<SenderOptions, 'databaseUrl' | 'smtpUrl'> & {
  readonly contacts: number;
  readonly peer?: Parameters<typeof SmtpPeer.start>[0];
};

/** The parts of one test: all real, but time, which jumps to the next timer while the test waits. */
export interface Play {
  readonly env: TestWorkflowEnvironment;
  readonly db: Database;
  readonly peer: SmtpPeer;
  /** A campaign to all contacts, started now. */
  start(draft?: DraftOptions): Promise<PlayedCampaign>;
}

/** A time-skipping Temporal for the test file that calls this at its top; each test opens a play of its own on it. */
export function useStage(): { open(options: PlayOptions): Promise<Play> } {
  let env: TestWorkflowEnvironment | undefined;
  beforeAll(async () => {
    env = await createTimeSkippingEnvironment();
  });
  afterAll(() => env?.teardown());
  return {
    open: async (options) => {
      if (env === undefined) throw new Error('the stage is there from beforeAll on');
      const { play, close } = await openPlay(env, options);
      onTestFinished(close);
      return play;
    },
  };
}

/** For use without vitest's hooks; the database is the caller's. */
async function openPlay(
  env: TestWorkflowEnvironment,
  options: PlayOptions,
): Promise<{ play: Play; close(): Promise<void> }> {
  const database = await createTestDatabase();
  const { play, close } = await assemble(env, database.url, options);
  return {
    play,
    close: async () => {
      await close();
      await database.drop();
    },
  };
}

/** Peer, worker and contacts around an empty, migrated database. */
export async function assemble(
  env: TestWorkflowEnvironment,
  databaseUrl: string,
  { contacts, peer: peerOptions, ...sender }: PlayOptions,
): Promise<{ play: Play; close(): Promise<void> }> {
  const db = openDatabase(databaseUrl, { name: 'test' });
  const peer = await SmtpPeer.start(peerOptions);
  const worker = await startTestWorker({ ...sender, databaseUrl, smtpUrl: peer.url, address: env.address });
  await addContacts(db, contacts);
  const started: PlayedCampaign[] = [];
  const start = async (draft: DraftOptions = {}): Promise<PlayedCampaign> => {
    const id = await addDraft(db, draft);
    await startCampaign(db, { campaignId: id, by: 'anna', startAt: null, expectedVersion: null });
    const zero = await env.currentTimeMs();
    const campaign = new PlayedCampaign({ env, db, id, zero, handle: await startWorkflow(env.client, id) });
    started.push(campaign);
    return campaign;
  };
  const close = async (): Promise<void> => {
    for (const campaign of started) await campaign.abandon();
    await worker.stop();
    await peer.stop();
    await db.destroy();
  };
  return { play: { env, db, peer, start }, close };
}
