import { columnsOf, type Line } from '../terminal-text.ts';
import { clock, spanOf } from '../times.ts';
import { actLines } from './act-lines.ts';
import { batchLines } from './batch-lines.ts';
import { bannerLines, countLines, headLines, progressLine } from './headline.ts';
import { answersLines, planLines } from './plan-lines.ts';
import { keyLine, noticeLines, panelLines } from './room-lines.ts';
import { quietRoom, type Room } from './room.ts';
import { settingsOnScreen } from './setting-lines.ts';
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
  let parts: readonly Part[] = [];
  for (const detail of details) {
    parts = partsAt(detail, view, width, now, room);
    if (heightOf(parts) + detail.air <= size.rows) break;
  }
  return joined(parts, size.rows - heightOf(parts));
}

interface Detail {
  readonly acts: number;
  /** Batches of each side of now. */
  readonly batches: number;
  readonly timeline: 'full' | 'axis' | 'none';
  readonly counts: boolean;
  /** What was decided by the answers, and windows, holidays, limits, what it follows. */
  readonly settings: boolean;
  /** Empty lines without which less is better than more. */
  readonly air: number;
}

/** From everything to the least; the first one that fits is drawn. */
const details: readonly Detail[] = [
  { acts: 5, batches: 3, timeline: 'full', counts: true, settings: true, air: 4 },
  { acts: 3, batches: 3, timeline: 'full', counts: true, settings: true, air: 3 },
  { acts: 2, batches: 2, timeline: 'full', counts: true, settings: true, air: 2 },
  { acts: 1, batches: 2, timeline: 'full', counts: true, settings: true, air: 0 },
  { acts: 1, batches: 1, timeline: 'full', counts: true, settings: false, air: 0 },
  { acts: 1, batches: 1, timeline: 'axis', counts: true, settings: false, air: 0 },
  { acts: 0, batches: 1, timeline: 'axis', counts: true, settings: false, air: 0 },
  { acts: 0, batches: 0, timeline: 'axis', counts: true, settings: false, air: 0 },
  { acts: 0, batches: 0, timeline: 'axis', counts: false, settings: false, air: 0 },
  { acts: 0, batches: 0, timeline: 'none', counts: false, settings: false, air: 0 },
];

interface Part {
  readonly lines: readonly Line[];
  /** The lower, the sooner an empty line goes before it. */
  readonly apart: number;
}

function partsAt(detail: Detail, view: WatchView, width: number, now: Date, room: Room | null): Part[] {
  const shown = room ?? quietRoom;
  const panel = panelLines(view, shown, width, now);
  const helping = shown.mode.kind === 'helping';
  const legend = detail.timeline === 'full';
  const timeline = detail.timeline === 'none' ? [] : timelineLines(view, width, now, { legend });
  const settings = detail.settings
    ? [...answersLines(view, width), ...settingsOnScreen(view.campaign, view.names, width, now)]
    : [];
  const parts: Part[] = [
    { apart: 0, lines: bannerLines(view, width, now) },
    { apart: 7, lines: headLines(view, shown, width, now) },
    { apart: 3, lines: [progressLine(view, width), ...(detail.counts ? countLines(view, width) : [])] },
    { apart: 4, lines: helping ? [] : [...planLines(view, width, now), ...settings] },
    { apart: 2, lines: helping ? [] : [...timeline, ...batchLines(view, width, now, detail.batches)] },
    { apart: 5, lines: panel.length > 0 ? panel : actLines(view, width, now, detail.acts) },
    { apart: 6, lines: warningLines(view, width, now) },
    { apart: 1, lines: [...noticeLines(shown, width), ...footer(view, width, now, room)] },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

function heightOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { lines }) => sum + lines.length, 0);
}

/** With an empty line between the parts as far as there are lines to spare. */
function joined([first, ...others]: readonly Part[], spare: number): Line[] {
  const apart = new Set(
    others.toSorted((one, other) => one.apart - other.apart).slice(0, Math.max(0, spare)),
  );
  return [
    ...(first?.lines ?? []),
    ...others.flatMap((part): Line[] => (apart.has(part) ? [[], ...part.lines] : [...part.lines])),
  ];
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
  const [short, long] =
    lostSince === null
      ? ['● live', `, ${spanOf(ageMs)} ago`]
      : ['○ reconnecting', `; as of ${clock(updatedAt, campaign.timeZone, now)}`];
  for (const fresh of [short + long, short]) {
    const space = width - columnsOf(ways) - columnsOf(fresh);
    if (space >= 2) return [[['dim', ways + ' '.repeat(space) + fresh]]];
  }
  // The last line is the one that the lowest terminal keeps.
  return [[['dim', short + long]], [['dim', ways]]];
}
