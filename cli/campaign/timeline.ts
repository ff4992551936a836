import type { Style } from '../paint.ts';
import { columnsOf, type Line, type Piece } from '../terminal-text.ts';
import { closedSpans } from './closed-spans.ts';
import { hasEnded } from './state-words.ts';
import { axisLabels } from './timeline-labels.ts';
import { timelineMarks, type Mark, type MarkedSpan } from './timeline-marks.ts';
import type { WatchView } from './watch-view.ts';

/**
 * The batches on one axis: those that were, a mark for now, those to come, pauses and closed windows between them; below it the
 * times, and a legend of the marks that are there. Every mark is a character of its own, so that it needs no colour.
 */
export function timelineLines(
  view: WatchView,
  width: number,
  now: Date,
  options: { readonly legend: boolean },
): Line[] {
  const nowMs = now.getTime();
  const told = timelineMarks(view, nowMs);
  const axis = axisOf(view, told, width, nowMs);
  if (axis === null) return [];
  const marks = [...told, ...closedSpans(view.campaign, axis.fromMs, axis.toMs)];
  const cells = Array.from({ length: width }, (): Piece => ['dim', plainCell]);
  for (const { mark, fromMs, toMs } of marks.toReversed()) {
    const last = axis.column(toMs);
    for (let column = axis.column(fromMs); column <= last; column++) cells[column] = symbols[mark];
  }
  const nowColumn = hasEnded(view.campaign.state) ? null : axis.column(nowMs);
  if (nowColumn !== null && cells[nowColumn]?.[1] === plainCell) cells[nowColumn] = ['strong', nowCell];
  const zone = view.campaign.timeZone;
  return [
    joined(cells),
    axisLabels({ fromMs: axis.fromMs, toMs: axis.toMs, width, zone, nowColumn, column: axis.column }),
    ...(options.legend ? [legend(marks, width)] : []),
  ];
}

interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
  /** The column of an instant; what lies outside is drawn at the edge. */
  readonly column: (atMs: number) => number;
}

const shortestSpanMs = 10_000;

/** From the first batch that is known to the finish; null when there is nothing to place. */
function axisOf(view: WatchView, marks: readonly MarkedSpan[], width: number, nowMs: number): Axis | null {
  // A pause that began before the first known batch must not push everything else to the edge.
  const points = marks.filter(({ mark }) => mark !== 'paused' && mark !== 'held');
  if (points.length === 0) return null;
  const ended = hasEnded(view.campaign.state);
  const fromMs = Math.min(...points.map((each) => each.fromMs), ...(ended ? [] : [nowMs]));
  const latest = Math.max(...points.map((each) => each.toMs), ...(ended ? [] : [nowMs]));
  const toMs = Math.max(latest, fromMs + shortestSpanMs);
  const column = (atMs: number): number => {
    const part = Math.floor(((atMs - fromMs) * (width - 1)) / (toMs - fromMs));
    return Math.min(width - 1, Math.max(0, part));
  };
  return { fromMs, toMs, column };
}

function legend(marks: readonly MarkedSpan[], width: number): Line {
  const present = new Set(marks.map(({ mark }) => mark));
  const pieces: Piece[] = [];
  let used = 0;
  for (const [mark, [style, symbol]] of Object.entries(symbols)) {
    const text = `${symbol} ${names[mark as Mark]}`;
    if (!present.has(mark as Mark) || used + columnsOf(text) + 2 > width) continue;
    pieces.push([style, text], ['plain', '  ']);
    used += columnsOf(text) + 2;
  }
  return pieces;
}

/** Neighbours of one style become one piece: fewer colour codes on the wire. */
function joined(cells: readonly Piece[]): Line {
  const line: [Style, string][] = [];
  for (const [style, text] of cells) {
    const last = line.at(-1);
    if (last?.[0] === style) last[1] += text;
    else line.push([style, text]);
  }
  return line;
}

const plainCell = '─';
const nowCell = '│';

export const symbols: Readonly<Record<Mark, Piece>> = {
  sent: ['good', '●'],
  late: ['warn', '◐'],
  underWay: ['accent', '▶'],
  planned: ['accent', '○'],
  paused: ['warn', '‖'],
  held: ['bad', '!'],
  closed: ['dim', '·'],
  unlisted: ['dim', '┈'],
};

const names: Readonly<Record<Mark, string>> = {
  sent: 'sent',
  late: 'late',
  underWay: 'under way',
  planned: 'planned',
  paused: 'paused',
  held: 'held',
  closed: 'window closed',
  unlisted: 'more batches',
};
