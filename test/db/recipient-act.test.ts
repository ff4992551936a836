import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actAtOnce } from '../../db/act-at-once.ts';
import { finishBatch, openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { setMainGate } from '../../db/main-gate.ts';
import { pauseCampaign } from '../../db/pause.ts';
import { readPlan } from '../../db/plan-state.ts';
import { recordTrouble } from '../../db/relay-trouble.ts';
import { settleInDoubt } from '../../db/settlement.ts';
import type { RecipientAction } from '../../domain/recipient-act.ts';
import type { Settlement } from '../../domain/settle.ts';
import { addContacts, addRunning, countsOf, historyOf, ledgerOf, useDatabase } from '../support/campaigns.ts';

const world = useDatabase();
const gapMs = 1_200_000;
let id: string;
let people: string[];
/** Acts are judged by the real clock, and the campaign began a moment ago. */
let now: number;

beforeAll(() => addContacts(world.db, 10));
beforeEach(async () => {
  id = await addRunning(world.db, { size: 3, gapMs });
  people = (await ledgerOf(world.db, id)).map(({ contact_id }) => contact_id);
  now = Date.now();
});

const who = (n: number): string => people[n] ?? '';
const act = (action: RecipientAction, n: number, change: object = {}) =>
  actAtOnce(world.db, {
    campaignId: id,
    action,
    by: 'anna',
    reason: 'asked on the phone',
    request: { contactId: who(n) },
    expectedVersion: null,
    ...change,
  });
const rowOf = async (n: number) => (await ledgerOf(world.db, id)).find((row) => row.contact_id === who(n));
const acts = async () => (await historyOf(world.db, id)).filter(({ action }) => action !== 'start');
const versionNow = async () =>
  (await world.db.selectFrom('campaign').select('version').where('id', '=', id).executeTakeFirstOrThrow())
    .version;

async function batch(number: number, size: number) {
  const opened = await openBatch(world.db, { campaignId: id, number, size, plannedAt: now, at: now });
  if (opened.kind !== 'open') throw new Error('closed');
  const { token } = opened;
  const claim = async (limit: number) => {
    const claimed = await claimNextRecipients(world.db, {
      campaignId: id,
      batch: number,
      token,
      limit,
      now: Date.now(),
    });
    return claimed.kind === 'claimed' ? claimed.intents.map(({ recipient }) => recipient.contactId) : [];
  };
  const settle = async (contactId: string, change: Partial<Settlement> = {}) => {
    const settlement: Settlement = {
      state: 'sent',
      reply: null,
      reason: null,
      nextAttemptAt: null,
      ...change,
    };
    await recordOutcomes(world.db, id, token, [{ contactId, settlement }]);
  };
  return { opened, claim, settle, finish: () => finishBatch(world.db, id, number, token) };
}

describe('skipping one recipient', () => {
  test('takes them out for good, with who and why, and is history; twice is once', async () => {
    const version = await versionNow();
    expect(await act('skip', 0)).toMatchObject({ applied: true, state: 'running' });
    expect(await act('skip', 0)).toEqual({ applied: false, state: 'running', refusal: null });
    expect(await rowOf(0)).toMatchObject({ state: 'skipped', reason_code: 'skippedByPerson' });
    expect(await acts()).toEqual([
      {
        id: expect.any(String),
        action: 'skip',
        by: 'anna',
        via: 'api',
        from: { contactId: who(0), state: 'planned' },
        to: { contactId: who(0), state: 'skipped' },
        reason: 'asked on the phone',
      },
    ]);
    expect(await versionNow()).toBe(version + 1);
    const { claim } = await batch(1, 3);
    expect(await claim(3)).toEqual([who(1), who(2), who(3)]);
  });

  test('is refused for one on the wire and one that was sent, and changes nothing', async () => {
    const { claim, settle } = await batch(1, 3);
    await claim(2);
    await settle(who(0));
    for (const [n, detail] of [
      [0, 'this delivery is sent; it has left and cannot be taken back'],
      [1, 'this delivery is sending; it is on the wire, wait for its outcome'],
    ] as const)
      expect(await act('skip', n)).toEqual({
        applied: false,
        state: 'running',
        refusal: { code: 'conflict', detail },
      });
    expect(await acts()).toEqual([]);
    const kept = await sql<{ detail: string }>`select refusal ->> 'detail' as detail from control
      where campaign_id = ${id} and refusal is not null`.execute(world.db);
    expect(kept.rows).toHaveLength(2);
  });

  test('of somebody who saw an older version is stale', async () => {
    const version = await versionNow();
    await act('skip', 0);
    expect(await act('skip', 1, { expectedVersion: version })).toMatchObject({
      refusal: { code: 'stale', expectedVersion: version, version: version + 1 },
    });
  });
});

describe('sending one recipient’s mail at once', () => {
  test('is a batch 0 of its own, from which no gap counts', async () => {
    const first = await batch(1, 3);
    for (const contactId of await first.claim(3)) await first.settle(contactId);
    await first.finish();
    const due = await readPlan(world.db, id, Date.now());
    expect(due.step).toMatchObject({ kind: 'wait', batch: { number: 2, at: now + gapMs } });

    await act('sendNow', 9);
    expect(await act('sendNow', 9)).toMatchObject({ applied: false, refusal: null });
    expect((await readPlan(world.db, id, Date.now())).step).toMatchObject({
      kind: 'batch',
      batch: { number: 0, size: 1, continues: false },
    });
    const single = await batch(0, 1);
    expect(single.opened).toMatchObject({ kind: 'open', left: 1 });
    expect(await single.claim(5)).toEqual([who(9)]);
    await single.settle(who(9));
    await single.finish();
    expect((await readPlan(world.db, id, Date.now())).step).toEqual(due.step);
    // Again: batch 0 grows.
    await act('sendNow', 8);
    expect((await batch(0, 1)).opened).toMatchObject({ kind: 'open', left: 1, size: 2 });
    expect(await acts()).toMatchObject([
      { action: 'sendNow', from: { state: 'planned' }, to: { batch: 0 } },
      { action: 'sendNow' },
    ]);
  });

  test('goes first in a batch under way, and uses up one of its places', async () => {
    const { claim } = await batch(1, 3);
    expect(await claim(1)).toEqual([who(0)]);
    await act('sendNow', 7);
    expect(new Set(await claim(2))).toEqual(new Set([who(7), who(1)]));
  });

  test('takes a deferred mail at once; deferred again it waits its own time', async () => {
    const { claim, settle } = await batch(1, 3);
    await claim(1);
    await settle(who(0), { state: 'deferred', nextAttemptAt: Date.now() + 3_600_000 });
    await act('sendNow', 0);
    const single = await batch(0, 1);
    expect(await single.claim(1)).toEqual([who(0)]);
    await single.settle(who(0), { state: 'deferred', nextAttemptAt: Date.now() + 3_600_000 });
    expect(await rowOf(0)).toMatchObject({ state: 'deferred', send_now_at: null });
    expect((await readPlan(world.db, id, Date.now())).step).toMatchObject({ batch: { number: 1 } });
  });

  test('is still wanted when it was given back on its way', async () => {
    await act('sendNow', 4);
    const single = await batch(0, 1);
    await single.claim(1);
    await single.settle(who(4), { state: 'planned' });
    expect((await readPlan(world.db, id, Date.now())).step).toMatchObject({ batch: { number: 0, size: 1 } });
  });

  test('is no more wanted after a doubt was settled: that goes back into the plan', async () => {
    await act('sendNow', 4);
    const single = await batch(0, 1);
    await single.claim(1);
    await single.settle(who(4), { state: 'inDoubt' });
    await settleInDoubt(world.db, {
      campaignId: id,
      contactId: who(4),
      as: 'notSent',
      by: 'anna',
      reason: null,
    });
    expect(await rowOf(4)).toMatchObject({ state: 'planned', send_now_at: null });
  });

  test('is refused, with the reason, whenever nothing may leave', async () => {
    const refused = async (detail: unknown) =>
      expect(await act('sendNow', 5)).toMatchObject({
        applied: false,
        refusal: { code: 'conflict', detail },
      });
    await setMainGate(world.db, { open: false, by: 'anna', reason: null });
    await refused('the main gate is closed: nothing leaves; open it, then send');
    await setMainGate(world.db, { open: true, by: 'anna', reason: null });
    const { address = '' } = (await rowOf(5)) ?? {};
    await sql`insert into suppression values (${address}, null, 'unsubscribed', 'link')`.execute(world.db);
    await refused('the address is suppressed and not to be mailed; its explanation says why');
    await sql`delete from suppression`.execute(world.db);
    await recordTrouble(world.db, id, 'relayUnreachable', 'connection refused', Date.now());
    await refused(expect.stringMatching(/^the relay takes no mails \(relayUnreachable since /));
    await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
    await refused('the campaign is paused: nothing leaves; resume it, then send');
    expect((await rowOf(5))?.send_now_at).toBeNull();
  });

  test('does not outlive a pause that came first: it leaves after the resume, before the others', async () => {
    await act('sendNow', 5);
    await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
    expect((await readPlan(world.db, id, Date.now())).step).toEqual({ kind: 'closed', by: 'paused' });
  });
});

describe('moving one recipient to the end', () => {
  test('puts them behind everybody, each time a place of its own; the last one stays', async () => {
    await act('moveToEnd', 0);
    expect(await act('moveToEnd', 0)).toMatchObject({ applied: false, refusal: null });
    await act('moveToEnd', 1);
    await act('moveToEnd', 0);
    const order = (await ledgerOf(world.db, id)).map(({ contact_id }) => people.indexOf(contact_id));
    expect(order).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 1, 0]);
    expect(new Set((await ledgerOf(world.db, id)).map(({ position }) => position)).size).toBe(10);
    expect((await acts()).map(({ from, to }) => [from?.['position'], to?.['position']])).toEqual([
      [1, 11],
      [2, 12],
      [11, 13],
    ]);
    expect(await countsOf(world.db, id)).toEqual({ total: 10, planned: 10 });
  });

  test('is refused for a deferred one, which has its own time', async () => {
    const { claim, settle } = await batch(1, 3);
    await claim(1);
    await settle(who(0), { state: 'deferred', nextAttemptAt: Date.UTC(2100, 0) });
    expect(await act('moveToEnd', 0)).toMatchObject({
      refusal: {
        detail:
          'this delivery is deferred and tried again at 2100-01-01T00:00:00Z: it has no place in the plan to move',
      },
    });
  });
});

test('acts, claims and outcomes at the same moment never lock each other out, and nobody is lost', async () => {
  const { claim, settle } = await batch(1, 9);
  const claiming = async () => {
    for (let n = 0; n < 4; n++) for (const contactId of await claim(2)) await settle(contactId);
  };
  await Promise.all([
    claiming(),
    claiming(),
    ...[9, 8, 7].flatMap((n) => [act('sendNow', n), act('moveToEnd', n), act('skip', n)]),
  ]);
  const { total, sent = 0, skipped = 0, planned = 0 } = await countsOf(world.db, id);
  expect(sent + skipped + planned).toBe(total);
});
