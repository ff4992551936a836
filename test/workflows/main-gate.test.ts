import { expect, test } from 'vitest';
import { setMainGate } from '../../db/main-gate.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

const setOpen = (play: Play, open: boolean) =>
  setMainGate(play.db, { open, by: 'anna', reason: 'the relay is moved' });

test('while the main gate is closed nothing leaves; opened again, the batch goes on at once and then by its pace', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await setOpen(play, false);
  await campaign.handle.signal('replan');
  await campaign.reach(65);
  expect(play.peer.accepted).toHaveLength(100);
  await setOpen(play, true);
  await campaign.handle.signal('replan');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 65, 85]);
  expect(await campaign.counts()).toEqual({ total: 200, sent: 200 });
});

test('a main gate that is closed within a gap and open again before its end changes nothing', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await setOpen(play, false);
  await campaign.handle.signal('replan');
  await campaign.reach(15);
  await setOpen(play, true);
  await campaign.handle.signal('replan');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 40]);
});

test('a campaign that nobody told finds the main gate closed, and within a minute that it is open', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await setOpen(play, false);
  await campaign.reach(30.5);
  expect(play.peer.accepted).toHaveLength(50);
  await setOpen(play, true);
  await campaign.end();
  const [first, second = 0, third = 0] = (await campaign.batches()).map(({ latest_start: at }) =>
    campaign.minute(at.getTime()),
  );
  expect(first).toBe(0);
  expect(second).toBeGreaterThanOrEqual(30.5);
  expect(second).toBeLessThanOrEqual(31.6);
  expect(Math.round(third - second)).toBe(20);
});
