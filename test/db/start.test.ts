import { expect, test } from 'vitest';
import { mailPartsOf } from '../../db/campaign-sources.ts';
import { readCampaign } from '../../db/campaigns.ts';
import { startCampaign, type StartRequest } from '../../db/start.ts';
import { addDraft, addRunning, historyOf, useDatabase } from '../support/campaigns.ts';

const world = useDatabase();

const start = (campaignId: string, change: Partial<StartRequest> = {}) =>
  startCampaign(world.db, { campaignId, by: 'anna', startAt: null, expectedVersion: null, ...change });
const stateOf = async (id: string) =>
  world.db
    .selectFrom('campaign')
    .select(['state', 'version', 'start_at'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

test('a draft without a start time runs at once, and who started it is history', async () => {
  const id = await addDraft(world.db);
  expect(await start(id)).toEqual({ started: true, state: 'running' });
  expect(await historyOf(world.db, id)).toMatchObject([
    { action: 'start', by: 'anna', from: { state: 'draft' }, to: { state: 'running', startAt: null } },
  ]);
});

test('a start in the future schedules it', async () => {
  const id = await addDraft(world.db);
  const startAt = Date.now() + 60_000;
  expect(await start(id, { startAt })).toEqual({ started: true, state: 'scheduled' });
  expect((await stateOf(id)).start_at?.getTime()).toBe(startAt);
});

test('the draft’s own start is used when none is given', async () => {
  const id = await addDraft(world.db, { startAt: new Date(Date.now() + 60_000) });
  expect(await start(id)).toMatchObject({ state: 'scheduled' });
});

test('started twice, also at the same moment, it is started once', async () => {
  const id = await addDraft(world.db);
  const answers = await Promise.all(Array.from({ length: 5 }, () => start(id)));
  expect(answers.filter((answer) => 'started' in answer && answer.started)).toHaveLength(1);
  expect(answers.every((answer) => 'state' in answer && answer.state === 'running')).toBe(true);
  expect(await historyOf(world.db, id)).toHaveLength(1);
  expect((await stateOf(id)).version).toBe(2);
});

test('a draft that was changed since the person saw it is not started', async () => {
  const id = await addDraft(world.db);
  expect(await start(id, { expectedVersion: 7 })).toEqual({
    refusal: { code: 'stale', expectedVersion: 7, version: 1 },
  });
  expect((await stateOf(id)).state).toBe('draft');
});

test('the mail that was checked is frozen, and only into the draft that it was checked for', async () => {
  const id = await addDraft(world.db);
  const draft = await readCampaign(world.db, id);
  if (draft === null) throw new Error('the draft is there');
  const { sources, ...parts } = mailPartsOf(draft);
  const signature = { html: '<p>IT</p>', text: 'IT' };
  const mail = {
    ...parts,
    usesLinked: true,
    sources: { ...sources, signature, allowedDomains: ['example.com'] },
  };
  expect(await start(id, { frozen: { ...mail, draftVersion: 2 } })).toEqual({
    refusal: { code: 'stale', expectedVersion: 2, version: 1 },
  });
  expect(await readCampaign(world.db, id)).toEqual(draft);
  expect(await start(id, { frozen: { ...mail, draftVersion: 1 } })).toMatchObject({
    started: true,
  });
  expect(await readCampaign(world.db, id)).toMatchObject({
    signature,
    allowed_domains: ['example.com'],
    uses_linked: true,
  });
});

test('a running campaign answers that it runs', async () => {
  const id = await addRunning(world.db);
  expect(await start(id)).toEqual({ started: false, state: 'running' });
});
