import type { Control, PlannedBatch } from '../answers.ts';
import { latenessMs } from './batch-table.ts';
import { hasEnded } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** What stands on the timeline; one column of it shows the most telling of what falls into it. */
export type Mark = 'underWay' | 'late' | 'sent' | 'planned' | 'held' | 'paused' | 'closed' | 'unlisted';

export interface MarkedSpan {
  readonly mark: Mark;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A batch that began later than this after its planned instant is marked as late. */
export const lateFromMs = 5_000;

/** Everything to draw, with the most telling first. */
export function timelineMarks(view: WatchView, nowMs: number): MarkedSpan[] {
  return [...pastMarks(view), ...plannedMarks(view, nowMs), ...pauseSpans(view, nowMs), ...unlisted(view)];
}

/** The batches to come; without a forecast only the next one is known. */
export function plannedBatches({ campaign, forecast }: WatchView): readonly PlannedBatch[] {
  if (hasEnded(campaign.state)) return [];
  if (forecast !== null) return forecast.batches;
  return campaign.next === null || campaign.state === 'paused' || campaign.state === 'held'
    ? []
    : [campaign.next];
}

function pastMarks({ batches }: WatchView): MarkedSpan[] {
  const marks = batches.map((batch): MarkedSpan => {
    const atMs = Date.parse(batch.startedAt);
    if (batch.finishedAt === null) return point('underWay', atMs);
    return point(latenessMs(batch) >= lateFromMs ? 'late' : 'sent', atMs);
  });
  // A late one must not hide behind one that was on time.
  return [
    ...marks.filter(({ mark }) => mark === 'underWay'),
    ...marks.filter(({ mark }) => mark === 'late'),
    ...marks.filter(({ mark }) => mark === 'sent'),
  ];
}

/** What is due already goes now at the earliest. */
function plannedMarks(view: WatchView, nowMs: number): MarkedSpan[] {
  return plannedBatches(view).map(({ at }) => point('planned', Math.max(nowMs, Date.parse(at))));
}

/** The pause in force, and those that the history tells from their beginning to their end. */
function pauseSpans({ acts, campaign }: WatchView, nowMs: number): MarkedSpan[] {
  const spans: MarkedSpan[] = [];
  let openedBy: Control | null = null;
  // From the oldest on; an end whose beginning is too long ago to be listed is left out.
  for (const act of acts.toReversed()) {
    if (act.action === 'pause' || act.action === 'hold') openedBy ??= act;
    else if (openedBy !== null && (act.action === 'resume' || act.action === 'cancel')) {
      spans.push(stopped(openedBy.action, Date.parse(openedBy.at), Date.parse(act.at)));
      openedBy = null;
    }
  }
  const { pause, state } = campaign;
  if (pause !== null && (state === 'paused' || state === 'held'))
    spans.push(stopped(state === 'held' ? 'hold' : 'pause', Date.parse(pause.at), nowMs));
  return spans;
}

/** From the last batch that the server lists to the finish that it names. */
function unlisted({ forecast }: WatchView): MarkedSpan[] {
  const last = forecast?.batches.at(-1);
  if (forecast === null || last === undefined || !forecast.truncated || forecast.finishAt === null) return [];
  return [{ mark: 'unlisted', fromMs: Date.parse(last.at), toMs: Date.parse(forecast.finishAt) }];
}

function stopped(action: string, fromMs: number, toMs: number): MarkedSpan {
  return { mark: action === 'hold' ? 'held' : 'paused', fromMs, toMs };
}

function point(mark: Mark, atMs: number): MarkedSpan {
  return { mark, fromMs: atMs, toMs: atMs };
}
