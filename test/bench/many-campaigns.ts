import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { campaignWorkflowId } from '../../domain/temporal-names.ts';
import { eventually } from '../support/processes.ts';
import { connectClient } from '../support/world.ts';
import type { BenchStack } from './bench-stack.ts';
import { percentile, type Figure } from './figures.ts';
import { MemoryReport, type Memory } from './memory.ts';

const gapMs = 20 * 60_000;
/** More than any campaign sends meanwhile. */
const contacts = 200;
/** So many starts are under way at once. */
const hands = 4;
/** The three reads that screens make, each so often. */
const readEveryMs = 500;
const aloneMs = 30_000;

export interface Scale {
  readonly campaigns: number;
  /** How long batches and reads are looked at. */
  readonly seconds: number;
}

/**
 * Many campaigns alive on one worker and one API, each with a batch of 1 to 5 mails every 20 minutes. All are started and have sent
 * their first batch; then their last batches are put back in time, evenly over 20 minutes, as if they had been
 * started one after the other. So a stretch shows batches as they come all day. What is compared with is one campaign on the
 * same processes just before: other work on the machine meets both.
 */
export async function measureManyCampaigns(stack: BenchStack, scale: Scale): Promise<Figure[]> {
  const report = new MemoryReport();
  await stack.contacts(contacts);
  const worker = await stack.arena.startWorker(report.env);
  try {
    const alone = await lookAtOneAlone(stack);
    const one = await report.of(worker);
    const startedAt = performance.now();
    await startCampaigns(stack, scale.campaigns - 1);
    const startMs = performance.now() - startedAt;
    await spreadOverGap(stack);
    const many = await lookAtStretch(stack, scale.seconds * 1_000);
    const all = await report.of(worker);
    const what = `${scale.campaigns} campaigns`;
    return [
      { name: `${what} started, first batches sent after`, value: startMs / 1_000, unit: 's' },
      { name: `batches begun in ${scale.seconds} s, ${what}`, value: many.latenesses.length, unit: '' },
      ...compare(`batch lateness, ${what}`, alone.latenesses, many.latenesses),
      ...many.reads.flatMap(({ name, ms }, index) =>
        compare(`API, ${name}, ${what}`, alone.reads[index]?.ms ?? [], ms),
      ),
      ...showMemory(scale, one, all),
      { name: 'API memory', value: residentOctets(stack.api) / 1e6, unit: 'MB' },
    ];
  } finally {
    await stack.arena.kill(worker, 'SIGTERM');
    report.remove();
  }
}

/** One campaign with a batch a second; afterwards it is one like the others. */
async function lookAtOneAlone(stack: BenchStack): Promise<Stretch> {
  const id = await stack.campaign({ size: 1, gapMs: 1_000 });
  await stack.untilSent(id, 1);
  const stretch = await lookAtStretch(stack, aloneMs);
  const { status } = await stack.arena.request('PUT', `/v1/campaigns/${id}/pace`, { size: 1, every: '20m' });
  if (status !== 200) throw new Error(`the change of pace answered ${status}`);
  return stretch;
}

interface Stretch {
  readonly latenesses: readonly number[];
  readonly reads: readonly Read[];
}

async function lookAtStretch(stack: BenchStack, forMs: number): Promise<Stretch> {
  const since = new Date();
  const reads = await readWhileTheyRun(stack, forMs);
  const latenesses = await latenessSince(stack, since);
  if (latenesses.length === 0) throw new Error('no batch was due; give more --seconds or --campaigns');
  return { latenesses, reads };
}

/** Starts so many more campaigns through the API, and waits until each has sent its first batch. */
async function startCampaigns(stack: BenchStack, count: number): Promise<void> {
  let next = 0;
  const startSome = async (): Promise<void> => {
    while (next < count) await stack.campaign({ size: 1 + (next++ % 5), gapMs });
  };
  await Promise.all(Array.from({ length: hands }, startSome));
  await eventually(
    'the first batch of every campaign',
    async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from campaign c
        where not exists (select from batch where campaign_id = c.id and finished_at is not null)`.execute(
        stack.arena.db,
      );
      return rows[0]?.n === 0;
    },
    600_000,
  );
}

/** As if the campaigns had been started one after the other over the last 20 minutes. */
async function spreadOverGap(stack: BenchStack): Promise<void> {
  const { arena } = stack;
  const { rows } = await sql<{ id: string }>`
    with place as (
      select id, (row_number() over (order by id) - 0.5) / count(*) over () as share from campaign
    ), moved as (
      update batch set latest_start = now() - place.share * ${gapMs}::float8 * interval '1 millisecond'
      from place where campaign_id = place.id
    )
    select id from place order by share desc`.execute(arena.db);
  const { client, close } = await connectClient(arena.temporal.address);
  // Those that are due first hear of it first. One after the other: a timer is late by what the task took that set it, and
  // all at once they would take seconds.
  for (const { id } of rows) {
    const handle = client.workflow.getHandle(campaignWorkflowId(id));
    await handle.signal('replan');
    await handle.query('progress');
  }
  await close();
  await sql`vacuum analyze`.execute(arena.db);
}

interface Read {
  readonly name: string;
  readonly pathOf: (campaignId: string) => string;
  readonly ms: number[];
}

/** Asks like open screens do, one campaign after the other. */
async function readWhileTheyRun({ arena }: BenchStack, forMs: number): Promise<readonly Read[]> {
  const ids = (await arena.db.selectFrom('campaign').select('id').execute()).map(({ id }) => id);
  const reads: Read[] = [
    { name: 'a campaign', pathOf: (id) => `/v1/campaigns/${id}`, ms: [] },
    { name: 'the list of 50', pathOf: () => '/v1/campaigns', ms: [] },
    { name: 'a forecast', pathOf: (id) => `/v1/campaigns/${id}/forecast`, ms: [] },
  ];
  const until = performance.now() + forMs;
  const askAll = async (read: Read, index: number): Promise<void> => {
    await delay((index * readEveryMs) / reads.length);
    for (let round = 0; performance.now() < until; round += 1) {
      const startedAt = performance.now();
      const { status } = await arena.request('GET', read.pathOf(ids[round % ids.length] ?? ''));
      read.ms.push(performance.now() - startedAt);
      if (status !== 200) throw new Error(`reading ${read.name} answered ${status}`);
      await delay(Math.max(0, startedAt + readEveryMs - performance.now()));
    }
  };
  await Promise.all(reads.map(askAll));
  return reads;
}

/** Of batches that were due and began after `since`; what is due and has not begun yet counts as late as it is. */
async function latenessSince({ arena }: BenchStack, since: Date): Promise<readonly number[]> {
  const { rows } = await sql<{ late: number }>`
    select extract(epoch from started_at - planned_at)::float8 * 1000 as late from batch
    where number > 1 and started_at > ${since}
    union all
    select late from (
      select extract(epoch from now() - b.latest_start)::float8 * 1000 - c.gap_ms as late
      from campaign c join lateral (
        select * from batch where campaign_id = c.id order by number desc limit 1) b on b.finished_at is not null
    ) waiting where late > 0`.execute(arena.db);
  return rows.map(({ late }) => late);
}

function compare(name: string, alone: readonly number[], many: readonly number[]): Figure[] {
  return [50, 99].map((percent) => {
    const value = percentile(many, percent);
    const ratio = value / percentile(alone, percent);
    return { name: `${name}, p${percent}`, value, unit: 'ms', ratio, against: 'with 1 campaign' };
  });
}

function showMemory({ campaigns }: Scale, one: Memory, all: Memory): Figure[] {
  const perCampaign = (what: keyof Memory): number => (all[what] - one[what]) / (campaigns - 1) / 1e3;
  const compared = (what: keyof Memory): Pick<Figure, 'ratio' | 'against'> => ({
    ratio: all[what] / one[what],
    against: 'with 1 campaign',
  });
  return [
    { name: `worker memory, ${campaigns} campaigns`, value: all.rss / 1e6, unit: 'MB', ...compared('rss') },
    { name: `worker heap, ${campaigns} campaigns`, value: all.heap / 1e6, unit: 'MB', ...compared('heap') },
    { name: 'worker memory per campaign', value: perCampaign('rss'), unit: 'kB' },
    { name: 'worker heap per campaign', value: perCampaign('heap'), unit: 'kB' },
  ];
}

function residentOctets({ pid }: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}
