import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { applyControl } from '../../db/control.ts';
import { openBatch, settleAttempt } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { cancelSome, endCampaign } from '../../db/ledger/end.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import { readPlan } from '../../db/plan-state.ts';
import { settleInDoubt } from '../../db/settlement.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  historyOf,
  useDatabase,
  workflowTime,
} from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;
let id: string;
let token: number;
let doubtful: string;

beforeAll(() => addContacts(world.db, 3));

/** Three recipients, the first in doubt, two sent. */
beforeEach(async () => {
  id = await addRunning(world.db);
  const opened = await openBatch(world.db, { campaignId: id, number: 1, size: 50, plannedAt: now, at: now });
  token = opened.kind === 'open' ? opened.token : 0;
  const claim = await claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit: 3, now });
  const contacts = claim.kind === 'claimed' ? claim.intents.map(({ recipient }) => recipient.contactId) : [];
  doubtful = contacts[0] ?? '';
  const settlement = { state: 'sent' as const, reply: null, reason: null, nextAttemptAt: null };
  await recordOutcomes(
    world.db,
    id,
    token,
    contacts.slice(1).map((contactId) => ({ contactId, settlement })),
  );
  await settleAttempt(world.db, id);
  await sql`update batch set finished_at = now() where campaign_id = ${id}`.execute(world.db);
});

const settle = (as: 'sent' | 'notSent', contactId = doubtful) =>
  settleInDoubt(world.db, { campaignId: id, contactId, as, by: 'anna', reason: 'asked them' });
const state = async () =>
  (await world.db.selectFrom('campaign').select('state').where('id', '=', id).executeTakeFirstOrThrow())
    .state;
const end = () => endCampaign(world.db, id);
async function cancel(): Promise<void> {
  const act = {
    campaignId: id,
    controlId: randomUUID(),
    action: 'cancel' as const,
    via: 'api' as const,
    at: now,
    request: {},
  };
  await applyControl(world.db, act);
  while ((await cancelSome(world.db, id, 10)) > 0);
  await end();
}

test('settled as sent it counts as sent, and who said so is history', async () => {
  expect(await settle('sent')).toEqual({
    settled: true,
    state: 'sent',
    campaignState: 'running',
    replan: false,
  });
  expect(await countsOf(world.db, id)).toEqual({ sent: 3, total: 3 });
  expect((await historyOf(world.db, id)).at(-1)).toMatchObject({
    action: 'settle',
    by: 'anna',
    from: { contactId: doubtful, state: 'inDoubt' },
    to: { contactId: doubtful, as: 'sent' },
    reason: 'asked them',
  });
});

test('settled as not sent it comes again with the next batch', async () => {
  expect(await settle('notSent')).toMatchObject({ state: 'planned', replan: true });
  expect((await readPlan(world.db, id, now + 1_200_000)).step).toMatchObject({
    kind: 'batch',
    batch: { number: 2, size: 1, continues: false },
  });
});

test('a finished campaign runs again for one that was not sent', async () => {
  await end();
  expect(await state()).toBe('finished');
  expect(await settle('notSent')).toMatchObject({ settled: true, campaignState: 'running', replan: true });
  expect(await state()).toBe('running');
});

test('a finished campaign stays finished for one that was sent', async () => {
  await end();
  expect(await settle('sent')).toMatchObject({ campaignState: 'finished', replan: false });
  expect(await state()).toBe('finished');
});

test('a cancelled campaign mails nobody any more: one that was not sent is cancelled', async () => {
  await cancel();
  expect(await settle('notSent')).toEqual({
    settled: true,
    state: 'cancelled',
    campaignState: 'cancelled',
    replan: false,
  });
  expect(await countsOf(world.db, id)).toEqual({ sent: 2, cancelled: 1, total: 3 });
});

test('it is settled once; whoever comes second is told what is the case', async () => {
  const answers = await Promise.all([settle('sent'), settle('sent'), settle('sent')]);
  expect(answers.filter(({ settled }) => settled)).toHaveLength(1);
  expect(await settle('notSent')).toEqual({ settled: false, state: 'sent' });
});

test('somebody who is not in the campaign cannot be settled', async () => {
  expect(await settle('sent', randomUUID())).toEqual({ settled: false, state: null });
});

const late = (settledAs: 'planned' | 'deferred') =>
  recordOutcomes(world.db, id, token, [
    {
      contactId: doubtful,
      settlement: {
        state: settledAs,
        reply: null,
        reason: null,
        nextAttemptAt: settledAs === 'planned' ? null : now,
      },
    },
  ]);

test.each(['planned', 'deferred'] as const)(
  'late evidence that it was not sent (%s) lets a finished campaign run again: nobody is lost',
  async (as) => {
    await end();
    await late(as);
    expect(await countsOf(world.db, id)).toMatchObject({ sent: 2, [as]: 1 });
    expect(await state()).toBe('running');
    expect((await readPlan(world.db, id, now + 1_200_000)).step.kind).toBe('batch');
  },
);

test.each(['planned', 'deferred'] as const)(
  'late evidence that it was not sent (%s) ends as cancelled in a cancelled campaign',
  async (as) => {
    await cancel();
    await late(as);
    expect(await countsOf(world.db, id)).toEqual({ sent: 2, cancelled: 1, total: 3 });
    expect(await state()).toBe('cancelled');
  },
);
