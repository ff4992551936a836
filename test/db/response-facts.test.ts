import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/open.ts';
import { readResponseFacts } from '../../db/response-facts.ts';
import { handleResponse, listResponses } from '../../db/response-list.ts';
import { reportResponses } from '../../db/responses.ts';
import { addContacts, addDraft, addRunning, useDatabase } from '../support/campaigns.ts';

const world = useDatabase();
const minute = 60_000;
const hour = 60 * minute;
const grid = [5 * minute, 10 * minute, hour, 7 * 24 * hour];
// Before any real clock: what is reported in these tests is reported later.
const now = Date.UTC(2020, 11, 1, 12);
const before = (ms: number): Date => new Date(now - ms);

beforeAll(async () => {
  await addContacts(world.db, 40);
});

interface Sent {
  readonly batch: number;
  /** Before now. */
  readonly ms: number;
  readonly size: number;
}

/** A campaign with batches that have left; mails of batch n are those of positions (n − 1) × 10 and following. */
async function addSent(batches: readonly Sent[], change: { desk?: string } = {}): Promise<string> {
  const { db } = world;
  const id = await addRunning(db);
  for (const { batch, ms, size } of batches) {
    await sql`insert into batch (campaign_id, number, size, planned_at, latest_start, started_at, finished_at)
      values (${id}, ${batch}, ${size}, ${before(ms)}, ${before(ms)}, ${before(ms)}, ${before(ms - 1)})`.execute(
      db,
    );
    await sql`update delivery set state = 'sending', batch = ${batch}, sending_at = ${before(ms)}
      where campaign_id = ${id} and position > ${(batch - 1) * 10} and position <= ${(batch - 1) * 10 + size}`.execute(
      db,
    );
    await sql`update delivery set state = 'sent' where campaign_id = ${id} and state = 'sending'`.execute(db);
  }
  if (change.desk !== undefined)
    await db
      .updateTable('campaign')
      .set({ desk_id: change.desk, capacity: JSON.stringify({ desk: change.desk, rate: 0.3 }) })
      .where('id', '=', id)
      .execute();
  return id;
}

/** A response by the recipient at `position`, opened and handled so long before now; null: not (yet). */
async function respond(id: string, position: number | null, opened: number | null, handled: number | null) {
  const { db } = world;
  const person =
    position === null
      ? null
      : await db
          .selectFrom('delivery')
          .select('contact_id')
          .where('campaign_id', '=', id)
          .where('position', '=', position)
          .executeTakeFirstOrThrow();
  const event = { eventId: `e${Math.random()}`, kind: 'call', contactId: person?.contact_id ?? null };
  await reportResponses(db, {
    campaignId: id,
    source: 'api',
    events: [
      ...(opened === null ? [] : [{ ...event, state: 'opened' as const, at: before(opened) }]),
      ...(handled === null ? [] : [{ ...event, state: 'handled' as const, at: before(handled) }]),
    ],
  });
}

describe('what is known of the responses of a campaign', () => {
  it('is nothing before the first mail', async () => {
    const id = await addRunning(world.db);
    expect(await readResponseFacts(world.db, id, now, grid)).toEqual({
      open: 0,
      own: { campaignId: id, capacity: null, batches: [], delays: [], opened: 0 },
      others: [],
      handled: { count: 0, meanOpenMs: null, lastHour: { count: 0, meanOpen: 0 } },
      lastSignalAt: null,
      desk: null,
    });
  });

  it('has each mail and each delay where it belongs, the bound in its bucket', async () => {
    const id = await addSent([
      { batch: 1, ms: 3 * hour, size: 10 },
      { batch: 2, ms: 1 * hour, size: 5 },
    ]);
    await respond(id, 1, 3 * hour - 5 * minute, null);
    await respond(id, 2, 3 * hour - 5 * minute - 1, null);
    await respond(id, 3, 3 * hour - 10 * minute, null);
    await respond(id, 4, 3 * hour - 2 * hour, null);
    // A clock that is behind: before its own mail.
    await respond(id, 5, 3 * hour + 2 * minute, null);
    await respond(id, null, 2 * hour, null);
    const { own, open } = await readResponseFacts(world.db, id, now, grid);
    expect(open).toBe(6);
    expect(own.opened).toBe(6);
    expect(own.batches.toSorted((one, other) => one.at - other.at)).toEqual([
      { at: now - 3 * hour, size: 10 },
      { at: now - hour, size: 5 },
    ]);
    expect(own.delays.toSorted((one, other) => one.uptoMs - other.uptoMs)).toEqual([
      { uptoMs: 5 * minute, count: 2 },
      { uptoMs: 10 * minute, count: 2 },
      { uptoMs: 7 * 24 * hour, count: 1 },
    ]);
  });

  it('gives mails that are older than the grid as one entry, and those of a batch under way as far as they are out', async () => {
    const id = await addSent([
      { batch: 1, ms: 9 * 24 * hour, size: 10 },
      { batch: 2, ms: 8 * 24 * hour, size: 10 },
      { batch: 3, ms: hour, size: 4 },
    ]);
    await sql`update batch set size = 10, finished_at = null where campaign_id = ${id} and number = 3`.execute(
      world.db,
    );
    const { own } = await readResponseFacts(world.db, id, now, grid);
    expect(own.batches.toSorted((one, other) => one.at - other.at)).toEqual([
      { at: now - 8 * 24 * hour, size: 20 },
      { at: now - hour, size: 4 },
    ]);
  });

  it('knows how long responses were open, and how many on average in the last hour', async () => {
    const id = await addSent([{ batch: 1, ms: 10 * hour, size: 10 }]);
    await respond(id, 1, 5 * hour, 3 * hour);
    await respond(id, 2, 2 * hour, hour / 2);
    await respond(id, 3, hour / 4, null);
    // Its beginning was never told.
    await respond(id, 4, null, hour / 2);
    // Over as soon as it began: never took up capacity.
    await respond(id, 5, hour / 3, hour / 3);
    const facts = await readResponseFacts(world.db, id, now, grid);
    expect(facts).toMatchObject({
      open: 1,
      own: { opened: 4 },
      handled: {
        count: 2,
        meanOpenMs: (2 * hour + 1.5 * hour) / 2,
        lastHour: { count: 1, meanOpen: 0.5 + 0.25 },
      },
    });
  });

  it('takes in every campaign of the desk, and no draft and no other', async () => {
    const { db } = world;
    const { id: desk } = await db
      .insertInto('desk')
      .values({ name: 'Helpdesk', capacity: 30, time_zone: 'Europe/Berlin', created_by: 'test' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const id = await addSent([{ batch: 1, ms: hour, size: 3 }], { desk });
    const other = await addSent([{ batch: 1, ms: 2 * hour, size: 7 }], { desk });
    const apart = await addSent([{ batch: 1, ms: hour, size: 9 }]);
    const draft = await addDraft(db);
    await db.updateTable('campaign').set({ desk_id: desk }).where('id', '=', draft).execute();
    await respond(id, 1, hour / 2, null);
    await respond(other, 1, hour, null);
    await respond(other, 2, hour, hour / 2);
    await respond(apart, 1, hour / 2, null);
    expect(await readResponseFacts(db, id, now, grid)).toMatchObject({
      open: 2,
      own: { campaignId: id, capacity: { desk, rate: 0.3 }, batches: [{ size: 3 }], opened: 1 },
      others: [{ campaignId: other, batches: [{ size: 7 }], opened: 2 }],
      handled: { count: 1, meanOpenMs: hour / 2 },
      desk: { capacity: 30, timeZone: 'Europe/Berlin', windows: [] },
    });
    const alone = await readResponseFacts(db, apart, now, grid);
    expect(alone).toMatchObject({ open: 1, others: [], desk: null });
  });

  it('knows when somebody last reported, also by hand and for another campaign of the desk', async () => {
    const { db } = world;
    const id = await addSent([{ batch: 1, ms: hour, size: 3 }]);
    await respond(id, 1, hour / 2, null);
    const longAgo = new Date(now - 5 * hour);
    const age = () =>
      db.updateTable('response_signal').set({ reported_at: longAgo }).where('campaign_id', '=', id).execute();
    await age();
    expect((await readResponseFacts(db, id, now, grid)).lastSignalAt).toBe(longAgo.getTime());
    const [open] = await listResponses(db, id, { state: 'open', after: null, limit: 1 });
    await handleResponse(db, id, open?.id ?? '');
    expect((await readResponseFacts(db, id, now, grid)).lastSignalAt).toBeGreaterThan(longAgo.getTime());
  });

  it('is read by indexes: 20,000 responses of other campaigns cost nothing', async () => {
    const { db } = world;
    const id = await addSent([{ batch: 1, ms: hour, size: 10 }]);
    const other = await addSent([{ batch: 1, ms: hour, size: 10 }]);
    await sql`insert into response (campaign_id, contact_id, source, event_id, kind, opened_at, handled_at)
      select ${other}, (select contact_id from delivery where campaign_id = ${other} and position = 1 + i % 10), 'api', 'x' || i,
        'ticket', ${before(hour / 2)}, case when i % 10 > 0 then ${before(hour / 4)}::timestamptz end
      from generate_series(1, 20000) i`.execute(db);
    await sql`vacuum analyze response`.execute(db);
    const scans = (trx: Database) =>
      sql<{
        seq_scan: number;
      }>`select seq_scan from pg_stat_xact_user_tables where relname = 'response'`.execute(trx);
    await db.transaction().execute(async (trx) => {
      expect((await readResponseFacts(trx, id, now, grid)).own.opened).toBe(0);
      expect((await scans(trx)).rows).toEqual([{ seq_scan: 0 }]);
      expect((await readResponseFacts(trx, other, now, grid)).open).toBe(2_000);
    });
  });
});
