import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBatch, settleAttempt } from '../../../db/ledger/batch.ts';
import { claimNextRecipients, type Intent } from '../../../db/ledger/claim.ts';
import { giveBackUnknown } from '../../../db/ledger/look.ts';
import { recordOutcomes } from '../../../db/ledger/outcomes.ts';
import type { Settlement } from '../../../domain/settle.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;

let id: string;
let token: number;

beforeAll(() => addContacts(world.db, 10));
beforeEach(async () => {
  id = await addRunning(world.db);
  token = await begin();
});

async function begin(): Promise<number> {
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now });
  if (opened.kind !== 'open') throw new Error('the gate is closed');
  return opened.token;
}

async function claim(limit: number, at = now): Promise<Intent[]> {
  const claimed = await claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit, now: at });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  return claimed.intents;
}

const sent: Settlement = {
  state: 'sent',
  reply: { code: 250, enhanced: '2.0.0', text: 'queued' },
  reason: null,
  nextAttemptAt: null,
};
const failed: Settlement = {
  state: 'failed',
  reply: { code: 550, enhanced: '5.1.1', text: 'no such user' },
  reason: { code: 'userUnknown', text: 'no such user' },
  nextAttemptAt: null,
};
const deferred: Settlement = {
  state: 'deferred',
  reply: { code: 451, enhanced: null, text: 'later' },
  reason: { code: 'deferred', text: 'later' },
  nextAttemptAt: now + 300_000,
};
const givenBack: Settlement = { state: 'planned', reply: null, reason: null, nextAttemptAt: null };

const record = (intents: readonly Intent[], settlement: Settlement, withToken = token) =>
  recordOutcomes(
    world.db,
    id,
    withToken,
    intents.map(({ recipient, claimedAt }) => ({ contactId: recipient.contactId, claimedAt, settlement })),
  );

async function rowOf(intent: Intent | undefined) {
  return (await ledgerOf(world.db, id)).find((row) => row.contact_id === intent?.recipient.contactId);
}

const attemptsOf = () =>
  world.db
    .selectFrom('attempt')
    .select(['number', 'outcome', 'code', 'reply'])
    .where('campaign_id', '=', id)
    .orderBy('number')
    .orderBy('at')
    .execute();

test('every outcome keeps the relay’s code, enhanced code and words, and when it was known', async () => {
  const [a, b, c] = await claim(3);
  expect(await record(a ? [a] : [], sent)).toBe(1);
  await record(b ? [b] : [], failed);
  await record(c ? [c] : [], deferred);
  expect(await rowOf(a)).toMatchObject({
    state: 'sent',
    code: 250,
    enhanced: '2.0.0',
    reply: 'queued',
    reason_code: null,
  });
  expect(await rowOf(b)).toMatchObject({
    state: 'failed',
    code: 550,
    reason_code: 'userUnknown',
    settled_at: expect.any(Date),
  });
  expect(await rowOf(c)).toMatchObject({
    state: 'deferred',
    code: 451,
    enhanced: null,
    next_attempt_at: new Date(now + 300_000),
  });
  expect(await countsOf(world.db, id)).toEqual({ planned: 7, sent: 1, failed: 1, deferred: 1, total: 10 });
});

test('attempts that did not end in an acceptance are kept, and the one that did after them', async () => {
  const first = await claim(1);
  await record(first, deferred);
  await record(await claim(1, now + 300_000), sent);
  expect(await attemptsOf()).toEqual([
    { number: 1, outcome: 'deferred', code: 451, reply: 'later' },
    { number: 2, outcome: 'sent', code: 250, reply: 'queued' },
  ]);
});

test('a group that is written twice, because the first answer was lost, counts once', async () => {
  const intents = await claim(3);
  expect(await record(intents, deferred)).toBe(3);
  expect(await record(intents, deferred)).toBe(0);
  expect(await attemptsOf()).toHaveLength(3);
});

describe('a mail that was given back', () => {
  test('is as if it had never been claimed', async () => {
    const before = await ledgerOf(world.db, id);
    await record(await claim(3), givenBack);
    expect(await ledgerOf(world.db, id)).toEqual(before);
  });

  test('keeps its first attempt when there was one, and is due at once', async () => {
    await record(await claim(1), deferred);
    await record(await claim(1, now + 300_000), givenBack);
    const [row] = await ledgerOf(world.db, id);
    expect(row).toMatchObject({
      state: 'planned',
      attempts: 1,
      first_attempt_at: new Date(now),
      mail_date: expect.any(Date),
    });
    expect((await claim(1))[0]?.recipient.contactId).toBe(row?.contact_id);
  });

  test('is not given back a second time when its group is written again after the same attempt has claimed it anew', async () => {
    const intents = await claim(1);
    await record(intents, givenBack);
    const again = await claim(1);
    expect(again[0]?.recipient.contactId).toBe(intents[0]?.recipient.contactId);
    expect(await record(intents, givenBack)).toBe(0);
    expect(await countsOf(world.db, id)).toEqual({ planned: 9, sending: 1, total: 10 });
    expect(await record(again, sent)).toBe(1);
  });

  test('is not taken back by a repeated writing after somebody else has claimed it', async () => {
    const intents = await claim(1);
    await record(intents, givenBack);
    const old = token;
    token = await begin();
    await claim(1);
    expect(await record(intents, givenBack, old)).toBe(0);
    expect(await countsOf(world.db, id)).toEqual({ planned: 9, sending: 1, total: 10 });
  });
});

test('a claim whose answer was lost is given back as if it had never been', async () => {
  const before = await ledgerOf(world.db, id);
  await claim(4);
  await giveBackUnknown(world.db, id, token);
  expect(await ledgerOf(world.db, id)).toEqual(before);
});

describe('a worker that was replaced', () => {
  let intents: Intent[];
  let old: number;

  beforeEach(async () => {
    intents = await claim(4);
    old = token;
    token = await begin();
  });

  test('leaves its intents in doubt, with the reason, and their attempts are kept', async () => {
    expect(await countsOf(world.db, id)).toEqual({ planned: 6, inDoubt: 4, total: 10 });
    expect(await rowOf(intents[0])).toMatchObject({
      state: 'inDoubt',
      reason_code: 'noOutcome',
      batch: 1,
      token: old,
    });
    expect((await attemptsOf()).map(({ outcome }) => outcome)).toEqual([
      'inDoubt',
      'inDoubt',
      'inDoubt',
      'inDoubt',
    ]);
  });

  test('still settles its doubts when its replies come late', async () => {
    expect(await record(intents.slice(0, 2), sent, old)).toBe(2);
    expect(await record(intents.slice(2, 3), failed, old)).toBe(1);
    expect(await countsOf(world.db, id)).toEqual({ planned: 6, sent: 2, failed: 1, inDoubt: 1, total: 10 });
  });

  test('cannot speak about rows of its successor', async () => {
    const others = await claim(2);
    expect(await record(others, failed, old)).toBe(0);
    expect(await countsOf(world.db, id)).toEqual({ planned: 4, sending: 2, inDoubt: 4, total: 10 });
  });

  test('gives the next one what is left of the size: its doubts have used theirs', async () => {
    const opened = await openBatch(world.db, {
      campaignId: id,
      number: 1,
      size: 50,
      plannedAt: now,
      at: now,
    });
    expect(opened).toMatchObject({ kind: 'open', left: 46, size: 50 });
  });
});

test('an attempt that is ended from outside leaves its intents in doubt and can commit nothing more', async () => {
  await claim(3);
  expect(await settleAttempt(world.db, id)).toBe(3);
  expect(await settleAttempt(world.db, id)).toBe(0);
  expect(await countsOf(world.db, id)).toEqual({ planned: 7, inDoubt: 3, total: 10 });
  await expect(claim(1)).rejects.toThrow('fenced');
});

test('counts sum to the total in every moment of a busy ledger', async () => {
  const steps = [deferred, givenBack, sent, failed];
  const work = (async () => {
    for (let step = steps[0]; step !== undefined; step = steps[0]) {
      await record(await claim(2), step);
      steps.shift();
    }
  })();
  do {
    const { total, ...states } = await countsOf(world.db, id);
    expect(Object.values(states).reduce((sum, n) => sum + n, 0)).toBe(10);
    expect(total).toBe(10);
  } while (steps.length > 0);
  await work;
});
