import { formatDuration, parseDuration } from '../../domain/duration.ts';
import { describePace, refusePace, type Pace } from '../../domain/pace.ts';
import type { WirePace } from '../answers.ts';
import { usage } from '../failure.ts';

/** Reads `50/20m`: batch size and gap. Fails with the way to write it. */
export function readPace(text: string): WirePace {
  const [, size = '', every = ''] = /^\s*(\d{1,9})\s*\/\s*(\S+)\s*$/.exec(text) ?? [];
  const gapMs = parseDuration(every);
  if (size === '' || gapMs === null)
    throw usage(`a pace is written size/gap, such as 50/20m, 100/90s or 500/1h30m (got ${text})`);
  const refusal = refusePace({ size: Number(size), gapMs });
  if (refusal !== null) throw usage(refusal);
  return { size: Number(size), every: formatDuration(gapMs) };
}

/** "50 every 20 min" */
export function sayPace(pace: WirePace): string {
  const gapMs = parseDuration(pace.every);
  return gapMs === null
    ? `${pace.size} every ${pace.every}`
    : describePace({ size: pace.size, gapMs } satisfies Pace);
}
