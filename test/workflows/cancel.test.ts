import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const every20 = { size: 50, gapMs: 20 * minute };

/** A relay whose replies to the 21st mail and later ones wait for `release`. */
function slowRelay() {
  let release = (): void => undefined;
  const held = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  let mails = 0;
  return {
    release: () => release(),
    peer: { script: (at: string) => (at === 'accepted' && ++mails > 20 ? held : undefined) },
  };
}

test('a cancelled campaign sends nothing more; who was left is cancelled', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await campaign.act('cancel');
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20]);
  expect(await campaign.counts()).toEqual({ total: 200, sent: 100, cancelled: 100 });
  expect(await campaign.state()).toBe('cancelled');
  expect(await campaign.history()).toMatchObject([
    { action: 'cancel', by: 'anna', via: 'api', from: { state: 'running' }, to: { state: 'cancelling' } },
  ]);
});

test('a cancellation in the middle of a batch lets end only what was in flight', async () => {
  const relay = slowRelay();
  const play = await stage.open({ contacts: 200, peer: relay.peer });
  const campaign = await play.start(every20);
  await play.peer.until(({ accepted }) => accepted.length === 25);
  await campaign.act('cancel');
  await campaign.untilSending(5).finally(relay.release);
  await campaign.end();
  expect(play.peer.accepted).toHaveLength(25);
  expect(await campaign.counts()).toEqual({ total: 200, sent: 25, cancelled: 175 });
});

test('"request cancellation" in the Temporal UI cancels the campaign and is history', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start(every20);
  await campaign.reach(25);
  await campaign.handle.cancel();
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 200, sent: 100, cancelled: 100 });
  expect(await campaign.state()).toBe('cancelled');
  expect(await campaign.history()).toMatchObject([{ action: 'cancel', by: 'temporal', via: 'temporal' }]);
  const { searchAttributes } = await campaign.handle.describe();
  expect(searchAttributes['CampaignStatus']).toEqual(['cancelled']);
});

test('"request cancellation" in the middle of a batch loses nobody', async () => {
  const relay = slowRelay();
  const play = await stage.open({ contacts: 200, peer: relay.peer });
  const campaign = await play.start(every20);
  await play.peer.until(({ accepted }) => accepted.length === 25);
  await campaign.handle.cancel();
  // The sender hears of it with its next heartbeat and gives back what is not on the wire.
  await campaign.untilSending(5).finally(relay.release);
  await campaign.end();
  expect(play.peer.accepted).toHaveLength(25);
  expect(await campaign.counts()).toEqual({ total: 200, sent: 25, cancelled: 175 });
  expect(await campaign.state()).toBe('cancelled');
});

test('"request cancellation" ends a paused campaign, too', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause();
  await campaign.reach(10);
  await campaign.handle.cancel();
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 100, sent: 50, cancelled: 50 });
});
