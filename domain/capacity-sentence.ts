import type { CapacityFigures } from './capacity-figures.ts';
import type { Following } from './capacity-input.ts';
import { describeGap } from './pace.ts';

/** What was decided and by which figures, for people: "held back: 28 of 30 open, 6 more expected within the hour". */
export function sayCapacity(kind: Following, size: number, figures: CapacityFigures): string {
  const { limit, open, wanted, missed, quietMs, deskOpensInMs } = figures;
  if (kind === 'silent')
    return `no response reported as opened or handled for ${inWords(quietMs)}, though ${Math.round(missed)} were to be expected: back to the fixed pace, ${size} now`;
  const expected = Math.round(figures.expectedWithinHour);
  const closed = deskOpensInMs === null ? '' : `, the desk opens in ${inWords(deskOpensInMs)}`;
  const facts = `${Math.round(open)} of ${limit} open, ${expected} more expected within the hour${closed}`;
  if (kind === 'heldBack')
    return `${size === 0 ? 'held back' : `held back to ${size} of ${wanted}`}: ${facts}`;
  return `room for ${size < wanted ? `${size} of ${wanted}` : size}: ${facts}`;
}

function inWords(durationMs: number): string {
  const minute = 60_000;
  return describeGap(durationMs < minute ? durationMs : Math.round(durationMs / minute) * minute);
}
