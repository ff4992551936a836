import type { Counts } from '../../domain/delivery-state.ts';
import type { Piece } from '../terminal-text.ts';

/**
 * A bar of exactly `columns`: █ sent, ▓ in another final state, ▒ being sent or deferred, ░ still planned. It is full only when
 * everything is settled, and every state that has somebody shows as at least one block as long as there is room.
 */
export function progressBar(counts: Counts, columns: number): Piece[] {
  const groups: readonly [Piece[0], string, number][] = [
    ['good', '█', counts.sent],
    ['bad', '▓', counts.failed + counts.inDoubt + counts.skipped + counts.cancelled],
    ['accent', '▒', counts.sending + counts.deferred],
    ['dim', '░', counts.planned],
  ];
  const widths = share(
    groups.map(([, , value]) => value),
    columns,
  );
  const empty = counts.total === 0 ? columns : 0;
  return groups
    .map(([style, block, value], index): Piece => [
      style,
      block.repeat((widths[index] ?? 0) + (value === 0 && index === 3 ? empty : 0)),
    ])
    .filter(([, text]) => text !== '');
}

/** Truncated shares; what is left over goes to the last group that has somebody, so that progress is never overstated. */
function share(values: readonly number[], columns: number): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return values.map(() => 0);
  const widths = values.map((value) =>
    value === 0 ? 0 : Math.max(1, Math.trunc((value * columns) / total)),
  );
  const last = values.findLastIndex((value) => value > 0);
  let spare = columns - widths.reduce((sum, width) => sum + width, 0);
  while (spare < 0) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 0) - 1;
    spare++;
  }
  widths[last] = (widths[last] ?? 0) + spare;
  return widths;
}
