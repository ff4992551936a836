import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

test('a pace of 0 is refused before anything is recorded, and says what to do', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const wrong = campaign.handle.executeUpdate('setPace', { args: [{ size: 0, gapMs: 60_000 }] });
  await expect(wrong).rejects.toMatchObject({
    cause: {
      type: 'refused',
      message: 'pace size must be 1–100000 (got 0); to stop sending, pause the campaign',
    },
  });
  await expect(
    campaign.handle.executeUpdate('setPace', { args: [{ size: 50, every: 'often' }] }),
  ).rejects.toMatchObject({ cause: { message: expect.stringMatching(/^pace gap must be 1s–366d/) } });
  await expect(
    campaign.handle.executeUpdate('reschedule', { args: [{ startAt: 'soon' }] }),
  ).rejects.toMatchObject({ cause: { type: 'refused' } });
  await campaign.end();

  expect(await campaign.starts()).toEqual([0, 20]);
  expect(await campaign.history()).toEqual([]);
  const events = (await campaign.runs()).flatMap(({ events }) => events ?? []);
  expect(events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
});

test('an act that the state does not allow is refused with what is possible, and is no history', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await expect(campaign.act('reschedule', { startAt: campaign.zero + 60 * minute })).rejects.toMatchObject({
    cause: {
      type: 'refused',
      details: [{ code: 'wrongState', state: 'running', possible: ['pause', 'hold', 'setPace', 'cancel'] }],
    },
  });
  await campaign.end();
  expect(await campaign.history()).toEqual([]);
});

test('a repeated update id and a repeated control id are answered, not repeated, also in the next run', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const wanted = { size: 10, gapMs: 60 * minute };
  const id = await campaign.request('setPace', wanted);
  const first = await campaign.repeat('setPace', id, wanted);
  expect(first).toEqual({ applied: true, state: 'running' });
  expect(await campaign.repeat('setPace', id, wanted)).toEqual(first);
  expect(await campaign.repeat('setPace', id, wanted, 'another update')).toEqual(first);
  await campaign.act('setPace', every20);

  // Each look at the plan is a few events: enough of them, and the run continues as new.
  while ((await campaign.runs()).length < 2)
    for (let n = 0; n < 20; n++) await campaign.handle.executeUpdate('replan');
  expect(await campaign.repeat('setPace', id, wanted)).toEqual(first);
  await campaign.end();

  expect((await campaign.history()).map(({ action, to }) => [action, to])).toEqual([
    ['setPace', wanted],
    ['setPace', every20],
  ]);
  expect(await campaign.starts()).toEqual([0, 20]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 100 });
});
