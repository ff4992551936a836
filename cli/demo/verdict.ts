import { count, plural } from '../numbers.ts';
import type { Paint } from '../paint.ts';
import { clean, pad } from '../terminal-text.ts';
import type { Comparison } from './comparison.ts';

/** The comparison as a table: every promise with its number and whether it holds. */
export function verdictLines(comparison: Comparison, imported: number, paint: Paint): string[] {
  const { doubled, ghosts, inDoubt, ledger, lost, misplaced, received } = comparison;
  const arrived = inDoubt.filter((row) => row.arrived).length;
  const rows: readonly [string, number, readonly string[] | null][] = [
    ['imported', imported, null],
    ['sent, says the ledger', ledger.sent, null],
    ['received, says the sink', received, null],
    ['failed, skipped, cancelled', ledger.failed + ledger.skipped + ledger.cancelled, null],
    [`in doubt (the sink has ${count(arrived)} of them)`, inDoubt.length, null],
    ['lost: sent, but never received', lost.length, lost],
    ['received twice', doubled.length, doubled],
    ['received, but not known as sent', ghosts.length, ghosts],
    ['not in exactly one final state', misplaced.length, misplaced],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return [
    ...rows.map(
      ([label, number, wrong]) =>
        `  ${pad(label, width)}${pad(count(number), 7, 'right')}${mark(wrong, paint)}`,
    ),
    ...rows.flatMap(([label, , wrong]) =>
      wrong === null || wrong.length === 0 ? [] : [`  ${label}: ${some(wrong)}`],
    ),
    '',
    comparison.agrees
      ? paint(
          'good',
          '✓ The ledger and the sink agree, address by address. Nobody lost, nobody mailed twice.',
        )
      : paint('bad', '× The ledger and the sink do not agree.'),
    ...doubtLines(inDoubt.length, arrived),
  ];
}

function mark(wrong: readonly string[] | null, paint: Paint): string {
  if (wrong === null) return '';
  return wrong.length === 0 ? `  ${paint('good', '✓')}` : `  ${paint('bad', '×')}`;
}

function some(addresses: readonly string[]): string {
  const shown = addresses.slice(0, 5).map(clean).join(', ');
  return addresses.length > 5 ? `${shown} and ${count(addresses.length - 5)} more` : shown;
}

function doubtLines(inDoubt: number, arrived: number): string[] {
  if (inDoubt === 0) return [];
  return [
    `${plural(inDoubt, 'mail was', 'mails were')} on the wire when the worker was killed, and the answer died with it. The ledger says so instead of guessing: ${count(arrived)} had arrived, ${count(inDoubt - arrived)} had not. A person settles them; none is sent twice by itself.`,
  ];
}
