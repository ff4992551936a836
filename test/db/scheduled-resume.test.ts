import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { applyControl } from '../../db/control.ts';
import { readPlan } from '../../db/plan-state.ts';
import { addContacts, addRunning, historyOf, useDatabase, workflowTime } from '../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;
let id: string;

beforeAll(() => addContacts(world.db, 10));
beforeEach(async () => {
  id = await addRunning(world.db);
});

async function pause(resumeAt?: number): Promise<string> {
  const controlId = randomUUID();
  const request = resumeAt === undefined ? {} : { resumeAt };
  await applyControl(world.db, {
    campaignId: id,
    controlId,
    action: 'pause',
    via: 'temporal',
    at: now,
    request,
  });
  return controlId;
}
const resume = (request: object, at = now, controlId: string = randomUUID()) =>
  applyControl(world.db, { campaignId: id, controlId, action: 'resume', via: 'api', at, request });
const acts = async () => (await historyOf(world.db, id)).map(({ action }) => action).slice(1);

test('the plan of a paused campaign says until when, and then that the pause is over', async () => {
  const asked = await pause(now + 60_000);
  expect((await readPlan(world.db, id, now)).step).toEqual({
    kind: 'closed',
    by: 'paused',
    until: now + 60_000,
  });
  expect((await readPlan(world.db, id, now + 60_000)).step).toEqual({ kind: 'resume', asked });
});

test('a pause ends by the clock once, not before its time, and however often it is told', async () => {
  const asked = await pause(now + 60_000);
  expect(await resume({ asked }, now + 59_999)).toEqual({ applied: false, state: 'paused', refusal: null });
  const controlId = randomUUID();
  for (let n = 0; n < 2; n++)
    expect(await resume({ asked }, now + 60_000, controlId)).toMatchObject({
      applied: true,
      state: 'running',
    });
  expect(await resume({ asked }, now + 60_000)).toMatchObject({ applied: false, state: 'running' });
  expect(await acts()).toEqual(['pause', 'resume']);
});

test('the end of a pause that a person has ended does not end the next one', async () => {
  const asked = await pause(now + 60_000);
  await resume({});
  await pause(now + 30_000);
  expect(await resume({ asked }, now + 60_000)).toEqual({ applied: false, state: 'paused', refusal: null });
  expect(await acts()).toEqual(['pause', 'resume', 'pause']);
});

test('an end that was changed meanwhile ends nothing at its old time', async () => {
  const asked = await pause(now + 60_000);
  const later = await pause(now + 120_000);
  expect(await resume({ asked }, now + 60_000)).toMatchObject({ applied: false, state: 'paused' });
  expect((await readPlan(world.db, id, now + 60_000)).step).toMatchObject({ until: now + 120_000 });
  expect(await resume({ asked: later }, now + 120_000)).toMatchObject({ applied: true });
});
