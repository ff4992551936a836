import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

test('an operator at the Temporal UI steers by signals; each act that changes something is history', async () => {
  const play = await stage.open({ contacts: 300 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.signal('pause');
  await campaign.reach(50);
  await campaign.signal('resume');
  await campaign.reach(55);
  await campaign.signal('setPace', { size: 100, every: '1h30m' });
  await campaign.reach(150);
  await campaign.signal('cancel');
  await campaign.end();

  expect(await campaign.starts()).toEqual([0, 50, 140]);
  expect(await campaign.counts()).toEqual({ total: 300, sent: 200, cancelled: 100 });
  const pace = { size: 50, gapMs: 1_200_000 };
  expect(await campaign.history()).toMatchObject([
    { action: 'pause', from: { state: 'running' }, to: { state: 'paused', inFlight: 0 } },
    { action: 'resume', from: { state: 'paused' }, to: { state: 'running' } },
    { action: 'setPace', from: pace, to: { size: 100, gapMs: 5_400_000 } },
    { action: 'cancel', from: { state: 'running' }, to: { state: 'cancelling' } },
  ]);
  for (const { by, via, reason } of await campaign.history())
    expect([by, via, reason]).toEqual(['temporal', 'temporal', null]);
});

test('signals that ask for nonsense or for what is already the case change nothing', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.handle.signal('setPace');
  await campaign.handle.signal('setPace', { size: 0, every: '20m' });
  await campaign.handle.signal('setPace', { size: 50, every: 'soon' });
  await campaign.handle.signal('setPace', { ...every20, jitter: 'a little' });
  await campaign.handle.signal('setPace', { ...every20, ramp: { from: 'few', factor: 2 } });
  await campaign.handle.signal('setPace', every20);
  await campaign.handle.signal('resume');
  await campaign.handle.signal('replan');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 40]);
  expect(await campaign.history()).toEqual([]);
});

test('a hold is left by signal only with an acknowledgement', async () => {
  const play = await stage.open({ contacts: 50 });
  play.peer.script = (at) =>
    at === 'mail' || at === 'rcpt' ? { reply: '530 5.7.0 log in first' } : undefined;
  const campaign = await play.start(every20);
  await campaign.reach(5);
  expect(await campaign.state()).toBe('held');
  play.peer.script = undefined;
  await campaign.handle.signal('resume');
  await campaign.reach(10);
  expect(await campaign.state()).toBe('held');
  await campaign.signal('resume', { acknowledge: true });
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 50, sent: 50 });
});

test('the last pace change is taken back by signal; there is nothing more to take back', async () => {
  const play = await stage.open({ contacts: 300 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.act('setPace', { size: 100, gapMs: 10 * minute });
  await campaign.signal('undoPace');
  await campaign.handle.signal('undoPace');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 40, 60, 80, 100]);
  const [change, undo, ...more] = await campaign.history();
  expect(more).toEqual([]);
  expect(undo).toMatchObject({
    action: 'setPace',
    by: 'temporal',
    from: { size: 100, gapMs: 10 * minute },
    to: { ...every20, undoes: change?.id },
  });
});
