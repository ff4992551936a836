import type { Batch, PlannedBatch } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import { table } from '../table.ts';
import type { Line, Piece } from '../terminal-text.ts';
import { relative, shortClock } from '../times.ts';
import { latenessMs, shortSpan } from './batch-table.ts';
import { countsSentence } from './state-words.ts';
import { lateFromMs, plannedBatches } from './timeline-marks.ts';
import { symbols } from './timeline.ts';
import type { WatchView } from './watch-view.ts';

interface Row {
  readonly symbol: Piece;
  readonly number: number;
  readonly at: string;
  readonly note: string;
  readonly size: number;
  readonly people: string;
}

/** The last batches as they went and the next ones as they are planned, `each` of both, in order of time. */
export function batchLines(view: WatchView, width: number, now: Date, each: number): Line[] {
  if (each === 0) return [];
  const past = view.batches.slice(0, each).toReversed();
  // An interrupted batch goes on first: it is past by its start and planned by its rest.
  const planned = plannedBatches(view).slice(0, each);
  const condition = conditionOf(view);
  const rows = [
    ...past.map((batch) => pastRow(batch, view)),
    ...planned.map((next) => plannedRow(next, condition, now)),
  ];
  if (rows.length === 0) return [];
  const zone = view.campaign.timeZone;
  const [, ...texts] = table(
    rows,
    [
      { title: '', of: ({ number }) => count(number), align: 'right' },
      { title: '', of: ({ at }) => shortClock(at, zone, now) },
      { title: '', of: ({ size }) => plural(size, 'mail'), align: 'right' },
      { title: '', of: ({ note }) => note },
      { title: '', of: ({ people }) => people, gives: true },
    ],
    width - indent.length - 2,
  );
  return rows.map(({ symbol }, index): Line => [
    ['plain', indent],
    symbol,
    ['plain', ` ${texts[index] ?? ''}`],
  ]);
}

const indent = '  ';

/** What must happen for the plan to hold; null: nothing. */
function conditionOf({ campaign: { state }, mainGate }: WatchView): string | null {
  if (state === 'paused' || state === 'held') return 'if it is resumed now';
  return mainGate?.open === false ? 'if the main gate opens now' : null;
}

function pastRow(batch: Batch, { campaign: { state } }: WatchView): Row {
  const { number, startedAt, size, counts } = batch;
  const lateMs = latenessMs(batch);
  const late = lateMs < 1_000 ? 'on time' : `${shortSpan(lateMs)} late`;
  const stopped = state === 'paused' || state === 'held';
  const open = batch.finishedAt === null;
  return {
    symbol: open ? symbols.underWay : symbols[lateMs >= lateFromMs ? 'late' : 'sent'],
    number,
    at: startedAt,
    note: open ? (stopped ? 'interrupted' : 'under way') : late,
    size,
    people: countsSentence(counts),
  };
}

function plannedRow({ batch, at, size }: PlannedBatch, condition: string | null, now: Date): Row {
  const due = Date.parse(at) <= now.getTime();
  return {
    symbol: symbols.planned,
    number: batch,
    at,
    note: due ? 'due now' : relative(at, now),
    size,
    people: condition ?? 'planned',
  };
}
