import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;

test('a long campaign goes from run to run: short histories, nobody lost or twice, and the pace holds', async () => {
  const batches = 285;
  const play = await stage.open({ contacts: batches });
  const campaign = await play.start({ size: 1, gapMs: 20 * minute });
  await campaign.end();

  const runs = (await campaign.runs()).map(({ events }) => events?.length ?? 0);
  expect(runs.length).toBeGreaterThan(1);
  expect(Math.max(...runs)).toBeLessThan(4_096);
  const perBatch = runs.reduce((sum, n) => sum + n, 0) / batches;
  // 100,000 people at 50 each are 2,000 batches: eight runs. More than this is a step that costs too much.
  expect(perBatch).toBeLessThan(12);

  expect(await campaign.counts()).toEqual({ total: batches, sent: batches });
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(batches);
  expect(play.peer.accepted).toHaveLength(batches);
  const attempts = await campaign.attempts();
  expect(attempts.map(({ number }) => number)).toEqual(Array.from({ length: batches }, (_, n) => n + 1));
  const gaps = attempts.slice(1).map(({ at }, n) => at - (attempts[n]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20 * minute);
  // The continued run plans its first batch as the one before would have done.
  expect(Math.max(...gaps)).toBeLessThan(20 * minute + 20_000);
  console.info(
    `${runs.length} runs, ${perBatch.toFixed(2)} events per batch, runs of ${runs.join(', ')} events`,
  );
});
