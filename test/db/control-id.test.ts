import { beforeAll, expect, test } from 'vitest';
import { applyControl, requestControl } from '../../db/control.ts';
import { addContacts, addRunning, historyOf, useDatabase, workflowTime } from '../support/campaigns.ts';

const world = useDatabase();

beforeAll(() => addContacts(world.db, 10));

test('a message that names the id of another act changes nothing, and that act can still come into force', async () => {
  const [mine, other] = [await addRunning(world.db), await addRunning(world.db)];
  const { controlId } = await requestControl(world.db, {
    campaignId: mine,
    action: 'setPace',
    by: 'anna',
    reason: 'too many calls',
    request: { size: 10, gapMs: 60_000 },
    expectedVersion: null,
  });
  const act = { controlId, via: 'api', at: workflowTime, request: {} } as const;
  for (const wrong of [
    { campaignId: other, action: 'setPace' },
    { campaignId: mine, action: 'cancel' },
  ] as const)
    expect(await applyControl(world.db, { ...act, ...wrong })).toMatchObject({
      applied: false,
      state: 'running',
      refusal: { code: 'invalid', detail: 'controlId is the id of another act; leave it out' },
    });
  expect(await applyControl(world.db, { ...act, campaignId: mine, action: 'setPace' })).toMatchObject({
    applied: true,
  });
  expect((await historyOf(world.db, mine)).map(({ action }) => action)).toEqual(['start', 'setPace']);
  expect((await historyOf(world.db, other)).map(({ action }) => action)).toEqual(['start']);
});
