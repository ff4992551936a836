import type { Forecast } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import { clean } from '../terminal-text.ts';
import { shortClock, spanOf } from '../times.ts';
import { sayPace } from './pace-text.ts';

/** "Thu 3 Dec 16:40, 14 batches to come (16:40–17:20)", or why that cannot be known. */
export function finishSentence(forecast: Forecast, zone: string, now: Date): string {
  const { finishAt, range, total } = forecast;
  if (finishAt === null) return `not known: ${whyUnknown(forecast)}`;
  const between = range === null ? '' : ` (${sayRange(range, zone, now)})`;
  if (total === 0) return 'nothing more is to come';
  const batches = total === 1 ? '1 batch' : plural(total, 'batch', 'batches');
  return `${shortClock(finishAt, zone, now)}, ${batches} to come${between}`;
}

export interface Compared {
  readonly label: string;
  readonly today: string;
  readonly changed: string;
}

/** Two forecasts side by side, one line for each thing that an operator decides by. */
export function compareForecasts(today: Forecast, changed: Forecast, zone: string, now: Date): Compared[] {
  const row = (label: string, say: (forecast: Forecast) => string): Compared => ({
    label,
    today: say(today),
    changed: say(changed),
  });
  const rows = [
    row('pace', ({ pace }) => sayPace(pace)),
    row('finish', (forecast) => sayFinish(forecast, zone, now)),
    { label: '', today: '', changed: difference(today, changed) },
    row('last batch', (forecast) => sayLastBatch(forecast, zone, now)),
    row('range', ({ range }) => (range === null ? '' : sayRange(range, zone, now))),
    row('to come', ({ total }) => plural(total, 'batch', 'batches')),
    row('next', ({ batches: [next] }) => (next === undefined ? '—' : shortClock(next.at, zone, now))),
    row('peak open', ({ responses }) => (responses === null ? '' : sayPeak(responses, zone, now))),
  ];
  return rows.filter((each) => each.today !== '' || each.changed !== '');
}

/** Why nobody can say when it ends. */
function whyUnknown({ because }: Forecast): string {
  if (because === null || because === '') return 'the server gives no reason';
  return reasons.get(because) ?? clean(because);
}

function sayFinish(forecast: Forecast, zone: string, now: Date): string {
  const { finishAt } = forecast;
  return finishAt === null ? `not known: ${whyUnknown(forecast)}` : shortClock(finishAt, zone, now);
}

/** Where no finish can be known (paused), the plan still says when the last batch would begin. */
function sayLastBatch({ batches, finishAt, truncated }: Forecast, zone: string, now: Date): string {
  const last = batches.at(-1);
  return finishAt !== null || truncated || last === undefined ? '' : shortClock(last.at, zone, now);
}

function difference(today: Forecast, changed: Forecast): string {
  if (today.finishAt === null || changed.finishAt === null) return '';
  const ms = Date.parse(changed.finishAt) - Date.parse(today.finishAt);
  const span = spanOf(Math.abs(ms));
  if (span === '0 s') return 'at the same time';
  return `${span} ${ms < 0 ? 'earlier' : 'later'}`;
}

/** A peak above the capacity is marked by shape, not by colour alone. */
function sayPeak(responses: NonNullable<Forecast['responses']>, zone: string, now: Date): string {
  const { limit, peak, peakAt } = responses;
  const above = peak > limit ? '! ' : '';
  return `${above}${count(Math.ceil(peak))} of ${count(limit)} ${shortClock(peakAt, zone, now)}`;
}

function sayRange({ early, late }: NonNullable<Forecast['range']>, zone: string, now: Date): string {
  return `${shortClock(early, zone, now)}–${shortClock(late, zone, now)}`;
}

const reasons = new Map([
  ['paused', 'the campaign is paused'],
  ['held', 'the campaign is held'],
  ['mainGate', 'the main gate is closed'],
  ['window', 'no window opens any more'],
]);
