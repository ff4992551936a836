import type { Batch } from '../answers.ts';
import { count } from '../numbers.ts';
import { table } from '../table.ts';
import { clock, spanOf } from '../times.ts';
import { countsSentence } from './state-words.ts';

/** One line per batch; late is how long after its planned instant it started. */
export function batchTable(batches: readonly Batch[], zone: string, now: Date, width: number): string[] {
  return table(
    batches,
    [
      { title: 'BATCH', of: ({ number }) => count(number), align: 'right' },
      { title: `STARTED (${zone})`, of: ({ startedAt }) => clock(startedAt, zone, now) },
      { title: 'LATE', of: (batch) => lateness(batch), align: 'right' },
      { title: 'TOOK', of: took, align: 'right' },
      { title: 'SIZE', of: ({ size }) => count(size), align: 'right' },
      { title: 'PEOPLE', of: ({ counts }) => countsSentence(counts), gives: true },
    ],
    width,
  );
}

/** How much later than planned a batch started, in ms; never negative (clocks of two machines may differ a little). */
export function latenessMs({ plannedAt, startedAt }: Batch): number {
  return Math.max(0, Date.parse(startedAt) - Date.parse(plannedAt));
}

/** "0.04 s", "12 min 3 s" */
export function shortSpan(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : spanOf(ms);
}

function lateness(batch: Batch): string {
  return shortSpan(latenessMs(batch));
}

function took({ startedAt, finishedAt }: Batch): string {
  return finishedAt === null ? '…' : shortSpan(Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt)));
}
