import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { listBoundCampaigns, readDesk } from '../../db/desks.ts';
import { handleResponse, listResponses } from '../../db/response-list.ts';
import { reportResponses, type ResponseEvent } from '../../db/responses.ts';
import { addContacts, addRunning, ledgerOf, useDatabase } from '../support/campaigns.ts';

const world = useDatabase();
let campaignId = '';
beforeAll(async () => {
  await addContacts(world.db, 5);
  campaignId = await addRunning(world.db);
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 11, 1, 9, minute));
const event = (eventId: string, state: 'opened' | 'handled', minute = 0): ResponseEvent => ({
  eventId,
  state,
  at: at(minute),
  kind: 'ticket',
  contactId: null,
});

async function report(events: readonly ResponseEvent[], id = campaignId, source = 'api') {
  return reportResponses(world.db, { campaignId: id, source, events });
}

async function rowsOf(id = campaignId) {
  return world.db
    .selectFrom('response')
    .select(['event_id', 'source', 'opened_at', 'handled_at', 'contact_id'])
    .where('campaign_id', '=', id)
    .orderBy('event_id')
    .orderBy('source')
    .execute();
}

describe('a report of responses', () => {
  it('opens and handles each event once; what is known already changes nothing', async () => {
    const id = await addRunning(world.db);
    expect(await report([event('a', 'opened', 1), event('b', 'opened', 2)], id)).toEqual({
      accepted: 2,
      repeated: 0,
    });
    expect(
      await report([event('a', 'opened', 9), event('a', 'handled', 5), event('c', 'opened', 6)], id),
    ).toEqual({
      accepted: 2,
      repeated: 1,
    });
    const before = await rowsOf(id);
    expect(await report([event('a', 'handled', 50), event('b', 'opened', 51)], id)).toEqual({
      accepted: 0,
      repeated: 2,
    });
    expect(await rowsOf(id)).toEqual(before);
    expect(before).toMatchObject([
      { event_id: 'a', opened_at: at(1), handled_at: at(5) },
      { event_id: 'b', opened_at: at(2), handled_at: null },
      { event_id: 'c', opened_at: at(6), handled_at: null },
    ]);
  });

  it('may tell the end before the beginning: it never counts as open', async () => {
    const id = await addRunning(world.db);
    expect(await report([event('late', 'handled', 8)], id)).toEqual({ accepted: 1, repeated: 0 });
    expect(await rowsOf(id)).toMatchObject([{ opened_at: null, handled_at: at(8) }]);
    expect(await report([event('late', 'opened', 3)], id)).toEqual({ accepted: 1, repeated: 0 });
    expect(await rowsOf(id)).toMatchObject([{ opened_at: at(3), handled_at: at(8) }]);
  });

  it('counts an event that it names twice itself as repeated', async () => {
    const id = await addRunning(world.db);
    expect(
      await report([event('a', 'opened', 1), event('a', 'opened', 2), event('a', 'handled', 3)], id),
    ).toEqual({
      accepted: 2,
      repeated: 1,
    });
    expect(await rowsOf(id)).toMatchObject([{ opened_at: at(1), handled_at: at(3) }]);
  });

  it('keeps event ids of one source and campaign apart from those of another', async () => {
    const id = await addRunning(world.db);
    const other = await addRunning(world.db);
    for (const [where, source] of [
      [id, 'api'],
      [id, 'link'],
      [other, 'api'],
    ] as const)
      expect(await report([event('same', 'opened')], where, source)).toEqual({ accepted: 1, repeated: 0 });
    expect((await rowsOf(id)).map(({ source }) => source)).toEqual(['api', 'link']);
  });

  it('learns later who it was, and does not forget it', async () => {
    const id = await addRunning(world.db);
    const [first, second] = await ledgerOf(world.db, id);
    await report([event('a', 'opened')], id);
    await report([{ ...event('a', 'handled'), contactId: first?.contact_id ?? '' }], id);
    await report([{ ...event('a', 'handled'), contactId: second?.contact_id ?? '' }], id);
    expect(await rowsOf(id)).toMatchObject([{ contact_id: first?.contact_id }]);
  });

  it('is kept as sign of life also when it is empty', async () => {
    const id = await addRunning(world.db);
    const signal = () =>
      world.db
        .selectFrom('response_signal')
        .select('reported_at')
        .where('campaign_id', '=', id)
        .executeTakeFirst();
    expect(await signal()).toBeUndefined();
    expect(await report([], id)).toEqual({ accepted: 0, repeated: 0 });
    const first = await signal();
    expect(first).toBeDefined();
    await sql`update response_signal set reported_at = now() - interval '1 hour' where campaign_id = ${id}`.execute(
      world.db,
    );
    await report([], id);
    expect((await signal())?.reported_at.getTime()).toBeGreaterThanOrEqual(
      first?.reported_at.getTime() ?? Infinity,
    );
  });

  it('counts each thing once in whatever order, grouping and overlap it is told', async () => {
    const told = fc.array(
      fc.array(
        fc.tuple(
          fc.constantFrom('a', 'b', 'c', 'd'),
          fc.constantFrom<'opened' | 'handled'>('opened', 'handled'),
        ),
        {
          maxLength: 8,
        },
      ),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(told, async (reports) => {
        const id = await addRunning(world.db);
        // All at the same time: they wait for each other's rows and never deadlock.
        const results = await Promise.all(
          reports.map((events) =>
            report(
              events.map(([eventId, state]) => event(eventId, state)),
              id,
            ),
          ),
        );
        const said = new Set(reports.flat().map((each) => each.join(' ')));
        const all = results.reduce((sum, { accepted }) => sum + accepted, 0);
        const again = results.reduce((sum, { repeated }) => sum + repeated, 0);
        expect({ all, again }).toEqual({ all: said.size, again: reports.flat().length - said.size });
        const known = (await rowsOf(id)).flatMap(
          ({ event_id: name, opened_at: opened, handled_at: handled }) => [
            ...(opened === null ? [] : [`${name} opened`]),
            ...(handled === null ? [] : [`${name} handled`]),
          ],
        );
        expect(new Set(known)).toEqual(said);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the open responses of a desk', () => {
  it('are those of all campaigns that feed it, and of no other', async () => {
    const { db } = world;
    const { id: deskId } = await db
      .insertInto('desk')
      .values({ name: 'Helpdesk', capacity: 30, created_by: 'test' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const [one, two, apart] = [await addRunning(db), await addRunning(db), await addRunning(db)];
    await db
      .updateTable('campaign')
      .set({ desk_id: deskId, capacity: JSON.stringify({ desk: deskId }) })
      .where('id', 'in', [one, two])
      .execute();
    await report([event('a', 'opened'), event('b', 'opened'), event('b', 'handled')], one);
    await report([event('a', 'opened')], two);
    await report([event('a', 'opened')], apart);
    expect((await readDesk(db, deskId))?.open).toBe(2);
    expect((await listBoundCampaigns(db, one)).sort()).toEqual([one, two].sort());
    expect(await listBoundCampaigns(db, apart)).toEqual([]);
    const open = await listResponses(db, two, { state: 'open', after: null, limit: 10 });
    expect(await handleResponse(db, one, open[0]?.id ?? '')).toBeNull();
    expect((await handleResponse(db, two, open[0]?.id ?? ''))?.handledAt).toBeInstanceOf(Date);
    expect((await readDesk(db, deskId))?.open).toBe(1);
  });

  it('are counted by the index of open ones, however many were handled', async () => {
    const { db } = world;
    const id = await addRunning(db);
    await sql`insert into response (campaign_id, source, event_id, kind, opened_at, handled_at)
      select ${id}, 'api', 'x' || i, 'ticket', now(), case when i > 30 then now() end from generate_series(1, 20000) i`.execute(
      db,
    );
    await sql`vacuum analyze response`.execute(db);
    const { rows } = await sql<Record<string, string>>`
      explain select count(*) from campaign c join response r on r.campaign_id = c.id
      where c.id = ${id} and r.handled_at is null`.execute(db);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('response_open');
  });
});
