import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

/** Differences of neighbours. */
const pauses = (at: number[]): number[] => at.slice(1).map((each, n) => each - (at[n] ?? 0));

test('a relay that is down for two hours is tried with growing pauses; then batch 1 begins, and nothing comes in a burst', async () => {
  const play = await stage.open({ contacts: 150 });
  await play.peer.goAway();
  const campaign = await play.start(every20);
  await campaign.reach(120);
  expect(await campaign.counts()).toEqual({ total: 150, planned: 150 });
  await play.peer.comeBack();
  await campaign.end();

  const attempts = await campaign.attempts();
  const waited = pauses(attempts.map(({ at }) => at / 1_000));
  for (const [n, step] of [2, 5, 10, 30, 60, 120, 300, 300].entries()) {
    expect(waited[n]).toBeGreaterThanOrEqual(step);
    // An attempt takes its time on a slow machine.
    expect(waited[n]).toBeLessThan(step + 20);
  }
  expect(attempts.map(({ number }) => number)).toEqual([...attempts.slice(2).map(() => 1), 2, 3]);
  const [began = 0, ...later] = await successes(campaign);
  expect(began).toBeGreaterThanOrEqual(120);
  expect(began).toBeLessThan(126);
  expect(later.map((at) => Math.round(at - began))).toEqual([20, 40]);
  expect(await campaign.counts()).toEqual({ total: 150, sent: 150 });
  expect(await campaign.history()).toEqual([]);
});

test('a batch that an outage interrupts goes on first with what is left, and its continuation counts as its start', async () => {
  let mails = 0;
  const held = new Promise<undefined>(() => undefined);
  const play = await stage.open({
    contacts: 150,
    // The 71st mail is the 21st of batch 2: there the outage begins.
    peer: { script: (at) => (at === 'rcpt' && ++mails > 70 ? held : undefined) },
  });
  const campaign = await play.start(every20);
  const ending = campaign.end();
  await play.peer.until(({ accepted }) => accepted.length === 70);
  await play.peer.goAway();
  play.peer.script = undefined;
  await campaign.reach(140);
  expect(play.peer.accepted).toHaveLength(70);
  await play.peer.comeBack();
  await ending;

  const begun = await successes(campaign);
  expect(begun[0]).toBe(0);
  expect(begun[1]).toBeGreaterThanOrEqual(140);
  expect(begun[1]).toBeLessThan(146);
  expect(pauses(begun.slice(1)).every((gap) => gap > 19.8)).toBe(true);
  const [second] = (await campaign.attempts()).filter(({ number }) => number === 2).slice(-1);
  expect(second?.size).toBeLessThanOrEqual(30);
  expect(await campaign.counts()).toEqual({ total: 150, sent: 150 });
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(150);
});

test('a relay that stays away for more than four hours holds the campaign, with the relay as the cause', async () => {
  const play = await stage.open({ contacts: 60 });
  await play.peer.goAway();
  const campaign = await play.start(every20);
  await campaign.reach(270);
  expect(await campaign.state()).toBe('held');
  expect(await campaign.history()).toMatchObject([
    { action: 'hold', by: 'guard:relay', via: 'guard', to: { state: 'held', cause: 'relayUnreachable' } },
  ]);
  await play.peer.comeBack();
  await campaign.act('resume', { acknowledge: true });
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 60, sent: 60 });
});

test('a refused login holds at once with that cause; an acknowledged resume goes on, and nobody is lost', async () => {
  const play = await stage.open({
    contacts: 100,
    peer: {
      script: (at) => {
        if (at === 'mail') return { reply: '530 5.7.0 Authentication required' };
        return at === 'rcpt' ? { reply: '503 5.5.1 MAIL first' } : undefined;
      },
    },
  });
  const campaign = await play.start(every20);
  await campaign.reach(60);
  expect(await campaign.state()).toBe('held');
  expect(await campaign.attempts()).toHaveLength(1);
  expect(await campaign.history()).toMatchObject([
    {
      action: 'hold',
      by: 'guard:relay',
      via: 'guard',
      reason: expect.stringMatching(/^loginRefused: 530 5\.7\.0 /),
      to: { state: 'held', cause: 'loginRefused' },
    },
  ]);
  expect(await campaign.counts()).toEqual({ total: 100, planned: 100 });

  play.peer.script = undefined;
  await expect(campaign.act('resume')).rejects.toMatchObject({
    cause: { type: 'refused', details: [{ code: 'needsAcknowledgement' }] },
  });
  expect(await campaign.state()).toBe('held');
  expect(await campaign.history()).toHaveLength(1);
  await campaign.act('resume', { acknowledge: true });
  await campaign.end();
  expect((await campaign.starts()).slice(1)).toEqual([60, 80]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 100 });
  expect(play.peer.accepted).toHaveLength(100);
});

/** Minutes of the last attempt of each batch. */
async function successes(campaign: {
  attempts(): Promise<{ number: number; at: number }[]>;
  minute(at: number): number;
}): Promise<number[]> {
  const last = new Map((await campaign.attempts()).map(({ number, at }) => [number, campaign.minute(at)]));
  return [...last.values()];
}
