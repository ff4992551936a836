import { expect, test } from 'vitest';
import { addContacts } from '../support/campaigns.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const minute = 60_000;

const startIn = async (play: Play, minutes: number) => {
  const startAt = new Date((await play.env.currentTimeMs()) + minutes * minute);
  return play.start({ size: 50, gapMs: 20 * minute, startAt });
};

test('a scheduled campaign begins at its start; its audience is the one of the command', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await startIn(play, 60);
  await campaign.reach(1);
  expect(await campaign.state()).toBe('scheduled');
  await addContacts(play.db, 30, 'later');
  await campaign.reach(59);
  expect(play.peer.accepted).toHaveLength(0);
  await campaign.end();
  expect(await campaign.starts()).toEqual([60, 80]);
  expect(play.peer.accepted.filter(({ to }) => to.startsWith('later'))).toEqual([]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 100 });
});

test('a start moved to earlier or later moves the first batch, and is history', async () => {
  const play = await stage.open({ contacts: 100 });
  const earlier = await startIn(play, 60);
  await earlier.reach(10);
  await earlier.act('reschedule', { startAt: earlier.zero + 30 * minute });
  await earlier.end();
  expect(await earlier.starts()).toEqual([30, 50]);

  const later = await startIn(play, 60);
  await later.reach(10);
  await later.act('reschedule', { startAt: later.zero + 90 * minute });
  await later.end();
  expect(await later.starts()).toEqual([90, 110]);
  expect(await later.history()).toMatchObject([
    { action: 'reschedule', by: 'anna', via: 'api', reason: 'too many calls' },
  ]);
});

test('a pause over the scheduled start puts the first batch at the resume', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await startIn(play, 60);
  await campaign.reach(10);
  await campaign.pause();
  await campaign.reach(90);
  await campaign.act('resume');
  await campaign.end();
  expect(await campaign.starts()).toEqual([90, 110]);
});

test('a pause that is over before the scheduled start leaves it as it was', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await startIn(play, 60);
  await campaign.reach(10);
  await campaign.pause();
  await campaign.reach(30);
  await expect(campaign.act('resume')).resolves.toMatchObject({ state: 'scheduled' });
  await campaign.end();
  expect(await campaign.starts()).toEqual([60, 80]);
});

test('a start that is moved into the past is refused, and the old one stays', async () => {
  const play = await stage.open({ contacts: 50 });
  const campaign = await startIn(play, 60);
  await campaign.reach(10);
  await expect(campaign.act('reschedule', { startAt: campaign.zero })).rejects.toMatchObject({
    cause: { type: 'refused', details: [{ code: 'invalid' }] },
  });
  await campaign.end();
  expect(await campaign.starts()).toEqual([60]);
  expect(await campaign.history()).toEqual([]);
});
