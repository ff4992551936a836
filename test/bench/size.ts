import { readFileSync } from 'node:fs';
import type { Client } from '@temporalio/client';
import { sql } from 'kysely';
import { campaignWorkflowId } from '../../domain/temporal-names.ts';
import { connectClient } from '../support/world.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Figure } from './figures.ts';

const many = 100_000;

/** What grows with the number of recipients, and what must not. */
export async function measureSize(stack: BenchStack): Promise<Figure[]> {
  return [
    ...(await measureImport(stack)),
    ...(await measureMemory(stack)),
    ...(await measureTemporalCost(stack)),
  ];
}

async function measureImport(stack: BenchStack): Promise<Figure[]> {
  await sql`truncate campaign, contact cascade`.execute(stack.arena.db);
  const line = (index: number): string => `p${index}@example.org;Anna${index};Muster${index};Frau;de;s1;12\n`;
  const csv = `email;first_name;last_name;salutation;language;server;room\n${Array.from({ length: many }, (_, i) => line(i)).join('')}`;
  const startedAt = performance.now();
  const { status, body } = await stack.arena.upload('/v1/contact-imports', 'text/csv', csv);
  if (status !== 201 || body['created'] !== many)
    throw new Error(`the import answered ${status}: ${JSON.stringify(body)}`);
  return [{ name: 'import of 100,000 CSV rows', value: (performance.now() - startedAt) / 1_000, unit: 's' }];
}

async function measureMemory(stack: BenchStack): Promise<Figure[]> {
  await sql`vacuum analyze`.execute(stack.arena.db);
  const worker = await stack.arena.startWorker();
  const startedAt = performance.now();
  const id = await stack.campaign({ size: many, gapMs: 1_000 });
  await stack.untilSent(id, 1);
  const snapshotMs = performance.now() - startedAt;
  await stack.untilSent(id, many / 10);
  const early = peakMegabytes(worker.pid);
  await stack.arena.untilState(id, 'finished', 180_000);
  const late = peakMegabytes(worker.pid);
  await stack.arena.kill(worker, 'SIGTERM');
  return [
    { name: 'start to first mail, 100,000 recipients', value: snapshotMs / 1_000, unit: 's' },
    {
      name: 'worker memory, 100,000 recipients, peak',
      value: late,
      unit: 'MB',
      ratio: late / early,
      against: 'after 10,000',
    },
  ];
}

async function measureTemporalCost(stack: BenchStack): Promise<Figure[]> {
  await stack.contacts(1_000);
  const worker = await stack.arena.startWorker();
  const id = await stack.campaign({ size: 50, gapMs: 1_000 });
  await stack.arena.untilState(id, 'finished', 120_000);
  const { client, close } = await connectClient(stack.arena.temporal.address);
  const { events, actions } = await countCost(client, id);
  await close();
  await stack.arena.kill(worker, 'SIGTERM');
  return [
    { name: 'Temporal events per mail, 50 per batch', value: events / 1_000, unit: 'events' },
    { name: 'Temporal actions per mail, 50 per batch', value: actions / 1_000, unit: 'actions' },
  ];
}

/** Actions as Temporal Cloud counts them: start, timer, activity, upsert, and all local activities of a task as one. */
async function countCost(client: Client, campaignId: string): Promise<{ events: number; actions: number }> {
  const history = await client.workflow.getHandle(campaignWorkflowId(campaignId)).fetchHistory();
  const events = history.events ?? [];
  const counted = events.filter(
    (event) =>
      event.workflowExecutionStartedEventAttributes ??
      event.timerStartedEventAttributes ??
      event.activityTaskScheduledEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes,
  ).length;
  const tasksWithLocal = new Set(
    events.flatMap(({ markerRecordedEventAttributes: marker }) =>
      marker === null || marker === undefined ? [] : [String(marker.workflowTaskCompletedEventId)],
    ),
  );
  return { events: events.length, actions: counted + tasksWithLocal.size };
}

/** The most memory a process ever had resident (VmHWM). */
function peakMegabytes(pid: number | undefined): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
