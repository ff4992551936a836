import { expect, test } from 'vitest';
import type { Script } from '../../embedded/sink/script.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

/** Answers 451 to the first `count` recipients, once to each. */
function deferring(count: number): Script {
  const deferred = new Set<string>();
  return (at, { recipients }) => {
    const to = recipients.at(-1) ?? '';
    if (at !== 'rcpt' || deferred.size >= count || deferred.has(to)) return undefined;
    deferred.add(to);
    return { reply: '451 4.7.1 greylisted' };
  };
}

test('deferred mails travel first in a later batch, within its size: the pace holds', async () => {
  const play = await stage.open({ contacts: 140, peer: { script: deferring(10) } });
  const campaign = await play.start(every20);
  await campaign.reach(10);
  expect(await campaign.counts()).toEqual({ total: 140, sent: 40, deferred: 10, planned: 90 });
  await campaign.reach(30);
  expect(await campaign.counts()).toEqual({ total: 140, sent: 90, planned: 50 });
  await campaign.end();
  expect((await campaign.attempts()).map(({ size }) => size)).toEqual([50, 50, 50]);
  expect(await campaign.starts()).toEqual([0, 20, 40]);
  expect(await campaign.counts()).toEqual({ total: 140, sent: 140 });
});

test('when nothing else is left they make a batch of their own as soon as they are due, a gap after the last', async () => {
  const policy = { backoffMs: [90 * minute], limitMs: 48 * 60 * minute };
  const play = await stage.open({ contacts: 100, policy, peer: { script: deferring(10) } });
  const campaign = await play.start(every20);
  await campaign.end();
  expect((await campaign.attempts()).map(({ number, size }) => [number, size])).toEqual([
    [1, 50],
    [2, 50],
    [3, 10],
  ]);
  expect(await campaign.starts()).toEqual([0, 20, 90]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 100 });
});

test('who is deferred again and again is given up at the limit and listed as failed', async () => {
  const policy = { backoffMs: [60 * minute], limitMs: 150 * minute };
  const refuse = { reply: '451 4.7.1 greylisted' };
  const play = await stage.open({
    contacts: 50,
    policy,
    peer: {
      script: (at, { recipients }) =>
        at === 'rcpt' && recipients.at(-1) === 'user7@example.com' ? refuse : undefined,
    },
  });
  const campaign = await play.start(every20);
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 60, 120]);
  expect(await campaign.counts()).toEqual({ total: 50, sent: 49, failed: 1 });
});
