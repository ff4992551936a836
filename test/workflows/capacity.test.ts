import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { listDecisions } from '../../db/capacity-decisions.ts';
import type { PlayedCampaign } from './played-campaign.ts';
import { useStage, type Play } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const pace = { size: 50, gapMs: 20 * minute };

/** Reports, in virtual time, that so many more of those who have got the mail answer, and that so many are helped. */
async function report(
  play: Play,
  { id, handle }: PlayedCampaign,
  opened: number,
  handled: number,
): Promise<void> {
  const now = new Date(await play.env.currentTimeMs());
  await sql`
    insert into response (campaign_id, contact_id, source, event_id, kind, opened_at)
    select ${id}, d.contact_id, 'api', d.contact_id, 'call', ${now} from delivery d
    where d.campaign_id = ${id} and d.state = 'sent'
      and not exists (select from response r where r.campaign_id = ${id} and r.contact_id = d.contact_id)
    order by d.position limit ${opened}`.execute(play.db);
  await sql`
    update response set handled_at = ${now} where id in (
      select id from response where campaign_id = ${id} and handled_at is null order by opened_at, id limit ${handled})`.execute(
    play.db,
  );
  await sql`
    insert into response_signal (campaign_id, reported_at) values (${id}, ${now})
    on conflict (campaign_id) do update set reported_at = excluded.reported_at`.execute(play.db);
  await handle.signal('replan');
}

async function decisionsOf(play: Play, id: string) {
  return (await listDecisions(play.db, id, null, 500)).reverse();
}

test('a batch is only as large as open and expected responses leave room for, and a full desk holds it back', async () => {
  const play = await stage.open({ contacts: 150 });
  const capacity = { open: 10, rate: 0.5, delayMs: 10 * minute, handlingMs: 20 * minute };
  const campaign = await play.start({ ...pace, capacity });
  await campaign.reach(5);
  const first = play.peer.accepted.length;
  // Half of the mails will be answered, and helping one takes longer than the answers take to come.
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThan(40);
  await report(play, campaign, 10, 0);
  await campaign.reach(45);
  expect(play.peer.accepted).toHaveLength(first);
  const held = (await decisionsOf(play, campaign.id)).filter(({ kind }) => kind === 'heldBack');
  expect(held.length).toBeGreaterThan(0);
  // Looked at in the gap, the decision is one about what will be open then: a little less than now.
  expect(held[0]).toMatchObject({
    batch: 2,
    size: 0,
    sentence: expect.stringMatching(/^held back: 10 of 10 open, \d+ more expected within the hour/),
    inputs: { limit: 10, open: expect.closeTo(10, 0) },
  });
  await report(play, campaign, 0, 10);
  await campaign.reach(46);
  expect(play.peer.accepted.length).toBeGreaterThan(first);
  await campaign.handle.terminate();
});

test('the signal that goes silent lets the campaign fall back to its fixed pace, and says so', async () => {
  const play = await stage.open({ contacts: 200 });
  const capacity = { open: 20, rate: 0.5, delayMs: 5 * minute, silentAfterMs: 30 * minute };
  const campaign = await play.start({ ...pace, capacity });
  await campaign.end();
  const decisions = await decisionsOf(play, campaign.id);
  const silent = decisions.find(({ kind }) => kind === 'silent');
  expect(silent?.sentence).toMatch(/^no response reported .* back to the fixed pace, 50 now$/);
  expect(decisions[0]?.size).toBeLessThan(50);
  expect(await campaign.counts()).toEqual({ total: 200, sent: 200 });
});

test('every batch of a campaign that follows its responses has the decision that made it', async () => {
  const play = await stage.open({ contacts: 60 });
  const campaign = await play.start({ size: 30, gapMs: 20 * minute, capacity: { open: 100, rate: 0.1 } });
  await campaign.end();
  const sizes = (await campaign.attempts()).map(({ size }) => size);
  const decisions = (await decisionsOf(play, campaign.id)).filter(({ kind }) => kind === 'room');
  expect(sizes).toEqual([30, 30]);
  expect(decisions.map(({ batch, size }) => ({ batch, size }))).toEqual([
    { batch: 1, size: 30 },
    { batch: 2, size: 30 },
  ]);
  const history = JSON.stringify(await campaign.runs());
  expect(history).not.toContain('room for');
});
