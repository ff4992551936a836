import { formatDuration } from '../../domain/duration.ts';
import type { Control } from '../answers.ts';
import { clean } from '../terminal-text.ts';
import { sayPace } from './pace-text.ts';

/** What was done, from what to what: "pace 50 every 20 min → 100 every 20 min". */
export function actWords({ action, from, to }: Control): string {
  const cause = action === 'hold' && typeof to?.['cause'] === 'string' ? ` (${to['cause']})` : '';
  const undone = action === 'setPace' && typeof to?.['undoes'] === 'string';
  const word = undone ? 'took the last pace change back:' : `${words.get(action) ?? action}${cause}`;
  const before = valueOf(from);
  const after = valueOf(to);
  if (action === 'pause') return `${word}${untilWords(from, to)}`;
  if (before !== '' && after !== '' && before !== after) return `${word} ${before} → ${after}`;
  return action === 'setPace' || action === 'reschedule' ? `${word} ${after}`.trim() : word;
}

/** Who did it, and by which way when not by the API. */
export function actor({ by, via }: Control): string {
  const name = clean(by);
  return via === 'api' || name === via || name.startsWith(`${via}:`) ? name : `${name} (${via})`;
}

/** When a pause ends by itself, and that it was changed. */
function untilWords(from: Control['from'], to: Control['to']): string {
  const until = to?.['resumeAt'];
  if (typeof until === 'string') return ` until ${until.replace('.000Z', 'Z')}`;
  return typeof from?.['resumeAt'] === 'string' ? ' until somebody resumes' : '';
}

const words = new Map([
  ['start', 'started'],
  ['pause', 'paused'],
  ['hold', 'held'],
  ['resume', 'resumed'],
  ['setPace', 'pace'],
  ['reschedule', 'start moved'],
  ['cancel', 'stopped for good'],
  ['finish', 'finished'],
  ['settle', 'settled one in doubt'],
  ['skip', 'took one recipient out'],
  ['sendNow', 'sent one recipient’s mail at once'],
  ['moveToEnd', 'moved one recipient to the end'],
  ['setGuards', 'set the guards'],
  ['force', 'forced'],
  ['withoutConsent', 'wrote to everybody, also without the newsletter ordered'],
  ['layOutSendList', 'laid the send list out'],
  ['discardSendList', 'threw the send list away'],
  ['addRecipient', 'added one recipient'],
  ['removeRecipient', 'removed one recipient'],
  ['moveRecipient', 'moved one recipient'],
  ['orderSendList', 'put the send list into another order'],
  ['split', 'split the send list'],
  ['doNotLog', 'logged no activities'],
]);

/** Only paces and start times have a "from" that says more than the act itself. */
function valueOf(value: Control['from']): string {
  if (value === null) return '';
  const pace = paceIn(value['pace']) ?? paceIn(value);
  if (pace !== null) return sayPace(pace);
  const startAt = value['startAt'];
  if (typeof startAt === 'number') return new Date(startAt).toISOString();
  return typeof startAt === 'string' ? startAt : '';
}

function paceIn(value: unknown): { size: number; every: string } | null {
  if (typeof value !== 'object' || value === null || !('size' in value) || typeof value.size !== 'number')
    return null;
  if ('every' in value && typeof value.every === 'string') return { size: value.size, every: value.every };
  if ('gapMs' in value && typeof value.gapMs === 'number')
    return { size: value.size, every: formatDuration(value.gapMs) };
  return null;
}
