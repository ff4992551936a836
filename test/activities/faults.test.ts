import { sql } from 'kysely';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { settleAttempt } from '../../db/ledger/batch.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { openSender, type Sender, type SenderOptions } from '../support/world.ts';
import { drive, expectHonest, sendBatch } from './driving.ts';

const world = useDatabase();
let peer: SmtpPeer;
let sender: Sender;
let id: string;

beforeAll(() => addContacts(world.db, 200));
beforeEach(async () => {
  peer = await SmtpPeer.start();
  id = await addRunning(world.db);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await sender.close();
  await peer.stop();
});

async function open(options: Partial<SenderOptions> = {}): Promise<void> {
  sender = await openSender({ databaseUrl: world.url, smtpUrl: peer.url, ...options });
}

function holdReplies(): { release(): void } {
  let release: () => void = () => undefined;
  const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
  peer.script = (stage) => (stage === 'accepted' ? released : undefined);
  return { release: () => release() };
}

test('a mail that cannot be made ends the batch, but not before the mails on the wire have their outcomes', async () => {
  let signed = 0;
  const { release } = holdReplies();
  let failed: () => void = () => undefined;
  const hasFailed = new Promise<void>((resolve) => (failed = resolve));
  await open({
    lanes: 3,
    sign: async (message) => {
      signed += 1;
      if (signed !== 3) return message;
      // Two mails are on the wire, accepted, their replies on the way.
      await peer.until(({ accepted }) => accepted.length === 2);
      setImmediate(failed);
      throw new Error('the key is broken');
    },
  });
  const sending = sendBatch(sender.deps, id);
  sending.catch(() => undefined);
  await hasFailed;
  release();
  await expect(sending).rejects.toThrow('the batch failed; see the worker log');
  expect(await countsOf(world.db, id)).toEqual({ planned: 198, sent: 2, total: 200 });
  peer.script = undefined;
  await settleAttempt(world.db, id);
  await drive(sender.deps, id);
  await expectHonest(world.db, id, peer);
  expect(await countsOf(world.db, id)).toEqual({ sent: 200, total: 200 });
});

test('a transport that breaks its promise and throws leaves that mail in doubt and nobody else', async () => {
  let sends = 0;
  await open({
    lanes: 3,
    wrap: (pool) => ({
      ...pool,
      close: () => pool.close(),
      acquire: async (signal) => {
        const lane = await pool.acquire(signal);
        const send: typeof lane.send = async (mail, mayProceed) => {
          const outcome = await lane.send(mail, mayProceed);
          if ((sends += 1) === 5) throw new Error('a bug');
          return outcome;
        };
        return { send, release: () => lane.release() };
      },
    }),
  });
  await drive(sender.deps, id);
  await expectHonest(world.db, id, peer);
  expect(await countsOf(world.db, id)).toEqual({ sent: 199, inDoubt: 1, total: 200 });
});

test('outcomes that the database does not take for longer than our patience become doubts, never second mails', async () => {
  await open({ lanes: 5, window: 5 });
  const { release } = holdReplies();
  const sending = sendBatch(sender.deps, id);
  sending.catch(() => undefined);
  await peer.until(({ accepted }) => accepted.length === 5);
  await sql`create function refuse_sent() returns trigger language plpgsql as 'begin raise exception ''disk full''; end'`.execute(
    world.db,
  );
  await sql`create trigger refuse_sent before update on delivery for each row when (new.state = 'sent') execute function refuse_sent()`.execute(
    world.db,
  );
  // Our patience of a minute is over in a fifth of a second; no mail needs its lease any more.
  const now = performance.now.bind(performance);
  const began = now();
  vi.spyOn(performance, 'now').mockImplementation(() => began + (now() - began) * 300);
  release();
  await expect(sending).rejects.toThrow();
  vi.restoreAllMocks();
  await sql`drop function refuse_sent cascade`.execute(world.db);
  peer.script = undefined;
  await settleAttempt(world.db, id);
  expect(await countsOf(world.db, id)).toEqual({ planned: 195, inDoubt: 5, total: 200 });
  await drive(sender.deps, id);
  await expectHonest(world.db, id, peer);
});

describe('the connections to the database', () => {
  test('are cut again and again in mid-batch: nobody is lost, nobody is mailed twice', async () => {
    await open({ lanes: 5, window: 20 });
    let cuts = 0;
    const cutting = (async () => {
      for (let mails = 15; mails <= 180; mails += 15) {
        await peer.until(({ accepted }) => accepted.length >= mails, 60_000);
        const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'test worker'`.execute(world.db);
        cuts += rows.length;
      }
    })();
    await Promise.all([drive(sender.deps, id), cutting]);
    await expectHonest(world.db, id, peer);
    expect(cuts).toBeGreaterThan(5);
    // Outcomes wait for the database to come back: nothing that was known is left in doubt.
    expect(await countsOf(world.db, id)).toEqual({ sent: 200, total: 200 });
  });
});

test('a worker that is told to stop gives back what is not on the wire and waits for what is', async () => {
  await open({ lanes: 4, window: 20 });
  const { MockActivityEnvironment } = await import('@temporalio/testing');
  const { createActivities } = await import('../../activities/index.ts');
  const { quietLogger } = await import('../support/world.ts');
  const { release } = holdReplies();
  const environment = new MockActivityEnvironment({}, { logger: quietLogger });
  const sending = environment.run(createActivities(sender.deps).sendBatch, {
    campaignId: id,
    number: 1,
    size: 50,
    plannedAt: workflowTime,
    at: workflowTime,
  });
  sending.catch(() => undefined);
  await peer.until(({ accepted }) => accepted.length === 4);
  environment.cancel('WORKER_SHUTDOWN');
  release();
  await expect(sending).rejects.toThrow('the worker is stopping');
  expect(await countsOf(world.db, id)).toEqual({ planned: 196, sent: 4, total: 200 });
  expect((await ledgerOf(world.db, id)).filter(({ attempts }) => attempts > 0)).toHaveLength(4);
});
