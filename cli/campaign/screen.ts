import { deliveryStates, type Counts, type DeliveryState } from '../../domain/delivery-state.ts';
import { count, percent, plural } from '../numbers.ts';
import type { Style } from '../paint.ts';
import { clean, clip, columnsOf, pad, wrap, type Line } from '../terminal-text.ts';
import { clock, spanOf } from '../times.ts';
import { actor, actWords } from './act-words.ts';
import { sayPace } from './pace-text.ts';
import { progressBar } from './progress-bar.ts';
import {
  hasEnded,
  inFlightSentence,
  nextSentence,
  settledOf,
  stateBadge,
  stateName,
  stateSentence,
} from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** A stream that comes back at once (the API is restarted) is not worth an alarm. */
const lostBannerMs = 5_000;

/** The live screen of one campaign as lines, none wider than `width` once rendered. Pure: the same view gives the same lines. */
export function drawScreen(view: WatchView, width: number, now: Date): Line[] {
  const inner = Math.max(20, Math.min(width, 120));
  return [
    ...banner(view, inner, now),
    ...headline(view, inner, now),
    [],
    progressLine(view, inner),
    ...countLines(view.campaign.counts, inner),
    [],
    ...planLines(view, inner, now),
    ...actLines(view, inner, now),
    ...warnings(view, inner, now),
    [],
    ...footer(view, inner, now),
  ];
}

function banner({ lostSince, mainGate }: WatchView, width: number, now: Date): Line[] {
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
  return lines.length > 0 ? [...lines, []] : [];
}

function headline({ campaign }: WatchView, width: number, now: Date): Line[] {
  const badge = stateBadge(campaign.state);
  const name = clip(clean(campaign.name), Math.max(8, width - columnsOf(badge.text) - 2));
  const space = ' '.repeat(Math.max(2, width - columnsOf(name) - columnsOf(badge.text)));
  const sentence = wrap(stateSentence(campaign, now), width).map((text): Line => [['plain', text]]);
  const inFlight =
    campaign.pause !== null && (campaign.state === 'paused' || campaign.state === 'held')
      ? wrap(inFlightSentence(campaign.pause, now, campaign.timeZone), width).map((text): Line => [
          ['plain', text],
        ])
      : [];
  return [
    [
      ['strong', name],
      ['plain', space],
      [badge.style, badge.text],
    ],
    ...sentence,
    ...inFlight,
  ];
}

function progressLine({ campaign }: WatchView, width: number): Line {
  const { counts, state } = campaign;
  const settled = settledOf(counts);
  const figures = ` ${percent(settled, counts.total, hasEnded(state))} %  ${count(settled)} of ${count(counts.total)}`;
  return [...progressBar(counts, Math.max(8, width - columnsOf(figures))), ['strong', figures]];
}

/** The counts by state in columns of one width, so that nothing moves when a number grows. */
function countLines(counts: Counts, width: number): Line[] {
  const cell =
    Math.max(...deliveryStates.map((state) => stateName(state).length)) + count(counts.total).length + 4;
  const perLine = Math.max(1, Math.min(4, Math.floor(width / cell)));
  const lines: Line[] = [];
  for (let first = 0; first < shownStates.length; first += perLine) {
    const states = shownStates.slice(first, first + perLine);
    lines.push(
      states.flatMap((state): Line => {
        const style = counts[state] === 0 ? 'dim' : stateStyles[state];
        const mark = counts[state] > 0 ? (marks.get(state) ?? '') : '';
        const number = pad(`${mark}${count(counts[state])}`, count(counts.total).length + 1, 'right');
        return [[style, pad(`${number} ${stateName(state)}`, cell)]];
      }),
    );
  }
  return lines;
}

function planLines(view: WatchView, width: number, now: Date): Line[] {
  const { campaign, batch } = view;
  const { next, state, counts } = campaign;
  if (hasEnded(state)) return [];
  const lines: Line[] = [labelled('Pace', sayPace(campaign.pace), width)];
  if (batch !== null && batch.finishedAt === null && counts.sending + batch.counts.total > 0)
    lines.push(labelled('Now', batchUnderWay(view), width));
  if (next !== null && (state === 'running' || state === 'scheduled'))
    lines.push(...labelledWrapped('Next', nextSentence(next, campaign.timeZone, now), width));
  return lines;
}

function batchUnderWay({ batch, campaign }: WatchView): string {
  if (batch === null) return '';
  const done = settledOf(batch.counts) + batch.counts.deferred;
  const waits = campaign.state === 'paused' || campaign.state === 'held' ? ', interrupted' : '';
  return `batch ${batch.number}: ${count(done)} of ${plural(batch.size, 'mail')} done${waits}`;
}

function actLines({ acts, campaign }: WatchView, width: number, now: Date): Line[] {
  if (acts.length === 0) return [];
  const zone = campaign.timeZone;
  const shown = acts.slice(0, 5).map((act): Line => {
    const reason = act.reason === null || act.reason === '' ? '' : `: ${clean(act.reason)}`;
    return [
      ['dim', `  ${clock(act.at, zone, now)}  `],
      ['plain', `${actor(act)} ${actWords(act)}${reason}`],
    ];
  });
  return [[], [['strong', clip('Last acts', width)]], ...shown];
}

function warnings({ campaign }: WatchView, width: number, now: Date): Line[] {
  const { counts, id, state, trouble } = campaign;
  const lines: Line[] = [];
  const warn = (style: Style, text: string): void => {
    lines.push([], ...wrap(text, width).map((line): Line => [[style, line]]));
  };
  if (state === 'held')
    warn('bad', `! mend the cause, then: sluice campaign resume ${shortId(id)} --acknowledge`);
  if (trouble !== null && (state === 'running' || state === 'held'))
    warn(
      'bad',
      `! the SMTP relay has been in trouble since ${clock(trouble.since, campaign.timeZone, now)}: ${clean(trouble.text)}`,
    );
  if (counts.inDoubt > 0)
    warn(
      'warn',
      `! ${count(counts.inDoubt)} in doubt: handed to the relay, no answer recorded; never sent again by itself. Who, and how to settle: sluice campaign report ${shortId(id)}`,
    );
  return lines;
}

function footer({ campaign, updatedAt, lostSince }: WatchView, width: number, now: Date): Line[] {
  const leave = hasEnded(campaign.state)
    ? `sluice campaign report ${shortId(campaign.id)} shows the end result`
    : 'q or Ctrl-C leaves; the campaign goes on';
  const fresh =
    lostSince === null ? '● live' : `○ reconnecting; as of ${clock(updatedAt, campaign.timeZone, now)}`;
  const space = width - columnsOf(leave) - columnsOf(fresh);
  if (space < 2) return [[['dim', leave]], [['dim', fresh]]];
  return [[['dim', leave + ' '.repeat(space) + fresh]]];
}

function labelled(label: string, text: string, width: number): Line {
  return [
    ['strong', pad(label, 6)],
    ['plain', clip(text, width - 6)],
  ];
}

function labelledWrapped(label: string, text: string, width: number): Line[] {
  return wrap(text, width - 6).map((line, index) => labelled(index === 0 ? label : '', line, width));
}

function shortId(id: string): string {
  return id.slice(0, 8);
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
