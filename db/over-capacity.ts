import { sql } from 'kysely';
import { createCalendar, type SendingWindow } from '../domain/calendar.ts';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';

interface Row {
  since: Date | null;
  time_zone: string;
  windows: readonly SendingWindow[];
}

/**
 * How long more responses than the capacity have been open without a break, in the hours in which the desk works (of a capacity
 * of the campaign's own: all hours); null when there are not more, or nobody set a capacity. At a desk the responses of all
 * campaigns that feed it count. Time before `notBefore` does not: somebody has seen it.
 */
export async function readOverCapacityMs(
  db: Database,
  campaignId: string,
  now: Instant,
  notBefore: Instant | null,
): Promise<number | null> {
  const row = await readSince(db, campaignId);
  if (row === undefined || row.since === null) return null;
  const calendar = createCalendar({ timeZone: row.time_zone, windows: row.windows, holidays: [] });
  return calendar.openMs(Math.max(row.since.getTime(), notBefore ?? 0), now);
}

/** Backwards from what is open now: the newest response before which there were not too many. */
async function readSince(db: Database, campaignId: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`
    -- prepare: read_over_capacity
    with bound as (
      select c.id, c.desk_id, coalesce(k.capacity, (c.capacity ->> 'open')::int) as room,
        coalesce(k.time_zone, 'UTC') as time_zone, coalesce(k.windows, '[]') as windows
      from campaign c left join desk k on k.id = c.desk_id
      where c.id = ${campaignId} and c.capacity is not null
    ), feeding as (
      select c.id from campaign c, bound where c.id = bound.id or c.desk_id = bound.desk_id
    ), open_now as (
      select count(*) as n from response r
      where r.campaign_id in (select id from feeding) and r.handled_at is null and r.opened_at is not null
    ), change as (
      select r.opened_at as at, 1 as by from response r
      where r.campaign_id in (select id from feeding) and r.opened_at is not null and (select n from open_now) > (select room from bound)
      union all
      select r.handled_at, -1 from response r
      where r.campaign_id in (select id from feeding) and r.opened_at is not null and r.handled_at is not null
        and (select n from open_now) > (select room from bound)
    ), back as (
      select at, (select n from open_now) - sum(by) over (order by at desc, by range unbounded preceding) as before from change
    )
    select bound.time_zone, bound.windows,
      (select max(at) from back where before <= bound.room) as since
    from bound`.execute(db);
  return rows[0];
}
