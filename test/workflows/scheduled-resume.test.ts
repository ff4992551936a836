import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const every20 = { size: 50, gapMs: 20 * 60_000 };
const asAsked = {
  action: 'resume',
  by: 'anna',
  via: 'api',
  reason: 'as asked in the pause',
  from: { state: 'paused' },
  to: { state: 'running' },
};

test('a pause until an instant ends by itself then, once, as the act of whoever asked for it', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause(campaign.instant(90));
  await campaign.reach(89);
  expect(await campaign.state()).toBe('paused');
  await campaign.end();
  // Nothing is caught up: one batch when it is over, then the gap.
  expect(await campaign.starts()).toEqual([0, 90, 110]);
  const resumeAt = new Date(campaign.instant(90)).toISOString();
  expect(await campaign.history()).toMatchObject([
    { action: 'pause', to: { state: 'paused', resumeAt } },
    asAsked,
  ]);
});

test('pausing again with another end changes it, and with none it takes it back; each is history', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause(campaign.instant(60));
  await campaign.reach(10);
  await campaign.pause(campaign.instant(40));
  await campaign.pause(campaign.instant(40));
  await campaign.pause();
  await campaign.reach(41);
  expect(await campaign.state()).toBe('running');
  await campaign.pause(campaign.instant(50));
  await campaign.pause(null);
  await campaign.reach(200);
  expect(await campaign.state()).toBe('paused');
  await campaign.act('resume');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 40, 200]);
  const at = (minute: number) => new Date(campaign.instant(minute)).toISOString();
  expect(await campaign.history()).toMatchObject([
    { action: 'pause', to: { resumeAt: at(60) } },
    { action: 'pause', from: { resumeAt: at(60) }, to: { state: 'paused', resumeAt: at(40) } },
    asAsked,
    { action: 'pause', to: { resumeAt: at(50) } },
    { action: 'pause', from: { resumeAt: at(50) }, to: { resumeAt: null } },
    { action: 'resume', by: 'anna', reason: 'too many calls' },
  ]);
});

test('the end of a pause is kept over continue-as-new', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause(campaign.instant(120));
  while ((await campaign.runs()).length < 2)
    for (let n = 0; n < 20; n++) await campaign.handle.executeUpdate('replan');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 120]);
  expect(await campaign.history()).toMatchObject([{ action: 'pause' }, asAsked]);
});

test('a person who resumes earlier is not resumed once more, and their next pause is not ended by the old one', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause(campaign.instant(60));
  await campaign.reach(30);
  await campaign.act('resume');
  await campaign.reach(35);
  await campaign.pause();
  await campaign.reach(100);
  expect(await campaign.state()).toBe('paused');
  await campaign.act('resume');
  await campaign.end();
  expect((await campaign.history()).map(({ action, reason }) => [action, reason])).toEqual([
    ['pause', 'too many calls'],
    ['resume', 'too many calls'],
    ['pause', 'too many calls'],
    ['resume', 'too many calls'],
  ]);
});

test('by signal: an instant with its offset is taken, nonsense and the past are refused and kept as such', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  for (const resumeAt of ['on Monday', '2026-12-01T08:00:00', 7, '2020-01-01T00:00:00Z'])
    await campaign.handle.signal('pause', { resumeAt });
  await campaign.reach(6);
  expect(await campaign.state()).toBe('running');
  const refused = await play.db
    .selectFrom('control')
    .select('refusal')
    .where('refusal', 'is not', null)
    .execute();
  // Signals that come together are judged in no order.
  expect(
    refused
      .map(({ refusal }) => String(refusal?.['detail']))
      .sort()
      .reverse(),
  ).toEqual([
    ...Array.from({ length: 3 }, () => expect.stringMatching(/^resumeAt must be an instant such as /)),
    expect.stringMatching(/^resumeAt 2020-01-01T00:00:00Z is in the past/),
  ]);
  // An hour east of UTC.
  const resumeAt = new Date(campaign.instant(90) + 3_600_000).toISOString().replace('Z', '+01:00');
  await campaign.signal('pause', { resumeAt });
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 90]);
  expect(await campaign.history()).toMatchObject([
    { action: 'pause', by: 'temporal' },
    { action: 'resume', by: 'temporal', via: 'temporal', reason: 'as asked in the pause' },
  ]);
});
