import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { useStage } from './stage.ts';

const stage = useStage();
const every20 = { size: 50, gapMs: 20 * 60_000 };

test.each([
  ['the mail cannot be compiled', { subject: 'Hello', text: '{{ contact.firstName | nonsense: }} {% if %}' }],
  ['the database refuses every claim', undefined],
])(
  'a fault that is not the relay’s (%s) is tried again with growing pauses, and nobody is lost by it',
  async (_, content) => {
    const play = await stage.open({ contacts: 100 });
    if (content === undefined) {
      await sql`create function refuse() returns trigger language plpgsql as 'begin raise exception ''disk full''; end'`.execute(
        play.db,
      );
      await sql`create trigger refuse before update on delivery for each row when (new.state = 'sending') execute function refuse()`.execute(
        play.db,
      );
    }
    const campaign = await play.start({ ...every20, ...(content === undefined ? {} : { content }) });
    await campaign.reach(60);
    const attempts = await campaign.attempts();
    // At once, again at once (it may have been a moment's trouble), then after 4, 8, 16 … 300 s.
    expect(attempts.length).toBeGreaterThan(10);
    expect(attempts.length).toBeLessThan(30);
    expect(await campaign.counts()).toEqual({ planned: 100, total: 100 });

    if (content === undefined) await sql`drop function refuse cascade`.execute(play.db);
    else
      await sql`update campaign set content = '{"subject": "Hello", "text": "Mended"}' where id = ${campaign.id}`.execute(
        play.db,
      );
    await campaign.end();
    expect(await campaign.counts()).toEqual({ sent: 100, total: 100 });
    expect(play.peer.accepted).toHaveLength(100);
  },
);
