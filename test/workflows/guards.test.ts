import { expect, test } from 'vitest';
import { actAtOnce } from '../../db/act-at-once.ts';
import { defaultGuards, type Guards } from '../../domain/guards.ts';
import type { PlayedCampaign } from './played-campaign.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const every20 = { size: 50, gapMs: 20 * 60_000 };
const unknown = { reply: '550 5.1.1 no such user' };

async function setGuards(play: Play, campaign: PlayedCampaign, guards: Partial<Guards>): Promise<void> {
  await actAtOnce(play.db, {
    campaignId: campaign.id,
    action: 'setGuards',
    by: 'anna',
    reason: null,
    request: { guards: { ...defaultGuards, ...guards } },
    expectedVersion: null,
  });
  await campaign.handle.executeUpdate('replan');
}

test('hard bounces hold the campaign in the middle of a batch, with value, threshold and what to check', async () => {
  const play = await stage.open({ contacts: 1_000, window: 20 });
  play.peer.script = (at) => (at === 'rcpt' ? unknown : undefined);
  const campaign = await play.start({ size: 1_000, gapMs: every20.gapMs });
  await campaign.reach(5);
  expect(await campaign.state()).toBe('held');
  const { failed = 0, planned = 0 } = await campaign.counts();
  expect(failed).toBeGreaterThanOrEqual(8);
  // No more than the intent window beyond what was recorded when the guard began to look, which is no more than a window.
  expect(failed).toBeLessThanOrEqual(8 + 2 * 20);
  expect(failed + planned).toBe(1_000);
  const [hold, ...more] = await campaign.history();
  expect(more).toEqual([]);
  expect(hold).toMatchObject({
    action: 'hold',
    by: 'guard:hardBounces',
    via: 'guard',
    to: { state: 'held', cause: 'hardBounces', threshold: 0.08 },
    reason: expect.stringMatching(/^hard bounces \d+ of .*, threshold 8 %: check the list's age and source$/),
  });

  // Somebody has cleaned the list: the rest goes, and the old bounces do not hold again.
  play.peer.script = undefined;
  await campaign.handle.signal('resume');
  await campaign.reach(10);
  expect(await campaign.state()).toBe('held');
  await campaign.act('resume', { acknowledge: true });
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 1_000, sent: planned, failed });
  expect((await campaign.history()).map(({ action }) => action)).toEqual(['hold', 'resume']);
});

test('bounces below the threshold hold nothing, and a guard that is off does not hold at all', async () => {
  const play = await stage.open({ contacts: 200 });
  let mails = 0;
  play.peer.script = (at) => (at === 'rcpt' && ++mails % 20 === 0 ? unknown : undefined);
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await setGuards(play, campaign, { hardBounces: null });
  play.peer.script = (at) => (at === 'rcpt' ? unknown : undefined);
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 200, sent: 95, failed: 105 });
  expect((await campaign.history()).map(({ action }) => action)).toEqual(['setGuards']);
});

test('a threshold that is lowered below what was seen holds at once', async () => {
  const play = await stage.open({ contacts: 200 });
  let mails = 0;
  play.peer.script = (at) => (at === 'rcpt' && ++mails <= 3 ? unknown : undefined);
  const campaign = await play.start(every20);
  await campaign.reach(5);
  expect(await campaign.state()).toBe('running');
  await setGuards(play, campaign, { hardBounces: { share: 0.05, of: 50 } });
  await campaign.reach(6);
  expect(await campaign.state()).toBe('held');
  expect((await campaign.history()).at(-1)?.reason).toBe(
    "hard bounces 3 of the last 50 (6 %), threshold 5 %: check the list's age and source",
  );
});

test('a storm of deferrals holds before the whole list has knocked', async () => {
  const play = await stage.open({ contacts: 600, window: 20 });
  play.peer.script = (at) => (at === 'rcpt' ? { reply: '451 4.7.0 come again later' } : undefined);
  const campaign = await play.start({ size: 600, gapMs: every20.gapMs });
  await campaign.reach(2);
  expect(await campaign.state()).toBe('held');
  const { deferred = 0 } = await campaign.counts();
  expect(deferred).toBeGreaterThanOrEqual(120);
  expect(deferred).toBeLessThanOrEqual(120 + 2 * 20);
  expect((await campaign.history()).at(-1)).toMatchObject({ by: 'guard:deferrals' });
});
