import { formatDuration } from '../../domain/duration.ts';
import type { Control } from '../answers.ts';
import { clean } from '../terminal-text.ts';
import { sayPace } from './pace-text.ts';

/** What was done, from what to what: "pace 50 every 20 min → 100 every 20 min". */
export function actWords({ action, from, to }: Control): string {
  const cause = action === 'hold' && typeof to?.['cause'] === 'string' ? ` (${to['cause']})` : '';
  const word = `${words.get(action) ?? action}${cause}`;
  const before = valueOf(from);
  const after = valueOf(to);
  if (before !== '' && after !== '' && before !== after) return `${word} ${before} → ${after}`;
  return action === 'setPace' || action === 'reschedule' ? `${word} ${after}`.trim() : word;
}

/** Who did it, and by which way when not by the API. */
export function actor({ by, via }: Control): string {
  const name = clean(by);
  return via === 'api' || name === via || name.startsWith(`${via}:`) ? name : `${name} (${via})`;
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
