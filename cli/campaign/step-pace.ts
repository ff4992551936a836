import { parseDuration } from '../../domain/duration.ts';
import { paceLimits, type Pace } from '../../domain/pace.ts';
import type { WirePace } from '../answers.ts';

/** What a key does to a pace: `+` `-` the size, `>` `<` the gap. Null: it is none of these keys. */
export function stepOf(key: string): Step | null {
  return steps.get(key) ?? null;
}

interface Step {
  readonly size: -1 | 0 | 1;
  readonly gap: -1 | 0 | 1;
}

/**
 * A pace one step on: 10 % of the pace that the stepping began with, at least 1 mail or 1 s, so that as many steps back lead to
 * where it began. Never beyond what a pace may be.
 */
export function stepPace(pace: Pace, from: Pace, step: Step): Pace {
  const { minSize, maxSize, minGapMs, maxGapMs } = paceLimits;
  const bySize = Math.max(1, Math.round(from.size / 10));
  const byGapMs = Math.max(1, Math.round(from.gapMs / 10_000)) * 1_000;
  return {
    size: clamp(pace.size + step.size * bySize, minSize, maxSize),
    gapMs: clamp(pace.gapMs + step.gap * byGapMs, minGapMs, maxGapMs),
  };
}

/** The pace of an answer in numbers; null when its gap cannot be read. */
export function paceOf({ size, every }: WirePace): Pace | null {
  const gapMs = parseDuration(every);
  return gapMs === null ? null : { size, gapMs };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** `=` is `+` without Shift on many keyboards. */
const steps = new Map<string, Step>([
  ['+', { size: 1, gap: 0 }],
  ['=', { size: 1, gap: 0 }],
  ['-', { size: -1, gap: 0 }],
  ['>', { size: 0, gap: 1 }],
  ['<', { size: 0, gap: -1 }],
]);
