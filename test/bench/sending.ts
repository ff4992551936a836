import { firstLine, spawnProgram } from '../support/processes.ts';
import type { BenchStack } from './bench-stack.ts';
import { median, type Figure } from './figures.ts';

const mails = 10_000;
const rounds = 3;

/** Full ledger, one worker process, against a plain nodemailer pool, in turn: noise of the machine meets both alike. */
export async function measureSending(stack: BenchStack): Promise<Figure[]> {
  await stack.contacts(mails);
  const worker = await stack.arena.startWorker();
  const ours: number[] = [];
  const theirs: number[] = [];
  // The first campaign warms up compiler, pool and plans.
  await sendOne(stack);
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await nodemailerPool(stack.sinkPort, 3_000));
    ours.push(await sendOne(stack));
  }
  await stack.arena.kill(worker, 'SIGTERM');
  const ratios = ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
  return [
    { name: 'nodemailer pool, 10 connections', value: median(theirs), unit: 'mails/s' },
    {
      name: 'full ledger, one worker, window 100',
      value: median(ours),
      unit: 'mails/s',
      ratio: median(ratios),
      against: 'nodemailer pool',
    },
  ];
}

/** One batch of everybody. @returns mails per second between the batch's start and end. */
async function sendOne(stack: BenchStack): Promise<number> {
  const id = await stack.campaign({ size: mails, gapMs: 1_000 });
  await stack.arena.untilState(id, 'finished', 120_000);
  const batch = await stack.arena.db
    .selectFrom('batch')
    .select(['started_at', 'finished_at'])
    .where('campaign_id', '=', id)
    .executeTakeFirstOrThrow();
  return (mails * 1_000) / ((batch.finished_at?.getTime() ?? Number.NaN) - batch.started_at.getTime());
}

async function nodemailerPool(port: number, count: number): Promise<number> {
  const program = spawnProgram('test/bench/nodemailer-pool.ts', {}, [String(port), String(count)]);
  const { perSecond }: { perSecond: number } = JSON.parse(await firstLine(program, () => true));
  return perSecond;
}
