import { describePace } from '../../domain/pace.ts';
import { plural } from '../numbers.ts';
import { clean, clip, columnsOf, pad, wrap, type Line } from '../terminal-text.ts';
import { shortClock } from '../times.ts';
import { actor, actWords } from './act-words.ts';
import { compareForecasts, type Compared } from './forecast-words.ts';
import { whyNot, type Notice, type Pacing, type Room } from './room.ts';
import { stateSentence } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** What the operator is about to do, in numbers; nothing while only watching. */
export function panelLines(view: WatchView, { mode }: Room, width: number, now: Date): Line[] {
  switch (mode.kind) {
    case 'watching':
      return [];
    case 'helping':
      return helpLines(view, width);
    case 'pausing':
      return pauseLines(view, mode.reason, width);
    case 'acknowledging':
      return sentence(`Resume? ${stateSentence(view.campaign, now)}`, width);
    case 'undoing': {
      const at = shortClock(mode.act.at, view.campaign.timeZone, now);
      return sentence(`Take back "${actWords(mode.act)}" of ${actor(mode.act)} at ${at}?`, width);
    }
    case 'pacing':
      return paceLines(view, mode, width, now);
  }
}

/** The keys that do something now; while only watching, those that fit the campaign's state (`?` tells of the others too). */
export function keyLine({ campaign }: WatchView, { mode }: Room): string {
  switch (mode.kind) {
    case 'watching': {
      const fitting = actKeys.filter(([key]) => whyNot(key, campaign.state) === null);
      return [...fitting.map(([, text]) => text), '? keys', 'q leaves'].join('  ');
    }
    case 'helping':
      return 'any key closes this  q leaves';
    case 'pausing':
      return 'Enter pauses  Esc drops it';
    case 'acknowledging':
      return 'Enter: the cause is mended, resume  Esc drops it';
    case 'undoing':
      return 'Enter takes it back  Esc drops it';
    case 'pacing':
      return '+ - size  > < gap  Enter applies  Esc drops it';
  }
}

const actKeys = [
  ['p', 'p pause'],
  ['r', 'r resume'],
  ['+', '+ - pace'],
] as const;

/** What became of the last command or key: the one place where it is said. */
export function noticeLines({ notice }: Room, width: number): Line[] {
  if (notice === null) return [];
  const [style, mark] = noticeStyles[notice.kind];
  return notice.text
    .split('\n')
    .flatMap((text) => wrap(clean(text), width - 2))
    .map((text, index): Line => [[style, `${index === 0 ? mark : ' '} ${text}`]]);
}

const noticeStyles = {
  done: ['good', '✓'],
  refused: ['bad', '!'],
  hint: ['dim', '·'],
} as const satisfies Record<Notice['kind'], unknown>;

function pauseLines({ campaign }: WatchView, reason: string, width: number): Line[] {
  const { sending } = campaign.counts;
  const leave =
    sending === 0
      ? 'nothing is in flight'
      : `${plural(sending, 'mail is', 'mails are')} in flight and may still leave`;
  const prompt = 'Reason (may stay empty): ';
  return [
    ...sentence(`Pause? No further mail is handed over; ${leave}.`, width),
    [
      ['strong', prompt],
      ['plain', ending(reason, width - columnsOf(prompt) - 1)],
      ['accent', '▏'],
    ],
  ];
}

function paceLines(view: WatchView, { pace, from, whatIf }: Pacing, width: number, now: Date): Line[] {
  const rows =
    whatIf !== null && 'changed' in whatIf
      ? compareForecasts(whatIf.today, whatIf.changed, view.campaign.timeZone, now)
      : [{ label: 'pace', today: describePace(from), changed: describePace(pace) }];
  const said =
    whatIf === null
      ? sentence('asking for its forecast…', width)
      : 'missing' in whatIf
        ? sentence(whatIf.missing, width)
        : whatIf.changed.warnings.flatMap((warning) => sentence(`! ${clean(warning)}`, width));
  return [...comparedLines(rows, width), ...said];
}

function comparedLines(rows: readonly Compared[], width: number): Line[] {
  const label = 13;
  const half = Math.floor((width - label) / 2);
  const line = (name: string, today: string, changed: string): Line => [
    ['strong', pad(name, label)],
    ['plain', pad(clip(today, half - 1), half)],
    ['accent', clip(changed, half)],
  ];
  return [
    line('Try a pace', 'as it is', 'changed'),
    ...rows.map((row) => line(`  ${row.label}`, row.today, row.changed)),
  ];
}

function helpLines(view: WatchView, width: number): Line[] {
  const lines = helpTexts.flatMap(([keys, key, text]): Line[] => {
    const refusal = key === null ? null : whyNot(key, view.campaign.state);
    const told = refusal === null ? text : `${text} (not now: ${refusal})`;
    return wrap(told, width - 8).map((part, index): Line => [
      ['strong', pad(index === 0 ? `  ${keys}` : '', 8)],
      [refusal === null ? 'plain' : 'dim', part],
    ]);
  });
  return [[['strong', 'Keys']], ...lines];
}

const helpTexts: readonly (readonly [keys: string, key: string | null, text: string])[] = [
  ['p', 'p', 'pause: hands over no further mail; asks for a reason'],
  ['r', 'r', 'resume; after a hold it asks whether the cause is mended'],
  ['+ -', '+', 'try a larger or smaller batch, with its forecast'],
  ['> <', '+', 'try a longer or shorter gap, with its forecast'],
  ['u', '+', 'take the last pace change back'],
  ['q', null, 'leave; the campaign goes on'],
];

function sentence(text: string, width: number): Line[] {
  return wrap(text, width).map((part): Line => [['plain', part]]);
}

/** The end of a text that is longer than its line: that is where is typed. */
function ending(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const parts = [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);
  while (parts.length > 0 && columnsOf(parts.join('')) > columns - 1) parts.shift();
  return `…${parts.join('')}`;
}
