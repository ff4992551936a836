import { expect, test } from 'vitest';
import { pauseCampaign, readPause } from '../../db/pause.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

test('a pause inside a gap, shorter than what is left of it, neither shortens nor lengthens it', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause();
  await campaign.reach(12);
  await campaign.act('resume');
  await campaign.reach(25);
  await campaign.pause();
  await campaign.reach(39);
  await campaign.act('resume');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 40, 60]);
});

test('a pause that outlasts the gap puts the next batch at the resume, and only that one', async () => {
  const play = await stage.open({ contacts: 250 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await campaign.pause();
  await campaign.reach(95);
  await campaign.act('resume');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 95, 115, 135]);
});

test('a shorter gap set in a gap moves the next batch at once', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await campaign.act('setPace', { size: 50, gapMs: 10 * minute });
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 30, 40]);
});

test('a gap that is already over when it is set lets the next batch go now, and makes up for nothing', async () => {
  const play = await stage.open({ contacts: 250 });
  const campaign = await play.start({ size: 50, gapMs: 120 * minute });
  await campaign.reach(100);
  await campaign.act('setPace', every20);
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 100, 120, 140, 160]);
});

test('a longer gap set in a gap moves the next batch too, and a new size counts from it on', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await campaign.act('setPace', { size: 25, gapMs: 60 * minute });
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 80, 140, 200, 260]);
  expect((await campaign.attempts()).map(({ size }) => size)).toEqual([50, 50, 25, 25, 25, 25]);
});

test('a pace changed while paused is in force at the resume', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause();
  await campaign.act('setPace', { size: 75, gapMs: 30 * minute });
  await campaign.reach(10);
  await campaign.act('resume');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 30, 60]);
  expect((await campaign.attempts()).map(({ size }) => size)).toEqual([50, 75, 75]);
});

test('a batch interrupted by a pause goes on first, with what is left of it, and that counts as its start', async () => {
  let release = (): void => undefined;
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  let mails = 0;
  const play = await stage.open({
    contacts: 150,
    // The replies after the dot of mails 21 to 25 (one on each connection) wait.
    peer: { script: (at) => (at === 'accepted' && ++mails > 20 ? held : undefined) },
  });
  const campaign = await play.start(every20);
  await play.peer.until(({ accepted }) => accepted.length === 25);
  await campaign.pause();
  const inFlight = (await readPause(play.db, campaign.id))?.inFlight ?? 0;
  await campaign.untilSending(5).finally(release);
  await campaign.reach(70);
  expect(play.peer.accepted).toHaveLength(25);
  expect(inFlight).toBeGreaterThanOrEqual(5);
  expect(await campaign.counts()).toEqual({ total: 150, sent: 25, planned: 125 });
  await campaign.act('resume');
  await campaign.end();

  expect(await campaign.starts()).toEqual([0, 70, 90, 110]);
  expect((await campaign.attempts()).map(({ number, size }) => [number, size])).toEqual([
    [1, 50],
    [1, 25],
    [2, 50],
    [3, 50],
  ]);
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(150);
  expect(play.peer.accepted).toHaveLength(150);
});

test('a pause of which Temporal was never told is adopted at the next batch', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await pauseCampaign(play.db, { campaignId: campaign.id, by: 'anna', reason: null, expectedVersion: null });
  await campaign.reach(60);
  expect(play.peer.accepted).toHaveLength(50);
  await expect(campaign.handle.query('progress')).resolves.toMatchObject({ state: 'paused', settled: 50 });
  await campaign.act('resume');
  await campaign.end();
  // The attempt at minute 20 found the gate closed: no batch began.
  const begun = (await campaign.batches()).map(({ latest_start: at }) => campaign.minute(at.getTime()));
  expect(begun.map((at) => Math.round(at))).toEqual([0, 60, 80]);
});
