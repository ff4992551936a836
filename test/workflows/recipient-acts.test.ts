import { expect, test } from 'vitest';
import { until } from '../../embedded/until.ts';
import { ledgerOf } from '../support/campaigns.ts';
import type { PlayedCampaign } from './played-campaign.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const every20 = { size: 50, gapMs: 20 * 60_000 };

const personAt = async (play: Play, campaign: PlayedCampaign, position: number) => {
  const row = (await ledgerOf(play.db, campaign.id)).find((each) => each.position === position);
  if (row === undefined) throw new Error(`nobody at position ${position}`);
  return row;
};

test('one mail is sent at once in the gap; the others keep their gap, and nobody gets two', async () => {
  const play = await stage.open({ contacts: 150 });
  const campaign = await play.start(every20);
  await campaign.reach(7);
  const { contact_id: contactId, email } = await personAt(play, campaign, 140);
  await campaign.signal('sendNow', { contactId });
  await until(
    async () => play.peer.accepted.some(({ to }) => to === email),
    10_000,
    () => 'the mail did not leave at once',
  );
  expect(play.peer.accepted).toHaveLength(51);
  await campaign.end();
  const attempts = await campaign.attempts();
  expect(attempts.map(({ number, size, at }) => [number, size, campaign.minute(at)])).toEqual([
    [1, 50, 0],
    [0, 1, 7],
    [2, 50, 20],
    [3, 49, 40],
  ]);
  expect(await campaign.counts()).toEqual({ total: 150, sent: 150 });
  expect(new Set(play.peer.accepted.map(({ to }) => to)).size).toBe(150);
  expect(await campaign.history()).toMatchObject([
    { action: 'sendNow', by: 'temporal', from: { contactId, state: 'planned' }, to: { contactId, batch: 0 } },
  ]);
});

test('skipped and moved by signal: one never gets it, the other gets it last', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const skipped = await personAt(play, campaign, 60);
  const moved = await personAt(play, campaign, 51);
  await campaign.signal('skip', { contactId: skipped.contact_id });
  await campaign.signal('moveToEnd', { contactId: moved.contact_id });
  await campaign.act('setPace', { size: 48, gapMs: every20.gapMs });
  await campaign.end();
  expect(await campaign.starts()).toEqual([0, 20, 40]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 99, skipped: 1 });
  expect(play.peer.accepted.some(({ to }) => to === skipped.email)).toBe(false);
  expect(play.peer.accepted.at(-1)?.to).toBe(moved.email);
  expect((await campaign.history()).map(({ action }) => action)).toEqual(['skip', 'moveToEnd', 'setPace']);
});

test('what cannot be is refused as everywhere, and kept with its reason in the control row; nothing personal gets there', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const sent = await personAt(play, campaign, 1);
  const waiting = await personAt(play, campaign, 90);
  await campaign.pause();
  await campaign.handle.signal('sendNow', { contactId: waiting.contact_id });
  await campaign.handle.signal('skip', { contactId: sent.contact_id });
  await campaign.handle.signal('skip', { contactId: waiting.email });
  await campaign.handle.signal('moveToEnd');
  await campaign.handle.signal('moveToEnd', { contactId: campaign.id });
  await campaign.handle.executeUpdate('replan');
  const rows = await play.db.selectFrom('control').selectAll().where('refusal', 'is not', null).execute();
  expect(rows.map(({ action, refusal }) => `${action}: ${String(refusal?.['detail'])}`).sort()).toEqual([
    expect.stringMatching(/^moveToEnd: contactId must be the UUID of a recipient/),
    expect.stringMatching(/^moveToEnd: contactId must be the UUID of a recipient/),
    'sendNow: the campaign is paused: nothing leaves; resume it, then send',
    expect.stringMatching(/^skip: contactId must be the UUID of a recipient/),
    'skip: this delivery is sent; it has left and cannot be taken back',
  ]);
  expect(JSON.stringify(rows)).not.toContain(waiting.email);
  expect((await campaign.history()).map(({ action }) => action)).toEqual(['pause']);
});

test('who shall leave at once while the relay goes away leaves first when it is back', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const { contact_id: contactId, email } = await personAt(play, campaign, 99);
  await play.peer.goAway();
  await campaign.signal('sendNow', { contactId });
  await campaign.reach(10);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 50, planned: 50 });
  await play.peer.comeBack();
  await campaign.end();
  expect(play.peer.accepted[50]?.to).toBe(email);
  const [, ...later] = await campaign.batches();
  expect(later.map(({ number, latest_start: at }) => [number, campaign.minute(at.getTime())])).toEqual([
    [1, 0],
    [2, 20],
  ]);
  expect(await campaign.counts()).toEqual({ total: 100, sent: 100 });
});
