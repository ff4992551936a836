import type { Campaign } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import { clean, columnsOf, type Line } from '../terminal-text.ts';
import { finishSentence } from './forecast-words.ts';
import { labelled, labelledWidth, labelledWrapped } from './labelled.ts';
import { sayPace } from './pace-text.ts';
import { hasEnded, nextSentence, settledOf } from './state-words.ts';
import type { WatchView } from './watch-view.ts';

/** What comes: pace, the batch under way, the next one, the finish, and how many responses are open. */
export function planLines(view: WatchView, width: number, now: Date): Line[] {
  const { campaign, forecast } = view;
  const { next, responses, state, timeZone } = campaign;
  const load = responses === null ? [] : [openLine(responses, width)];
  if (hasEnded(state)) return load;
  const lines: Line[] = [];
  // A running campaign's sentence names its pace already.
  if (state !== 'running') lines.push(labelled('Pace', sayPace(campaign.pace), width));
  const underWay = batchUnderWay(view);
  if (underWay !== null) lines.push(labelled('Now', underWay, width));
  if (next !== null && (state === 'running' || state === 'scheduled'))
    lines.push(...labelledWrapped('Next', nextSentence(next, timeZone, now), width));
  if (forecast !== null) {
    const stopped = forecast.finishAt !== null && (state === 'paused' || state === 'held');
    const once = stopped ? '; if it is resumed now' : '';
    lines.push(...labelledWrapped('Finish', `${finishSentence(forecast, timeZone, now)}${once}`, width));
  }
  return [...lines, ...load];
}

/** What the figures beside the bar do not tell: that the answers keep mails back, or that nobody reports any more. */
export function answersLines({ campaign }: WatchView, width: number): Line[] {
  const { next, responses, state } = campaign;
  // While they keep the next batch back, the sentence of the state says it.
  const isTold = state === 'running' && next?.because === 'capacity';
  if (responses === null || responses.following === 'room' || isTold || hasEnded(state)) return [];
  return labelledWrapped('Answers', clean(responses.sentence), width);
}

function batchUnderWay({ batches: [batch], campaign }: WatchView): string | null {
  const { counts, state } = campaign;
  if (batch === undefined || batch.finishedAt !== null || counts.sending + batch.counts.total === 0)
    return null;
  const done = settledOf(batch.counts) + batch.counts.deferred;
  const waits = state === 'paused' || state === 'held' ? ', interrupted' : '';
  return `batch ${batch.number}: ${count(done)} of ${plural(batch.size, 'mail')} done${waits}`;
}

/** "████████░░ 28 of 30 open, 6 more expected": full only at the limit, and above it said in words. */
function openLine({ open, limit, expected }: NonNullable<Campaign['responses']>, width: number): Line {
  const more = `, ${count(Math.ceil(expected))} more expected`;
  const above = open > limit ? '! above the capacity: ' : '';
  const text = ` ${above}${count(open)} of ${count(limit)} open${more}`;
  const columns = Math.max(5, Math.min(30, labelledWidth(width) - columnsOf(text)));
  const part = limit === 0 ? 1 : Math.min(1, open / limit);
  const filled = open === 0 ? 0 : Math.max(1, Math.trunc(part * columns));
  const style = open > limit ? 'bad' : open === limit ? 'warn' : 'good';
  const [label = ['strong', '']] = labelled('Open', '', width);
  return [label, [style, '█'.repeat(filled)], ['dim', '░'.repeat(columns - filled)], ['plain', text]];
}
