import { clean, clip, columnsOf, pad, type Line } from '../terminal-text.ts';
import { shortClock } from '../times.ts';
import { actor, actWords } from './act-words.ts';
import type { WatchView } from './watch-view.ts';

/** The latest acts of control, newest first: when, who, what, why. */
export function actLines({ acts, campaign }: WatchView, width: number, now: Date, most: number): Line[] {
  if (acts.length === 0 || most === 0) return [];
  const shown = acts.slice(0, most);
  const times = shown.map(({ at }) => shortClock(at, campaign.timeZone, now));
  const columns = Math.max(...times.map(columnsOf));
  const lines = shown.map((act, index): Line => {
    const reason = act.reason === null || act.reason === '' ? '' : `: ${clean(act.reason)}`;
    return [
      ['dim', `  ${pad(times[index] ?? '', columns)}  `],
      ['plain', `${actor(act)} ${actWords(act)}${reason}`],
    ];
  });
  return [[['strong', clip('Last acts', width)]], ...lines];
}
