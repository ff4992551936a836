import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pauseCampaign, readPause } from '../../db/pause.ts';
import { readPlan } from '../../db/plan-state.ts';
import { until } from '../../embedded/until.ts';
import { addContacts, addRunning, batchesOf, countsOf, ledgerOf, useDatabase } from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { openSender, type Sender, type SenderOptions } from '../support/world.ts';
import { act, drive, expectHonest, sendBatch, t0 } from './driving.ts';

const world = useDatabase();
let peer: SmtpPeer;
let sender: Sender;

beforeAll(async () => {
  await addContacts(world.db, 120);
});
afterEach(async () => {
  await sender.close();
  await peer.stop();
});

async function open(options: Partial<SenderOptions> = {}): Promise<void> {
  peer = await SmtpPeer.start();
  sender = await openSender({ databaseUrl: world.url, smtpUrl: peer.url, ...options });
}

/** The peer keeps its replies after the dot to itself until `release`. */
function holdReplies(): { release(): void } {
  let release: () => void = () => undefined;
  const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
  peer.script = (stage) => (stage === 'accepted' ? released : undefined);
  return { release: () => release() };
}

const pause = (campaignId: string) =>
  pauseCampaign(world.db, { campaignId, by: 'anna', reason: null, expectedVersion: null });

test('a batch hands over its size and no more, each with the relay’s words', async () => {
  await open();
  const id = await addRunning(world.db);
  expect(await sendBatch(sender.deps, id)).toMatchObject({
    ended: 'complete',
    sent: 50,
    failed: 0,
    deferred: 0,
    inDoubt: 0,
    skipped: 0,
    // Two actions of Temporal less for each batch: the answer brings the plan along.
    next: { settled: 50, step: { kind: 'wait', because: 'gap', batch: { number: 2, at: t0 + 1_200_000 } } },
  });
  expect(peer.accepted).toHaveLength(50);
  expect(await countsOf(world.db, id)).toEqual({ planned: 70, sent: 50, total: 120 });
  expect((await ledgerOf(world.db, id))[0]).toMatchObject({ state: 'sent', code: 250, reply: 'accepted' });
  expect((await batchesOf(world.db, id))[0]).toMatchObject({
    number: 1,
    size: 50,
    finished_at: expect.any(Date),
  });
});

test('the whole campaign mails everybody once, in batches that keep the gap', async () => {
  await open();
  const id = await addRunning(world.db, { gapMs: 1_200_000 });
  const { ended, attempts } = await drive(sender.deps, id);
  expect(ended).toBe('done');
  expect(attempts.map(({ at }) => (at - t0) / 60_000)).toEqual([0, 20, 40]);
  await expectHonest(world.db, id, peer);
  expect(await countsOf(world.db, id)).toEqual({ sent: 120, total: 120 });
});

test('there are never more intents without an outcome than the window has room for', async () => {
  await open({ window: 8, lanes: 20 });
  const id = await addRunning(world.db);
  let most = 0;
  peer.script = async (stage) => {
    if (stage === 'message') most = Math.max(most, (await countsOf(world.db, id)).sending ?? 0);
    return undefined;
  };
  await sendBatch(sender.deps, id);
  expect(most).toBeLessThanOrEqual(8);
  // The window is used, or this would prove nothing.
  expect(most).toBeGreaterThan(4);
});

test('people who cannot or must not be mailed do not use up the size, and their rows say why', async () => {
  await open();
  const content = { subject: 'Hello {{ contact.firstName }}', text: 'Dear {{ contact.firstName }}' };
  const id = await addRunning(world.db, { content });
  const [first, second] = await ledgerOf(world.db, id);
  await world.db
    .updateTable('contact')
    .set({ first_name: null })
    .where('id', '=', first?.contact_id ?? '')
    .execute();
  await world.db
    .insertInto('suppression')
    .values({ address: second?.address ?? '', stream: null, reason: 'bounced', source: 'bounce' })
    .execute();
  expect(await sendBatch(sender.deps, id)).toMatchObject({ ended: 'complete', sent: 50, skipped: 2 });
  const [noName, suppressed] = await ledgerOf(world.db, id);
  expect(noName).toMatchObject({
    state: 'skipped',
    reason_text: expect.stringContaining('contact.firstName'),
  });
  expect(suppressed).toMatchObject({ state: 'skipped', reason_code: 'suppressed' });
  await world.db.deleteFrom('suppression').execute();
  await world.db.updateTable('contact').set({ first_name: 'Anna' }).where('first_name', 'is', null).execute();
});

describe('the relay as a whole', () => {
  test('that refuses the login holds the campaign with that cause; nobody has lost an attempt', async () => {
    peer = await SmtpPeer.start({
      script: (stage) => (stage === 'auth' ? { reply: '535 5.7.8 wrong password' } : undefined),
    });
    sender = await openSender({ databaseUrl: world.url, smtpUrl: peer.url.replace('//', '//user:secret@') });
    const id = await addRunning(world.db);
    const { ended, failures } = await drive(sender.deps, id);
    expect({ ended, failures }).toEqual({ ended: 'hold', failures: ['loginRefused'] });
    expect((await readPlan(world.db, id, t0)).step).toEqual({ kind: 'hold', cause: 'loginRefused' });
    expect(await countsOf(world.db, id)).toEqual({ planned: 120, total: 120 });
    expect((await ledgerOf(world.db, id)).every(({ attempts }) => attempts === 0)).toBe(true);
  });

  test('that refuses the sender holds the campaign with that cause; nobody has failed', async () => {
    await open();
    peer.script = (stage) =>
      stage === 'mail' ? { reply: '550 5.7.60 not allowed to send as it@example.com' } : undefined;
    const id = await addRunning(world.db);
    const { ended, failures } = await drive(sender.deps, id);
    expect({ ended, failures }).toEqual({ ended: 'hold', failures: ['senderRefused'] });
    expect(await countsOf(world.db, id)).toEqual({ planned: 120, total: 120 });
    await act(world.db, id, 'hold', { cause: 'senderRefused' });
    expect((await readPause(world.db, id))?.reason).toBe(
      'senderRefused: 550 5.7.60 not allowed to send as it@example.com',
    );
  });

  test('that is away is tried again by the plan, the same batch first, and costs nobody an attempt', async () => {
    await open();
    const id = await addRunning(world.db);
    await peer.goAway();
    const { attempts } = await drive(sender.deps, id, async (attempt) => {
      if (attempt === 4) await peer.comeBack();
    });
    expect(attempts.map(({ number }) => number)).toEqual([1, 1, 1, 1, 2, 3]);
    expect(attempts.map(({ at }) => Math.round((at - t0) / 1_000))).toEqual([0, 2, 7, 17, 1_217, 2_417]);
    expect((await ledgerOf(world.db, id)).every((row) => row.attempts === 1 && row.state === 'sent')).toBe(
      true,
    );
  });
});

describe('a pause in mid-batch', () => {
  test('gives back what is not on the wire; only what it counted still goes out, and it shows when that was settled', async () => {
    await open({ window: 20, lanes: 5 });
    const id = await addRunning(world.db);
    const { release } = holdReplies();
    const sending = sendBatch(sender.deps, id);
    await peer.until(({ accepted }) => accepted.length === 5);
    const paused = await pause(id);
    const inFlight = 'pause' in paused ? paused.pause.inFlight : 0;
    expect(inFlight).toBe(20);
    // What is not on the wire comes back while the relay is still silent.
    await until(
      async () => (await countsOf(world.db, id)).sending === 5,
      60_000,
      () => 'nothing was given back',
    );
    expect((await readPause(world.db, id))?.settledAt).toBeNull();
    release();
    expect(await sending).toMatchObject({ ended: 'closed', sent: 5 });
    expect(peer.accepted).toHaveLength(5);
    expect(await countsOf(world.db, id)).toEqual({ planned: 115, sent: 5, total: 120 });
    expect((await readPause(world.db, id))?.settledAt).toBeInstanceOf(Date);
  });

  test('leaves the rest of the batch to its continuation', async () => {
    await open({ window: 20, lanes: 5 });
    const id = await addRunning(world.db);
    const { release } = holdReplies();
    const sending = sendBatch(sender.deps, id);
    await peer.until(({ accepted }) => accepted.length === 5);
    await pause(id);
    release();
    const { sent } = await sending;
    await act(world.db, id, 'resume', {}, t0 + 60_000);
    const left = 50 - sent;
    expect(left).toBeGreaterThanOrEqual(30);
    expect(await readPlan(world.db, id, t0 + 60_000)).toMatchObject({
      step: { kind: 'batch', batch: { number: 1, size: left, continues: true } },
    });
    expect(await sendBatch(sender.deps, id, { size: left, at: t0 + 60_000 })).toMatchObject({
      ended: 'complete',
      sent: left,
    });
    expect(peer.accepted).toHaveLength(50);
  });

  test('is settled also when all it counted was on the wire and nobody told the sender', async () => {
    await open({ lanes: 3, listens: false });
    const id = await addRunning(world.db, { size: 3 });
    const { release } = holdReplies();
    const sending = sendBatch(sender.deps, id, { size: 3 });
    await peer.until(({ accepted }) => accepted.length === 3);
    expect(await pause(id)).toMatchObject({ pause: { inFlight: 3, settledAt: null } });
    release();
    await sending;
    expect((await readPause(world.db, id))?.settledAt).toBeInstanceOf(Date);
  });

  test('that nobody hears of still lets nothing be claimed after it', async () => {
    await open({ window: 10, lanes: 5, listens: false });
    const id = await addRunning(world.db);
    const { release } = holdReplies();
    const sending = sendBatch(sender.deps, id);
    await peer.until(({ accepted }) => accepted.length === 5);
    const paused = await pause(id);
    release();
    expect((await sending).ended).toBe('closed');
    expect(peer.accepted.length).toBeLessThanOrEqual('pause' in paused ? paused.pause.inFlight : 0);
  });
});

test('a closed gate begins no batch', async () => {
  await open();
  const id = await addRunning(world.db);
  await pause(id);
  expect(await sendBatch(sender.deps, id)).toMatchObject({ ended: 'closed', sent: 0 });
  expect(await batchesOf(world.db, id)).toEqual([]);
});

test('a smaller pace shrinks the batch under way; what is claimed beyond it is given back', async () => {
  await open({ lanes: 5 });
  const id = await addRunning(world.db);
  const { release } = holdReplies();
  const sending = sendBatch(sender.deps, id);
  await peer.until(({ accepted }) => accepted.length === 5);
  await act(world.db, id, 'setPace', { size: 10, gapMs: 1_200_000 });
  await until(
    async () => (await countsOf(world.db, id)).sending === 10,
    60_000,
    () => 'nothing was given back',
  );
  release();
  expect(await sending).toMatchObject({ ended: 'complete', sent: 10 });
  expect(await countsOf(world.db, id)).toEqual({ planned: 110, sent: 10, total: 120 });
});

test('batches of two campaigns share the window and the lanes: the later one does not wait for the earlier', async () => {
  await open({ window: 20, lanes: 4 });
  const [one, two] = [await addRunning(world.db, { size: 100 }), await addRunning(world.db, { size: 100 })];
  const doneAt: Record<string, number> = {};
  let most = 0;
  // Compiled before, and begun before the first mail leaves: neither has a start on the other.
  for (const id of [one, two]) await sender.deps.mails.skeletonOf(id);
  const bothBegun = until(
    async () => (await batchesOf(world.db, one)).length + (await batchesOf(world.db, two)).length === 2,
    60_000,
    () => 'the batches did not begin',
  );
  peer.script = async (stage) => {
    if (stage === 'mail') await bothBegun;
    if (stage !== 'message') return undefined;
    const intents = await world.db
      .selectFrom('delivery')
      .select('contact_id')
      .where('state', '=', 'sending')
      .execute();
    most = Math.max(most, intents.length);
    return undefined;
  };
  const run = async (id: string): Promise<void> => {
    await sendBatch(sender.deps, id, { size: 100 });
    doneAt[id] = peer.accepted.length;
  };
  await Promise.all([run(one), run(two)]);
  expect(peer.accepted).toHaveLength(200);
  expect(most).toBeLessThanOrEqual(20);
  // Evenly shared, both end near each other; one after the other the first would end at 100.
  expect(Math.min(...Object.values(doneAt))).toBeGreaterThan(130);
});
