import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignWorkflowId } from '../../domain/temporal-names.ts';
import { Arena } from '../support/arena.ts';
import { addDraft, type DraftOptions } from '../support/campaigns.ts';
import { eventually } from '../support/processes.ts';
import { connectClient } from '../support/world.ts';

/** Steering as an operator does it, over HTTP, while everything else runs as processes of its own. */
let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
  await arena.startApi();
  await arena.addContacts(2_000);
  await arena.startWorker();
});
afterAll(() => arena.stop());

async function start(draft: DraftOptions): Promise<string> {
  const id = await addDraft(arena.db, draft);
  expect((await arena.request('PUT', `/v1/campaigns/${id}/start`, {})).status).toBe(200);
  return id;
}

interface Batch {
  readonly number: number;
  readonly startedAt: number;
}

/** The campaign's last batch when it has ended at least a second ago; null before. */
async function restingBatch(id: string): Promise<Batch | null> {
  const { rows } = await sql<Batch>`
    select number, extract(epoch from started_at)::float8 * 1000 as "startedAt" from (
      select * from batch where campaign_id = ${id} order by number desc limit 1) last
    where finished_at is not null and latest_start < now() - interval '1 second'`.execute(arena.db);
  return rows[0] ?? null;
}

async function batchAfter(id: string, number: number): Promise<Batch> {
  return eventually('the next batch to begin', async () => {
    const { rows } = await sql<Batch>`
      select number, extract(epoch from started_at)::float8 * 1000 as "startedAt" from batch
      where campaign_id = ${id} and number > ${number} order by number limit 1`.execute(arena.db);
    return rows[0];
  });
}

/** When the last act of this kind came into force. */
async function appliedAt(id: string, action: string): Promise<number> {
  const { rows } = await sql<{ at: number }>`
    select extract(epoch from max(applied_at))::float8 * 1000 as at from control
    where campaign_id = ${id} and action = ${action}`.execute(arena.db);
  return rows[0]?.at ?? Number.NaN;
}

test('a pace change inside a gap moves the next batch within a second', async () => {
  const id = await start({ size: 5, gapMs: 600_000 });
  const setPace = async (every: string): Promise<void> => {
    expect((await arena.request('PUT', `/v1/campaigns/${id}/pace`, { size: 5, every })).status).toBe(200);
  };
  const tookMs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    if (round > 0) await setPace('10m');
    // The new gap of a second is over when it comes into force: the batch is due in that moment.
    const last = await eventually('the campaign to wait in its gap', () => restingBatch(id));
    const mails = arena.peer.accepted.length;
    await setPace('1s');
    const next = await batchAfter(id, last.number);
    await arena.peer.until(({ accepted }) => accepted.length > mails);
    tookMs.push(next.startedAt - (await appliedAt(id, 'setPace')));
  }
  const [, , median] = [...tookMs].sort((a, b) => a - b);
  expect(median, `the next batches began ${tookMs.map(Math.round).join(', ')} ms later`).toBeLessThan(1_000);
  await arena.request('PUT', `/v1/campaigns/${id}/cancellation`, {});
}, 60_000);

test('a campaign that its full desk holds back goes on within two seconds of the answer that makes room', async () => {
  const capacity = { open: 3, rate: 0.001, delayMs: 10_000 };
  const id = await start({ size: 50, gapMs: 1_000, capacity });
  const report = async (state: 'opened' | 'handled'): Promise<void> => {
    const events = Array.from({ length: 3 }, (_, i) => ({ eventId: `call-${i}`, state, kind: 'call' }));
    const { body } = await arena.request('POST', `/v1/campaigns/${id}/responses`, { events });
    expect(body).toMatchObject({ accepted: 3 });
  };
  await batchAfter(id, 0);
  await report('opened');
  // It would not look again by itself for a while: what lets it go on is the report.
  const last = await eventually('the campaign to be held back for longer', async () => {
    const resting = await restingBatch(id);
    const { body } = await arena.request('GET', `/v1/campaigns/${id}`);
    // As documented for GET /v1/campaigns/{id}.
    const next = body['next'] as { because: string; at: string } | null;
    const isHeld = next?.because === 'capacity' && Date.parse(next.at) > Date.now() + 10_000;
    return isHeld ? resting : null;
  });
  const reportedAt = Date.now();
  await report('handled');
  const next = await batchAfter(id, last.number);
  expect(next.startedAt - reportedAt).toBeLessThan(2_000);
  await arena.request('PUT', `/v1/campaigns/${id}/cancellation`, {});
}, 60_000);

test('a pause until an instant ends by itself, and nothing leaves before', async () => {
  const id = await start({ size: 5, gapMs: 1_000 });
  await batchAfter(id, 1);
  const resumeAt = Date.now() + 3_000;
  const body = { resumeAt: new Date(resumeAt).toISOString() };
  expect((await arena.request('PUT', `/v1/campaigns/${id}/pause`, body)).status).toBe(200);
  const last = await eventually('the pause to settle', () => restingBatch(id));
  const next = await batchAfter(id, last.number);
  expect(next.startedAt).toBeGreaterThanOrEqual(resumeAt);
  const { body: controls } = await arena.request('GET', `/v1/campaigns/${id}/controls`);
  expect(controls['items']).toMatchObject([
    { action: 'resume', to: { state: 'running' } },
    { action: 'pause', to: { resumeAt: body.resumeAt } },
    { action: 'start' },
  ]);
  await arena.request('PUT', `/v1/campaigns/${id}/cancellation`, {});
}, 60_000);

test('hundreds of reasons to plan again, one after the other, stall no campaign', async () => {
  const capacity = { open: 30, rate: 0.05, delayMs: 600_000 };
  const id = await start({ size: 5, gapMs: 600_000, capacity });
  const last = await eventually('the campaign to wait in its gap', () => restingBatch(id));
  const { client, close } = await connectClient(arena.temporal.address);
  const run = client.workflow.getHandle(campaignWorkflowId(id));
  for (let signal = 0; signal < 300; signal += 1) await run.signal('replan');
  expect((await arena.request('PUT', `/v1/campaigns/${id}/pace`, { size: 5, every: '1s' })).status).toBe(200);
  expect((await batchAfter(id, last.number)).number).toBe(last.number + 1);
  await arena.request('PUT', `/v1/campaigns/${id}/cancellation`, {});
  await close();
}, 60_000);
