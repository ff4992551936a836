import { sql } from 'kysely';
import type { SendingWindow } from '../domain/calendar.ts';
import type { StatedCapacity } from '../domain/capacity-settings.ts';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';

/** What the mails of one campaign have brought. Shaped as domain/response-model.ts learns from it. */
export interface StreamFacts {
  readonly campaignId: string;
  /** The campaign's capacity as its body said it; null for one that does not follow its responses. */
  readonly capacity: StatedCapacity | null;
  /** Mails that left together; those older than the last bound of the grid are one entry. */
  readonly batches: readonly { readonly at: Instant; readonly size: number }[];
  /** How many responses came with a delay up to this bound of the grid and above the one before. */
  readonly delays: readonly { readonly uptoMs: number; readonly count: number }[];
  /** Responses in all, also those that cannot be traced to a mail. */
  readonly opened: number;
}

/** Everything that is known of the responses of a campaign and of the campaigns that share its desk, from one snapshot. */
export interface ResponseFacts {
  /** Responses that are open now, of all these campaigns. */
  readonly open: number;
  readonly own: StreamFacts;
  readonly others: readonly StreamFacts[];
  readonly handled: {
    /** Within the reach of the grid, and how long each was open on average; null when there was none. */
    readonly count: number;
    readonly meanOpenMs: number | null;
    readonly lastHour: { readonly count: number; readonly meanOpen: number };
  };
  /** When somebody last reported for one of these campaigns, though it were nothing new. */
  readonly lastSignalAt: Instant | null;
  readonly desk: {
    readonly capacity: number;
    readonly timeZone: string;
    readonly windows: readonly SendingWindow[];
  } | null;
}

interface Row {
  id: string;
  own: boolean;
  capacity: StatedCapacity | null;
  desk_capacity: number | null;
  time_zone: string | null;
  windows: SendingWindow[] | null;
  open: number;
  opened: number;
  buckets: { bucket: number; count: number }[] | null;
  batches: { at: number; size: number }[] | null;
  handled: number;
  handled_open_ms: number;
  handled_lately: number;
  open_ms_lately: number;
  signal_ms: number | null;
}

const hourMs = 3_600_000;

/**
 * Reads what the planner decides room by, in one statement. `gridMs` are the ascending upper bounds of the delays.
 * A response that was handled in the very moment of its opening (a link that only says something, a call that was
 * reported when it was over at once) never took up capacity and is left out, except as a sign of life.
 * Throws when there is no such campaign.
 */
export async function readResponseFacts(
  db: Database,
  campaignId: string,
  now: Instant,
  gridMs: readonly number[],
): Promise<ResponseFacts> {
  const rows = await look(db, campaignId, now, gridMs);
  const own = rows.find((row) => row.own);
  if (own === undefined) throw new Error(`no campaign ${campaignId}`);
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const handled = sum((row) => row.handled);
  const signals = rows.flatMap(({ signal_ms: at }) => (at === null ? [] : [at]));
  return {
    open: sum((row) => row.open),
    own: streamOf(own, gridMs),
    others: rows.filter((row) => !row.own && row.batches !== null).map((row) => streamOf(row, gridMs)),
    handled: {
      count: handled,
      meanOpenMs: handled === 0 ? null : sum((row) => row.handled_open_ms) / handled,
      lastHour: {
        count: sum((row) => row.handled_lately),
        meanOpen: sum((row) => row.open_ms_lately) / hourMs,
      },
    },
    lastSignalAt: signals.length === 0 ? null : Math.max(...signals),
    desk:
      own.desk_capacity === null
        ? null
        : { capacity: own.desk_capacity, timeZone: own.time_zone ?? 'UTC', windows: own.windows ?? [] },
  };
}

function streamOf(row: Row, gridMs: readonly number[]): StreamFacts {
  return {
    campaignId: row.id,
    capacity: row.capacity,
    batches: row.batches ?? [],
    // Beyond the last bound there is no bucket.
    delays: (row.buckets ?? []).flatMap(({ bucket, count }) => {
      const uptoMs = gridMs[bucket];
      return uptoMs === undefined ? [] : [{ uptoMs, count }];
    }),
    opened: row.opened,
  };
}

async function look(
  db: Database,
  campaignId: string,
  now: Instant,
  gridMs: readonly number[],
): Promise<Row[]> {
  const at = new Date(now);
  const hourAgo = new Date(now - hourMs);
  const reach = new Date(now - (gridMs.at(-1) ?? 0));
  const handled = sql`(r.opened_at < r.handled_at and r.handled_at > ${reach} and r.handled_at <= ${at})`;
  const { rows } = await sql<Row>`
    with scope as (
      select o.id, o.id = c.id as own, o.capacity, c.desk_id
      from campaign c join campaign o on o.id = c.id or (o.desk_id = c.desk_id and o.state <> 'draft')
      where c.id = ${campaignId}
    )
    select s.id, s.own, s.capacity, k.capacity as desk_capacity, k.time_zone, k.windows, mails.batches, answers.*,
      (select date_part('epoch', reported_at) * 1000 from response_signal where campaign_id = s.id) as signal_ms
    from scope s
    left join desk k on k.id = s.desk_id
    cross join lateral (
      select json_agg(json_build_object('at', floor(date_part('epoch', at) * 1000), 'size', size)) as batches from (
        select latest_start as at, size from batch
        where campaign_id = s.id and latest_start > ${reach} and finished_at is not null
        union all
        -- The one under way, as far as it is out.
        select b.latest_start, (select count(*) from delivery d
          where d.campaign_id = s.id and d.batch = b.number and d.state <> 'skipped')
        from (select * from batch where campaign_id = s.id order by number desc limit 1) b
        where b.finished_at is null
        union all
        select max(latest_start), sum(size) from batch where campaign_id = s.id and latest_start <= ${reach}
        having count(*) > 0
      ) left_together
    ) mails
    cross join lateral (
      -- One pass over the campaign's responses: it may have thousands.
      select coalesce(sum(open), 0)::int as open, coalesce(sum(opened), 0)::int as opened,
        json_agg(json_build_object('bucket', bucket, 'count', opened)) filter (where bucket is not null) as buckets,
        coalesce(sum(handled), 0)::int as handled, coalesce(sum(handled_open_ms), 0) as handled_open_ms,
        coalesce(sum(handled_lately), 0)::int as handled_lately, coalesce(sum(open_ms_lately), 0) as open_ms_lately
      from (
        select
          -- A bound belongs to its bucket, so a delay of exactly the bound must not count as above it.
          case when r.opened_at is distinct from r.handled_at then width_bucket(
            ceil(${milliseconds(sql`coalesce(r.opened_at, r.handled_at) - r.mailed_at`)}) - 1, ${gridMs}::float8[]) end as bucket,
          count(*) filter (where r.handled_at is null) as open,
          count(*) filter (where r.opened_at is distinct from r.handled_at) as opened,
          count(*) filter (where ${handled}) as handled,
          sum(${milliseconds(sql`r.handled_at - r.opened_at`)}) filter (where ${handled}) as handled_open_ms,
          count(*) filter (where ${handled} and r.handled_at > ${hourAgo}) as handled_lately,
          sum(greatest(0, ${milliseconds(sql`least(r.handled_at, ${at}::timestamptz) - greatest(r.opened_at, ${hourAgo}::timestamptz)`)}))
            filter (where r.opened_at is not null) as open_ms_lately
        from response r where r.campaign_id = s.id group by 1
      ) by_bucket
    ) answers`.execute(db);
  return rows;
}

function milliseconds(interval: ReturnType<typeof sql>) {
  return sql`date_part('epoch', ${interval}) * 1000`;
}
