import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;

test('1,000 people, 50 every 20 minutes: 20 batches at 0, 20, … 380 minutes, nobody twice', async () => {
  const play = await stage.open({ contacts: 1_000 });
  const campaign = await play.start({ size: 50, gapMs: 20 * minute });
  await campaign.end();

  expect(await campaign.starts()).toEqual(Array.from({ length: 20 }, (_, n) => n * 20));
  expect((await campaign.attempts()).map(({ number, size }) => [number, size])).toEqual(
    Array.from({ length: 20 }, (_, n) => [n + 1, 50]),
  );
  expect(play.peer.accepted).toHaveLength(1_000);
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(1_000);
  expect(await campaign.counts()).toEqual({ total: 1_000, sent: 1_000 });
  expect(await campaign.state()).toBe('finished');
});

test('a pause of ten hours after batch 4: batch 5 at the resume, then one every 20 minutes, no burst', async () => {
  const play = await stage.open({ contacts: 1_000 });
  const campaign = await play.start({ size: 50, gapMs: 20 * minute });
  await campaign.reach(65);
  await campaign.pause();
  await campaign.reach(665);
  expect(await campaign.counts()).toEqual({ total: 1_000, sent: 200, planned: 800 });
  await campaign.act('resume');
  await campaign.end();

  expect(await campaign.starts()).toEqual([
    0,
    20,
    40,
    60,
    ...Array.from({ length: 16 }, (_, n) => 665 + n * 20),
  ]);
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(1_000);
  expect(play.peer.accepted).toHaveLength(1_000);
});

test('batches are planned at real instants, the first at the start, and begin then', async () => {
  const play = await stage.open({ contacts: 150 });
  // Said in the server's time: other campaigns of this file may have moved it ahead of the database's clock.
  const startAt = new Date(await play.env.currentTimeMs());
  const campaign = await play.start({ size: 50, gapMs: 20 * minute, startAt });
  await campaign.end();

  const batches = await campaign.batches();
  expect(batches.map(({ planned_at: at }) => Math.round(campaign.minute(at.getTime())))).toEqual([0, 20, 40]);
  for (const { planned_at: plannedAt, latest_start: start } of batches) {
    expect(start.getTime()).toBeGreaterThanOrEqual(plannedAt.getTime());
    // Milliseconds (npm run bench measures them); a slow machine may take seconds.
    expect(start.getTime() - plannedAt.getTime()).toBeLessThan(20_000);
  }
});
