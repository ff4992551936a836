import { columnsOf, type Line } from '../terminal-text.ts';
import { clock, spanOf } from '../times.ts';
import { actLines } from './act-lines.ts';
import { batchLines } from './batch-lines.ts';
import { bannerLines, countLines, headLines, progressLine } from './headline.ts';
import { planLines } from './plan-lines.ts';
import { keyLine, noticeLines, panelLines } from './room-lines.ts';
import { quietRoom, type Room } from './room.ts';
import { hasEnded } from './state-words.ts';
import { timelineLines } from './timeline.ts';
import { warningLines } from './warning-lines.ts';
import type { WatchView } from './watch-view.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The control room of one campaign as lines, none wider than the terminal once rendered. Pure: the same view gives the same lines.
 * A low terminal gets less of what is told elsewhere too, never less of the state, the warnings, or what is about to be done.
 * `room` null: nobody can press a key.
 */
export function drawScreen(
  view: WatchView,
  size: ScreenSize,
  now: Date,
  room: Room | null = quietRoom,
): Line[] {
  const width = Math.max(20, Math.min(size.columns, 120));
  let lines: Line[] = [];
  for (const detail of details) {
    lines = drawAt(detail, view, width, now, room);
    if (lines.length <= size.rows) return lines;
  }
  return lines;
}

interface Detail {
  readonly acts: number;
  /** Batches of each side of now. */
  readonly batches: number;
  readonly timeline: 'full' | 'axis' | 'none';
  readonly counts: boolean;
  /** Empty lines between the parts. */
  readonly air: boolean;
}

/** From everything to the least; the first one that fits is drawn. */
const details: readonly Detail[] = [
  { acts: 5, batches: 3, timeline: 'full', counts: true, air: true },
  { acts: 3, batches: 3, timeline: 'full', counts: true, air: true },
  { acts: 2, batches: 2, timeline: 'full', counts: true, air: true },
  { acts: 2, batches: 2, timeline: 'full', counts: true, air: false },
  { acts: 1, batches: 2, timeline: 'full', counts: true, air: false },
  { acts: 1, batches: 1, timeline: 'full', counts: true, air: false },
  { acts: 1, batches: 1, timeline: 'axis', counts: true, air: false },
  { acts: 0, batches: 1, timeline: 'axis', counts: true, air: false },
  { acts: 0, batches: 0, timeline: 'axis', counts: true, air: false },
  { acts: 0, batches: 0, timeline: 'axis', counts: false, air: false },
  { acts: 0, batches: 0, timeline: 'none', counts: false, air: false },
];

function drawAt(detail: Detail, view: WatchView, width: number, now: Date, room: Room | null): Line[] {
  const shown = room ?? quietRoom;
  const panel = panelLines(view, shown, width, now);
  const helping = shown.mode.kind === 'helping';
  const timeline =
    detail.timeline === 'none' ? [] : timelineLines(view, width, now, { legend: detail.timeline === 'full' });
  const parts: readonly (readonly Line[])[] = [
    bannerLines(view, width, now),
    headLines(view, shown, width, now),
    [progressLine(view, width), ...(detail.counts ? countLines(view, width) : [])],
    helping ? [] : planLines(view, width, now),
    helping ? [] : [...timeline, ...batchLines(view, width, now, detail.batches)],
    panel.length > 0 ? panel : actLines(view, width, now, detail.acts),
    warningLines(view, width, now),
    [...noticeLines(shown, width), ...footer(view, width, now, room)],
  ];
  return joined(parts, detail.air);
}

/** The parts that say something, with an empty line between them. */
function joined(parts: readonly (readonly Line[])[], air: boolean): Line[] {
  const told = parts.filter((part) => part.length > 0);
  return told.flatMap((part, index) => (air && index > 0 ? [[], ...part] : [...part]));
}

/** What can be done now, and how fresh it all is. */
function footer(view: WatchView, width: number, now: Date, room: Room | null): Line[] {
  const { campaign, updatedAt, lostSince } = view;
  const ways = hasEnded(campaign.state)
    ? `sluice campaign report ${campaign.id.slice(0, 8)} shows the end result`
    : room === null
      ? 'Ctrl-C leaves; the campaign goes on'
      : keyLine(view, room);
  const ageMs = Math.max(0, now.getTime() - updatedAt.getTime());
  const fresh =
    lostSince === null
      ? `● live, ${spanOf(ageMs)} ago`
      : `○ reconnecting; as of ${clock(updatedAt, campaign.timeZone, now)}`;
  const space = width - columnsOf(ways) - columnsOf(fresh);
  // The last line is the one that the lowest terminal keeps.
  if (space < 2) return [[['dim', fresh]], [['dim', ways]]];
  return [[['dim', ways + ' '.repeat(space) + fresh]]];
}
