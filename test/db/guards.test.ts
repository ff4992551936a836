import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actAtOnce } from '../../db/act-at-once.ts';
import { recordComplaints } from '../../db/complaints.ts';
import { applyControl } from '../../db/control.ts';
import { readFindings } from '../../db/guards.ts';
import { openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { setMainGate } from '../../db/main-gate.ts';
import { holdCampaign, readPause } from '../../db/pause.ts';
import { readDecidedPlan, readPlan } from '../../db/plan-state.ts';
import { defaultGuards, type Guards } from '../../domain/guards.ts';
import type { Settlement } from '../../domain/settle.ts';
import {
  addContacts,
  addRunning,
  historyOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;
let id: string;

beforeAll(() => addContacts(world.db, 60));
beforeEach(async () => {
  id = await addRunning(world.db, { size: 100, gapMs: 1_200_000 });
});

/** Makes `count` attempts with the same outcome, in groups as a sender writes them. */
async function attempt(count: number, change: Partial<Settlement>, group = 4): Promise<void> {
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 100, plannedAt: now, at: now });
  if (opened.kind !== 'open') throw new Error('closed');
  const { token } = opened;
  const claim = await claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit: count, now });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const settlement: Settlement = { state: 'sent', reply: null, reason: null, nextAttemptAt: null, ...change };
  for (let n = 0; n < claim.intents.length; n += group)
    await recordOutcomes(
      world.db,
      id,
      token,
      claim.intents.slice(n, n + group).map(({ recipient: { contactId } }) => ({ contactId, settlement })),
    );
}
const hard = { state: 'failed', hard: true } as const;
const deferred = { state: 'deferred', nextAttemptAt: now + 60_000 } as const;
const setGuards = async (guards: Partial<Guards>) =>
  actAtOnce(world.db, {
    campaignId: id,
    action: 'setGuards',
    by: 'anna',
    reason: null,
    request: { guards: { ...defaultGuards, ...guards } },
    expectedVersion: null,
  });
const step = async (at = now) => (await readPlan(world.db, id, at)).step;
const warnings = async () => (await readDecidedPlan(world.db, id, now)).warnings;
const hold = (cause: string) =>
  applyControl(world.db, {
    campaignId: id,
    controlId: randomUUID(),
    action: 'hold',
    via: 'guard',
    at: now,
    request: { cause },
  });
const resume = (acknowledge: boolean) =>
  applyControl(world.db, {
    campaignId: id,
    controlId: randomUUID(),
    action: 'resume',
    via: 'temporal',
    at: now,
    request: { acknowledge },
  });

describe('hard bounces', () => {
  test('are counted among the last attempts, and from the threshold on the plan wants a hold', async () => {
    await setGuards({ hardBounces: { share: 0.25, of: 20 } });
    await attempt(12, {});
    await attempt(4, hard, 1);
    expect((await step()).kind).toBe('batch');
    expect(await warnings()).toMatchObject([{ guard: 'hardBounces', level: 'warn', value: 0.2 }]);
    await attempt(1, hard);
    expect(await step()).toEqual({ kind: 'hold', cause: 'hardBounces' });
    // The good ones of later push the bad ones out of the window.
    await attempt(20, {});
    expect((await step()).kind).toBe('batch');
  });

  test('of a soft kind do not count, and what was given back was no attempt', async () => {
    await setGuards({ hardBounces: { share: 0.25, of: 4 } });
    await attempt(10, { state: 'failed' });
    await attempt(4, { state: 'planned' });
    expect(await readFindings(world.db, id, now, null)).toEqual([]);
  });

  test('hold with value, threshold and what to check, as a guard and no person', async () => {
    await attempt(9, hard);
    expect(await step()).toEqual({ kind: 'hold', cause: 'hardBounces' });
    await hold('hardBounces');
    const reason =
      "hard bounces 9 of 9 so far, counted as 100 (9 %), threshold 8 %: check the list's age and source";
    expect(await readPause(world.db, id)).toMatchObject({ by: 'guard:hardBounces', reason });
    expect((await historyOf(world.db, id)).at(-1)).toMatchObject({
      action: 'hold',
      by: 'guard:hardBounces',
      via: 'guard',
      to: { state: 'held', cause: 'hardBounces', value: 0.09, threshold: 0.08 },
      reason,
    });
    expect((await step()).kind).toBe('closed');
  });

  test('that somebody has acknowledged do not hold once more; new ones do', async () => {
    await attempt(9, hard);
    await hold('hardBounces');
    expect(await resume(false)).toMatchObject({ applied: false, refusal: { code: 'needsAcknowledgement' } });
    expect(await resume(true)).toMatchObject({ applied: true, state: 'running' });
    expect((await step()).kind).toBe('batch');
    expect(await warnings()).toEqual([]);
    await attempt(7, hard);
    expect((await step()).kind).toBe('batch');
    await attempt(1, hard);
    expect(await step()).toEqual({ kind: 'hold', cause: 'hardBounces' });
  });

  test('are not forgotten by a pause and resume of a person', async () => {
    await attempt(7, hard);
    const act = (action: 'pause' | 'resume') =>
      applyControl(world.db, {
        campaignId: id,
        controlId: randomUUID(),
        action,
        via: 'temporal',
        at: now,
        request: {},
      });
    await act('pause');
    await act('resume');
    await attempt(1, hard);
    expect(await step()).toEqual({ kind: 'hold', cause: 'hardBounces' });
  });
});

test('a storm of deferrals holds', async () => {
  await setGuards({ deferrals: { share: 0.5, of: 20 } });
  await attempt(9, deferred);
  expect((await step()).kind).toBe('batch');
  await attempt(1, deferred);
  expect(await step()).toEqual({ kind: 'hold', cause: 'deferrals' });
});

test('a guard that is off holds nothing', async () => {
  await setGuards({ hardBounces: null });
  await attempt(60, hard);
  expect((await step()).kind).toBe('batch');
  expect(await readFindings(world.db, id, now, null)).toEqual([]);
});

describe('complaints', () => {
  const complain = async (n: number, eventId: string) => {
    const { contact_id: contactId } = (await ledgerOf(world.db, id))[n] ?? { contact_id: '' };
    return recordComplaints(world.db, id, [
      { eventId, contactId, address: null, at: new Date(), source: 'feedback loop' },
    ]);
  };

  test('count people, each event once, and suppress the address for the stream', async () => {
    await attempt(10, {});
    expect(await complain(0, 'a')).toEqual({ recorded: 1 });
    expect(await complain(0, 'a')).toEqual({ recorded: 0 });
    expect(await complain(0, 'b')).toEqual({ recorded: 1 });
    expect(await warnings()).toMatchObject([
      { guard: 'complaints', level: 'warn', value: 0.001, threshold: 0.003 },
    ]);
    await complain(1, 'c');
    await complain(2, 'd');
    expect(await step()).toEqual({ kind: 'hold', cause: 'complaints' });
    const { rows } = await sql`select stream, reason, source from suppression`.execute(world.db);
    expect(rows).toEqual(
      Array.from({ length: 3 }, () => ({ stream: 'campaign', reason: 'complaint', source: 'feedback loop' })),
    );
    await sql`delete from suppression`.execute(world.db);
  });

  test('that were acknowledged do not hold once more', async () => {
    for (const n of [0, 1, 2]) await complain(n, `e${n}`);
    await hold('complaints');
    await resume(true);
    expect((await step()).kind).toBe('batch');
    await sql`delete from suppression`.execute(world.db);
  });

  test('of a stranger refuse all', async () => {
    const [first] = await ledgerOf(world.db, id);
    const event = { at: new Date(), source: 'x', address: null };
    expect(
      await recordComplaints(world.db, id, [
        { ...event, eventId: '1', contactId: first?.contact_id ?? '' },
        { ...event, eventId: '2', contactId: randomUUID() },
        { ...event, eventId: '3', contactId: null, address: 'nobody@example.com' },
      ]),
    ).toEqual({ unknown: [1, 2] });
    expect(
      await world.db.selectFrom('complaint').selectAll().where('campaign_id', '=', id).execute(),
    ).toEqual([]);
  });
});

describe('behind the plan', () => {
  const late = 5 * 3_600_000;

  test('holds when the next batch is late and nothing closed the campaign', async () => {
    await attempt(10, {});
    await sql`update batch set finished_at = now() where campaign_id = ${id}`.execute(world.db);
    await setGuards({ behindPlan: { byMs: late } });
    const due = now + 1_200_000;
    expect((await step(due + late - 1)).kind).toBe('batch');
    expect(await step(due + late)).toEqual({ kind: 'hold', cause: 'behindPlan', lateMs: late });
    await applyControl(world.db, {
      campaignId: id,
      controlId: randomUUID(),
      action: 'hold',
      via: 'guard',
      at: due + late,
      request: { cause: 'behindPlan', lateMs: late },
    });
    expect((await readPause(world.db, id))?.reason).toMatch(/^behind the plan by 5 h, threshold 5 h: /);
  });

  test('does not hold because the main gate was closed, nor for a batch that goes on', async () => {
    await setGuards({ behindPlan: { byMs: late } });
    const real = Date.now();
    await setMainGate(world.db, { open: false, by: 'anna', reason: null });
    await setMainGate(world.db, { open: true, by: 'anna', reason: null });
    expect((await step(real + late - 60_000)).kind).toBe('batch');
    await attempt(10, {});
    expect((await step(now + late - 1)).kind).toBe('batch');
    expect((await step(now + late)).kind).toBe('hold');
  });
});

test('a window that was closed excuses a batch that is late', async () => {
  const hours = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '08:00', to: '10:00' }];
  await world.db
    .updateTable('campaign')
    .set({ windows: JSON.stringify(hours) })
    .where('id', '=', id)
    .execute();
  await attempt(10, {});
  await setGuards({ behindPlan: { byMs: 3 * 3_600_000 } });
  const day = 86_400_000;
  // The clock of tests begins at 08:00: an hour of tomorrow's window makes three open hours in 25.
  expect((await step(now + day + 3_600_000 - 1)).kind).toBe('batch');
  expect((await step(now + day + 3_600_000)).kind).toBe('hold');
});

test('responses that held a batch back excuse that it is late', async () => {
  await setGuards({ behindPlan: { byMs: 3_600_000 } });
  await attempt(10, {});
  expect((await step(now + 2 * 3_600_000)).kind).toBe('hold');
  await world.db
    .insertInto('capacity_decision')
    .values({
      campaign_id: id,
      at: new Date(now),
      batch: 2,
      kind: 'heldBack',
      wanted: 50,
      size: 0,
      look_again_at: new Date(now + 3_600_001),
      inputs: '{}',
      sentence: 'held back: 30 of 30 open',
    })
    .execute();
  expect((await step(now + 2 * 3_600_000)).kind).toBe('batch');
  expect((await step(now + 2 * 3_600_000 + 1)).kind).toBe('hold');
});

describe('responses above the capacity', () => {
  const minutes = (n: number) => new Date(now - n * 60_000);
  const respond = async (campaignId: string, opened: number, handled: number | null = null) =>
    world.db
      .insertInto('response')
      .values({
        campaign_id: campaignId,
        source: 'api',
        event_id: randomUUID(),
        kind: 'call',
        opened_at: minutes(opened),
        handled_at: handled === null ? null : minutes(handled),
      })
      .execute();
  const capacity = async (of: object, deskId: string | null = null) =>
    world.db
      .updateTable('campaign')
      .set({ capacity: JSON.stringify(of), desk_id: deskId })
      .where('id', '=', id)
      .execute();

  test('for too long hold: since the last moment at which there were not too many', async () => {
    await capacity({ open: 2 });
    await respond(id, 90);
    await respond(id, 80);
    await respond(id, 70, 40);
    expect(await readFindings(world.db, id, now, null)).toEqual([]);
    await respond(id, 29);
    expect(await readFindings(world.db, id, now, null)).toMatchObject([
      { guard: 'overCapacity', level: 'warn', value: 29 * 60_000 },
    ]);
    // Responses hold the batch back, but the campaign is not held yet.
    expect(await step()).toMatchObject({ kind: 'wait', because: 'capacity' });
    expect((await step()).kind).not.toBe('hold');
    expect(await step(now + 60_000)).toEqual({ kind: 'hold', cause: 'overCapacity' });
    await hold('overCapacity');
    expect((await readPause(world.db, id))?.reason).toMatch(/^responses above the capacity for /);
  });

  test('do not hold where no capacity is set, nor while it is kept', async () => {
    for (let n = 0; n < 5; n++) await respond(id, 300);
    expect(await readFindings(world.db, id, now, null)).toEqual([]);
    await capacity({ open: 5 });
    expect(await readFindings(world.db, id, now, null)).toEqual([]);
  });

  test('at a desk count over all campaigns that feed it, in its working hours', async () => {
    const windows = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '07:40', to: '17:00' }];
    const { id: deskId } = await world.db
      .insertInto('desk')
      .values({ name: 'Helpdesk', capacity: 1, windows: JSON.stringify(windows), created_by: 'test' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const other = await addRunning(world.db);
    await world.db
      .updateTable('campaign')
      .set({ desk_id: deskId, capacity: JSON.stringify({ desk: deskId }) })
      .where('id', '=', other)
      .execute();
    await capacity({ desk: deskId }, deskId);
    await respond(id, 600);
    await respond(other, 600);
    // It is 08:00 at the desk: too many since yesterday evening, but only 20 minutes in which somebody worked.
    expect(await readFindings(world.db, id, now, null)).toMatchObject([
      { guard: 'overCapacity', level: 'warn', value: 20 * 60_000 },
    ]);
  });
});

test('thresholds are changed live, as history; what is set already is no act', async () => {
  const guards = { ...defaultGuards, hardBounces: null };
  expect(await setGuards({ hardBounces: null })).toMatchObject({ applied: true });
  expect(await setGuards({ hardBounces: null })).toMatchObject({ applied: false, refusal: null });
  expect((await historyOf(world.db, id)).at(-1)).toMatchObject({
    action: 'setGuards',
    from: { guards: defaultGuards },
    to: { guards },
  });
});

test('a cause that is no guard is held as before', async () => {
  await holdCampaign(world.db, id, 'workflowTerminated');
  expect(await readPause(world.db, id)).toMatchObject({ by: 'guard:temporal' });
});

test('the newest evidence among 100,000 groups is read by its index', async () => {
  await sql`insert into outcome_group (campaign_id, attempts, sent, hard, deferred)
    select ${id}, 20, 20, 0, 0 from generate_series(1, 100000)`.execute(world.db);
  await sql`analyze outcome_group`.execute(world.db);
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain (analyze, costs off, timing off) select attempts, sum(attempts) over (order by id desc) from outcome_group
    where campaign_id = ${id} and id > 0 order by id desc limit 100`.execute(world.db);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan');
  expect(plan).not.toContain('Seq Scan');
  const began = performance.now();
  await readFindings(world.db, id, now, null);
  expect(performance.now() - began).toBeLessThan(1_000);
});
