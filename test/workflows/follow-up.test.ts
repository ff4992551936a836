import { expect, test } from 'vitest';
import { addContacts } from '../support/campaigns.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const hour = 60 * minute;
const pace = { size: 50, gapMs: 20 * minute };

const following = (campaignId: string, only: 'all' | 'notResponded' = 'all', afterMs = 2 * hour) => ({
  ...pace,
  follows: { campaignId, only, afterMs },
});

async function respond(play: Play, campaignId: string, count: number): Promise<string[]> {
  const rows = await play.db
    .selectFrom('delivery')
    .select(['contact_id', 'email'])
    .where('campaign_id', '=', campaignId)
    .where('state', '=', 'sent')
    .orderBy('position')
    .limit(count)
    .execute();
  await play.db
    .insertInto('response')
    .values(
      rows.map(({ contact_id }) => ({
        campaign_id: campaignId,
        contact_id,
        source: 'link',
        event_id: contact_id,
        kind: 'done',
        opened_at: new Date(),
        handled_at: new Date(),
      })),
    )
    .execute();
  return rows.map(({ email }) => email);
}

test('a campaign that follows another one starts so long after its end, and freezes its audience then', async () => {
  const play = await stage.open({ contacts: 100 });
  const first = await play.start(pace);
  const second = await play.start(following(first.id));
  await first.reach(10);
  expect(await second.state()).toBe('scheduled');
  expect(await second.counts()).toEqual({ total: 0 });
  // The first one ends with its second batch, at minute 20.
  await first.end();
  await addContacts(play.db, 10, 'later');
  await second.end();
  const starts = await second.starts();
  expect(starts.map((at) => at + second.minute(first.zero))).toEqual([
    expect.closeTo(140, 0),
    expect.closeTo(160, 0),
    expect.closeTo(180, 0),
  ]);
  expect(await second.counts()).toEqual({ total: 110, sent: 110 });
  expect(await second.state()).toBe('finished');
});

test('one that is paused and resumed while it waits is scheduled again, and starts when its time has come', async () => {
  const play = await stage.open({ contacts: 100 });
  const first = await play.start(pace);
  const second = await play.start(following(first.id));
  await first.reach(5);
  await second.pause();
  expect(await second.state()).toBe('paused');
  await second.act('resume');
  expect(await second.state()).toBe('scheduled');
  await first.end();
  await second.end();
  expect((await second.starts()).map((at) => at + second.minute(first.zero))).toEqual([
    expect.closeTo(140, 0),
    expect.closeTo(160, 0),
  ]);
});

test('a reminder goes only to those who got the first mail and have not responded', async () => {
  const play = await stage.open({ contacts: 60 });
  const first = await play.start(pace);
  const reminder = await play.start(following(first.id, 'notResponded'));
  await first.end();
  const responded = await respond(play, first.id, 25);
  await addContacts(play.db, 5, 'later');
  const before = play.peer.accepted.length;
  await reminder.end();
  const reminded = play.peer.accepted.slice(before).map(({ to }) => to);
  expect(reminded).toHaveLength(35);
  expect(reminded.filter((to) => responded.includes(to) || to.startsWith('later'))).toEqual([]);
});

test('a chain of campaigns runs one after the other', async () => {
  const play = await stage.open({ contacts: 20 });
  const first = await play.start(pace);
  const second = await play.start(following(first.id, 'all', 0));
  const third = await play.start(following(second.id, 'all', hour));
  await third.end();
  expect(await second.starts()).toEqual([expect.closeTo(0, 0)]);
  expect(await third.starts()).toEqual([expect.closeTo(60, 0)]);
});

test('a waiting campaign can be cancelled, and one whose start a person has set no longer waits', async () => {
  const play = await stage.open({ contacts: 20 });
  const first = await play.start({
    ...pace,
    startAt: new Date((await play.env.currentTimeMs()) + 100 * hour),
  });
  const cancelled = await play.start(following(first.id));
  const moved = await play.start(following(first.id));
  await first.reach(5);
  await cancelled.act('cancel');
  await moved.act('reschedule', { startAt: moved.zero + 30 * minute });
  await cancelled.end();
  expect(await cancelled.state()).toBe('cancelled');
  await moved.end();
  expect(await moved.starts()).toEqual([expect.closeTo(30, 0)]);
});
