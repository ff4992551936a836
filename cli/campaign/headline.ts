import { deliveryStates, type Counts, type DeliveryState } from '../../domain/delivery-state.ts';
import { count, percent } from '../numbers.ts';
import type { Style } from '../paint.ts';
import { clean, clip, columnsOf, pad, wrap, type Line } from '../terminal-text.ts';
import { spanOf } from '../times.ts';
import { progressBar } from './progress-bar.ts';
import { pendingWord } from './room-words.ts';
import type { Room } from './room.ts';
import {
  hasEnded,
  inFlightSentence,
  settledOf,
  stateBadge,
  stateName,
  stateSentence,
} from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** A stream that comes back at once (the API is restarted) is not worth an alarm. */
const lostBannerMs = 5_000;

/** What takes the numbers below out of force: a lost stream, a closed main gate. */
export function bannerLines({ lostSince, mainGate }: WatchView, width: number, now: Date): Line[] {
  const lines: Line[] = [];
  const lostMs = lostSince === null ? 0 : now.getTime() - lostSince.getTime();
  if (lostMs >= lostBannerMs)
    lines.push([
      ['bad', clip(`! stream lost for ${spanOf(lostMs)}: the numbers below may be old; trying again`, width)],
    ]);
  if (mainGate?.open === false) {
    const reason = mainGate.reason === null ? '' : `: ${clean(mainGate.reason)}`;
    lines.push([
      ['bad', clip(`! the main gate is closed${reason}: nothing leaves (sluice gate open)`, width)],
    ]);
  }
  return lines;
}

/** Name and state as the server says it, what it asks for beside it, and what that means in one sentence. */
export function headLines({ campaign, names }: WatchView, room: Room, width: number, now: Date): Line[] {
  const badge = stateBadge(campaign.state);
  const pending = room.pending === null ? '' : ` · ${pendingWord(room.pending)}…`;
  const right = columnsOf(badge.text) + columnsOf(pending);
  const name = clip(clean(campaign.name), Math.max(8, width - right - 2));
  const space = ' '.repeat(Math.max(2, width - columnsOf(name) - right));
  const sentences = [stateSentence(campaign, now, names.followed)];
  if (campaign.pause !== null && (campaign.state === 'paused' || campaign.state === 'held'))
    sentences.push(inFlightSentence(campaign.pause, now, campaign.timeZone));
  return [
    [
      ['strong', name],
      ['plain', space],
      [badge.style, badge.text],
      ['accent', pending],
    ],
    ...sentences.flatMap((sentence) => wrap(sentence, width).map((text): Line => [['plain', text]])),
  ];
}

export function progressLine({ campaign }: WatchView, width: number): Line {
  const { counts, state } = campaign;
  const settled = settledOf(counts);
  const figures = ` ${percent(settled, counts.total, hasEnded(state))} %  ${count(settled)} of ${count(counts.total)}`;
  return [...progressBar(counts, Math.max(8, width - columnsOf(figures))), ['strong', figures]];
}

/** The counts by state in columns of one width, so that nothing moves when a number grows. */
export function countLines({ campaign: { counts } }: WatchView, width: number): Line[] {
  const cell =
    Math.max(...deliveryStates.map((state) => stateName(state).length)) + count(counts.total).length + 4;
  const perLine = Math.max(1, Math.min(4, Math.floor(width / cell)));
  const lines: Line[] = [];
  for (let first = 0; first < shownStates.length; first += perLine) {
    const states = shownStates.slice(first, first + perLine);
    lines.push(states.map((state) => countCell(counts, state, cell)));
  }
  return lines;
}

function countCell(counts: Counts, state: DeliveryState, cell: number): Line[number] {
  const style = counts[state] === 0 ? 'dim' : stateStyles[state];
  const mark = counts[state] > 0 ? (marks.get(state) ?? '') : '';
  const number = pad(`${mark}${count(counts[state])}`, count(counts.total).length + 1, 'right');
  return [style, pad(`${number} ${stateName(state)}`, cell)];
}

const shownStates: readonly DeliveryState[] = [
  'sent',
  'sending',
  'deferred',
  'planned',
  'failed',
  'skipped',
  'cancelled',
  'inDoubt',
];

const stateStyles: Readonly<Record<DeliveryState, Style>> = {
  sent: 'good',
  sending: 'accent',
  deferred: 'accent',
  planned: 'plain',
  failed: 'bad',
  skipped: 'warn',
  cancelled: 'warn',
  inDoubt: 'warn',
};

const marks = new Map<DeliveryState, string>([
  ['failed', '×'],
  ['inDoubt', '!'],
]);
