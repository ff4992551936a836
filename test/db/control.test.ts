import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Application, ControlArguments } from '../../db/control-act.ts';
import { applyControl, requestControl } from '../../db/control.ts';
import { openBatch } from '../../db/ledger/batch.ts';
import { holdCampaign, pauseCampaign, readPause } from '../../db/pause.ts';
import { readPlan } from '../../db/plan-state.ts';
import { recordTrouble } from '../../db/relay-trouble.ts';
import {
  addContacts,
  addDraft,
  addRunning,
  batchesOf,
  historyOf,
  useDatabase,
  workflowTime,
} from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;
const pace = { size: 50, gapMs: 1_200_000 };
let id: string;

beforeAll(() => addContacts(world.db, 10));
beforeEach(async () => {
  id = await addRunning(world.db);
});

const apply = (
  action: Application['action'],
  request: ControlArguments = {},
  change: Partial<Application> = {},
) =>
  applyControl(world.db, {
    campaignId: id,
    controlId: randomUUID(),
    action,
    via: 'temporal',
    at: now,
    request,
    ...change,
  });

/** As the API does it: the row first, then the message that carries its id. */
async function ask(
  action: Application['action'],
  request: ControlArguments,
  expectedVersion: number | null = null,
) {
  const { controlId } = await requestControl(world.db, {
    campaignId: id,
    action,
    by: 'anna',
    reason: 'too many calls',
    request,
    expectedVersion,
  });
  return { controlId, apply: () => apply(action, {}, { controlId, via: 'api' }) };
}

const acts = async () => (await historyOf(world.db, id)).filter(({ action }) => action !== 'start');
const campaign = () =>
  world.db.selectFrom('campaign').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const eventTypes = async () =>
  await world.db
    .selectFrom('campaign_event')
    .select(['type', 'data'])
    .where('campaign_id', '=', id)
    .orderBy('id')
    .execute();

describe('every act that comes into force is history', () => {
  test('with who, why, from what and to what', async () => {
    await (await ask('setPace', { size: 100, gapMs: 600_000 })).apply();
    expect(await acts()).toEqual([
      {
        id: expect.any(String),
        action: 'setPace',
        by: 'anna',
        via: 'api',
        from: pace,
        to: { size: 100, gapMs: 600_000 },
        reason: 'too many calls',
      },
    ]);
  });

  test('by a signal from outside as Temporal’s, by a guard as the guard’s with its cause', async () => {
    await apply('pause');
    await apply('resume');
    await recordTrouble(world.db, id, 'loginRefused', '535 5.7.8 wrong password', now);
    await apply('hold', { cause: 'loginRefused' }, { via: 'guard' });
    expect(await acts()).toMatchObject([
      { action: 'pause', by: 'temporal', to: { state: 'paused', inFlight: 0 } },
      { action: 'resume', by: 'temporal', from: { state: 'paused' }, to: { state: 'running' } },
      {
        action: 'hold',
        by: 'guard:relay',
        to: { state: 'held', cause: 'loginRefused' },
        reason: 'loginRefused: 535 5.7.8 wrong password',
      },
    ]);
  });

  test('and is announced to screens in order', async () => {
    const { length } = await eventTypes();
    await (await ask('pause', {})).apply();
    expect((await eventTypes()).slice(length)).toMatchObject([
      { type: 'control', data: { action: 'pause', by: 'anna', reason: 'too many calls' } },
      { type: 'state', data: { from: 'running', to: 'paused' } },
    ]);
  });

  test('but one that only was asked for is not', async () => {
    await ask('pause', {});
    expect(await acts()).toEqual([]);
    expect((await campaign()).state).toBe('running');
  });
});

test('a repeated message is answered and not repeated, even when the state has changed meanwhile', async () => {
  const pausing = await ask('pause', {});
  expect(await pausing.apply()).toMatchObject({ applied: true, state: 'paused' });
  await apply('resume');
  expect(await pausing.apply()).toEqual({ applied: true, state: 'running', effect: null });
  expect((await campaign()).state).toBe('running');
  expect(await acts()).toHaveLength(2);
});

test('the same message on many connections at once comes into force once', async () => {
  const { controlId } = await ask('setPace', { size: 10, gapMs: 60_000 });
  await Promise.all(Array.from({ length: 8 }, () => apply('setPace', {}, { controlId, via: 'api' })));
  expect(await acts()).toHaveLength(1);
  expect((await campaign()).version).toBe(3);
});

test('what is already the case is answered and adds nothing', async () => {
  expect(await apply('setPace', pace)).toEqual({ applied: false, state: 'running', refusal: null });
  expect(await apply('resume')).toEqual({ applied: false, state: 'running', refusal: null });
  expect(await acts()).toEqual([]);
  expect((await campaign()).version).toBe(2);
});

describe('an act is refused', () => {
  test('when the campaign was changed since the person saw it', async () => {
    const stale = await ask('cancel', {}, 1);
    const refusal = { code: 'stale', expectedVersion: 1, version: 2 };
    expect(await stale.apply()).toEqual({ applied: false, state: 'running', refusal });
    expect(await stale.apply()).toEqual({ applied: false, state: 'running', refusal });
    expect((await campaign()).state).toBe('running');
  });

  test.each([
    [{ size: 0, gapMs: 60_000 }, 'pace size must be 1–100000 (got 0); to stop sending, pause the campaign'],
    [{ size: 5, gapMs: 1 }, 'pace gap must be 1s–366d (got 1 ms); for the fastest, use a larger size'],
    [{}, 'a pace is size and gap, or perHour, or finishBy (got 0 of them); give exactly one'],
    [{ size: 5 }, 'pace gap must be 1s–366d (got NaN ms); for the fastest, use a larger size'],
  ])('when the pace is none: %o', async (request, detail) => {
    expect(await apply('setPace', request)).toMatchObject({
      applied: false,
      refusal: { code: 'invalid', detail },
    });
    expect(await campaign()).toMatchObject({ size: 50, gap_ms: 1_200_000 });
  });

  test('when a start is moved into the past', async () => {
    const startAt = new Date(Date.now() + 3_600_000);
    id = await addRunning(world.db, { startAt });
    const at = Date.now();
    expect(await apply('reschedule', { startAt: at - 1 }, { at })).toMatchObject({
      refusal: { code: 'invalid' },
    });
    expect((await campaign()).start_at).toEqual(startAt);
  });

  test('when the state does not allow it, with what would be possible', async () => {
    await apply('cancel');
    expect(await apply('resume')).toEqual({
      applied: false,
      state: 'cancelling',
      refusal: { code: 'wrongState', state: 'cancelling', possible: [] },
    });
  });

  test('when a hold is to be left by somebody who does not say that they saw its cause', async () => {
    await holdCampaign(world.db, id, 'complaintRate');
    expect(await apply('resume')).toMatchObject({
      applied: false,
      refusal: { code: 'needsAcknowledgement' },
    });
    expect(await apply('resume', { acknowledge: true })).toMatchObject({ applied: true, state: 'running' });
  });
});

describe('a new pace', () => {
  test('shrinks the batch under way when it is smaller, and leaves it when it is larger', async () => {
    await openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now });
    await apply('setPace', { size: 80, gapMs: 60_000 });
    expect((await batchesOf(world.db, id))[0]?.size).toBe(50);
    await apply('setPace', { size: 20, gapMs: 60_000 });
    expect((await batchesOf(world.db, id))[0]?.size).toBe(20);
  });
});

describe('resume', () => {
  test('sends nothing before its own instant: what a pause missed is not caught up', async () => {
    await apply('pause');
    await apply('resume', {}, { at: now + 1_000 });
    expect((await readPlan(world.db, id, now)).step).toMatchObject({
      kind: 'wait',
      because: 'resumed',
      batch: { at: now + 1_000 },
    });
  });

  test('of a campaign that was not due yet leaves it scheduled', async () => {
    const startAt = new Date(Date.now() + 3_600_000);
    id = await addRunning(world.db, { startAt });
    await apply('pause', {}, { at: Date.now() });
    expect(await apply('resume', {}, { at: Date.now() })).toMatchObject({ state: 'scheduled' });
    expect((await readPlan(world.db, id, Date.now())).step).toMatchObject({
      kind: 'wait',
      because: 'startAt',
    });
  });

  test('forgets the relay’s trouble: it is tried at once', async () => {
    await recordTrouble(world.db, id, 'relayUnreachable', 'refused', now);
    await apply('pause');
    await apply('resume');
    expect((await readPlan(world.db, id, now)).step.kind).toBe('batch');
  });
});

describe('pause and hold', () => {
  test('a pause says who, why and since when, until it is left', async () => {
    await pauseCampaign(world.db, {
      campaignId: id,
      by: 'anna',
      reason: 'too many calls',
      expectedVersion: null,
    });
    expect(await readPause(world.db, id)).toMatchObject({
      by: 'anna',
      reason: 'too many calls',
      inFlight: 0,
    });
    await apply('resume');
    expect(await readPause(world.db, id)).toBeNull();
  });

  test('a pause of a stale view or of an ended campaign is refused', async () => {
    const pause = (expectedVersion: number | null) =>
      pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion });
    expect(await pause(1)).toMatchObject({ refusal: { code: 'stale' } });
    await apply('cancel');
    expect(await pause(null)).toMatchObject({ refusal: { code: 'wrongState', state: 'cancelling' } });
  });

  test('a draft cannot be paused', async () => {
    id = await addDraft(world.db);
    expect(
      await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null }),
    ).toEqual({
      refusal: { code: 'wrongState', state: 'draft', possible: ['start'] },
    });
  });

  test('acts, pauses and batch attempts at the same moment never lock each other out', async () => {
    const rounds = Array.from({ length: 15 }, (_, i) => i);
    await Promise.all([
      ...rounds.map(() =>
        openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now }),
      ),
      ...rounds.map(() =>
        pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null }),
      ),
      ...rounds.map(() => apply('resume')),
      ...rounds.map((i) => apply('setPace', { size: i + 1, gapMs: 60_000 })),
    ]);
    expect(['running', 'paused']).toContain((await campaign()).state);
  });
});
