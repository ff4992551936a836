import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBatch, finishBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { setMainGate } from '../../db/main-gate.ts';
import { holdCampaign, pauseCampaign } from '../../db/pause.ts';
import { readPlan } from '../../db/plan-state.ts';
import { recordTrouble } from '../../db/relay-trouble.ts';
import { deliveryStates, mayBecome } from '../../domain/delivery-state.ts';
import { addContacts, addRunning, addStarted, useDatabase, workflowTime } from '../support/campaigns.ts';

const world = useDatabase();
const gapMs = 1_200_000;
const t0 = workflowTime;

beforeAll(() => addContacts(world.db, 120));

test('the database refuses exactly the transitions that domain/delivery-state.ts refuses', async () => {
  const id = await addRunning(world.db);
  for (const from of deliveryStates)
    for (const to of deliveryStates) {
      if (from === to) continue;
      const attempt = world.db.transaction().execute(async (trx) => {
        const where = sql`campaign_id = ${id} and position = 1`;
        // The trigger watches updates: the first state is set with the row's birth.
        await sql`create temp table born on commit drop as select * from delivery where ${where}`.execute(
          trx,
        );
        await sql`delete from delivery where ${where}`.execute(trx);
        await sql`update born set state = ${from}`.execute(trx);
        await sql`insert into delivery select * from born`.execute(trx);
        await sql`update delivery set state = ${to} where ${where}`.execute(trx);
        throw new Error('allowed');
      });
      const verdict = mayBecome(from, to) ? 'allowed' : `a delivery cannot go from ${from} to ${to}`;
      await expect(attempt, `${from} to ${to}`).rejects.toThrow(verdict);
    }
});

describe('the plan of a campaign', () => {
  const begin = async (draft = {}) => addRunning(world.db, { gapMs, ...draft });
  const open = (campaignId: string, number: number, at: number, size = 50) =>
    openBatch(world.db, { campaignId, number, size, plannedAt: at, at });

  async function send(campaignId: string, number: number, at: number, count: number): Promise<number> {
    const opened = await open(campaignId, number, at);
    if (opened.kind !== 'open') throw new Error('closed');
    const { token } = opened;
    const claim = await claimNextRecipients(world.db, {
      campaignId,
      batch: number,
      token,
      limit: count,
      now: at,
    });
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    const outcomes = claim.intents.map(({ recipient }) => ({
      contactId: recipient.contactId,
      settlement: { state: 'sent' as const, reply: null, reason: null, nextAttemptAt: null },
    }));
    await recordOutcomes(world.db, campaignId, token, outcomes);
    return token;
  }

  test('begins with batch 1 at once', async () => {
    const id = await begin();
    const { not_before } = await world.db
      .selectFrom('gate')
      .select('not_before')
      .where('campaign_id', '=', id)
      .executeTakeFirstOrThrow();
    const startedAt = not_before.getTime();
    expect(Math.abs(Date.now() - startedAt)).toBeLessThan(60_000);
    expect(await readPlan(world.db, id, t0)).toEqual({
      state: 'running',
      pace: { size: 50, gapMs },
      total: 120,
      settled: 0,
      // Due since it was started.
      step: { kind: 'batch', batch: { number: 1, size: 50, at: startedAt, continues: false } },
    });
  });

  test('before its scheduled start waits for it', async () => {
    const startAt = new Date(Date.now() + 3_600_000);
    const id = await begin({ startAt });
    const { state, step } = await readPlan(world.db, id, Date.now());
    expect(state).toBe('scheduled');
    expect(step).toMatchObject({ kind: 'wait', because: 'startAt', batch: { at: startAt.getTime() } });
  });

  test('after a batch waits for the gap and knows what is settled', async () => {
    const id = await begin();
    await finishBatch(world.db, id, 1, await send(id, 1, t0, 50));
    expect(await readPlan(world.db, id, t0 + 1)).toMatchObject({
      settled: 50,
      step: { kind: 'wait', because: 'gap', batch: { number: 2, size: 50, at: t0 + gapMs } },
    });
  });

  test('with an interrupted batch goes on with what is left of it', async () => {
    const id = await begin();
    await send(id, 1, t0, 30);
    expect(await readPlan(world.db, id, t0 + 1)).toMatchObject({
      step: { kind: 'batch', batch: { number: 1, size: 20, continues: true } },
    });
  });

  test('counts the gap from the continuation, not from the first start', async () => {
    const id = await begin();
    await send(id, 1, t0, 30);
    const again = await open(id, 1, t0 + 5 * 60_000, 20);
    if (again.kind === 'open') await finishBatch(world.db, id, 1, again.token);
    expect(await readPlan(world.db, id, t0 + gapMs)).toMatchObject({
      step: { kind: 'wait', batch: { number: 2, at: t0 + 5 * 60_000 + gapMs } },
    });
  });

  test('with trouble of the relay waits for the next try, longer each time, or wants a hold', async () => {
    const id = await begin();
    await open(id, 1, t0);
    await recordTrouble(world.db, id, 'relayUnreachable', 'connection refused', t0);
    expect(await readPlan(world.db, id, t0)).toMatchObject({
      step: { kind: 'wait', because: 'relay', batch: { at: t0 + 2_000, continues: true, size: 50 } },
    });
    await recordTrouble(world.db, id, 'relayUnreachable', 'connection refused', t0 + 2_000);
    expect(await readPlan(world.db, id, t0 + 2_000)).toMatchObject({
      step: { kind: 'wait', batch: { at: t0 + 7_000 } },
    });
    await recordTrouble(world.db, id, 'loginRefused', '535 no', t0 + 7_000);
    expect(await readPlan(world.db, id, t0 + 7_000)).toMatchObject({
      step: { kind: 'hold', cause: 'loginRefused' },
    });
  });

  test('of a closed gate says who closed it', async () => {
    const paused = await begin();
    await pauseCampaign(world.db, { campaignId: paused, by: 'anna', reason: null, expectedVersion: null });
    expect((await readPlan(world.db, paused, t0)).step).toEqual({ kind: 'closed', by: 'paused' });
    const held = await begin();
    await holdCampaign(world.db, held, 'complaintRate');
    expect((await readPlan(world.db, held, t0)).step).toEqual({ kind: 'closed', by: 'held' });
    const other = await begin();
    await setMainGate(world.db, { open: false, by: 'anna', reason: null });
    expect((await readPlan(world.db, other, t0)).step).toEqual({ kind: 'closed', by: 'mainGate' });
    await setMainGate(world.db, { open: true, by: 'anna', reason: null });
    expect((await readPlan(world.db, other, t0)).step.kind).toBe('batch');
  });

  test('of a campaign that does not exist is an error', async () => {
    await expect(readPlan(world.db, '00000000-0000-4000-8000-000000000000', t0)).rejects.toThrow(
      'no campaign',
    );
  });

  test('of a campaign without its snapshot is nothing to do: the workflow takes the snapshot first', async () => {
    const id = await addStarted(world.db);
    expect((await readPlan(world.db, id, t0)).step).toEqual({ kind: 'done' });
  });
});
