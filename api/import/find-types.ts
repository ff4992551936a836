import { ColumnTally, type ColumnGuess } from '../../domain/import-guess.ts';
import type { ImportPlan, PlannedColumn } from '../../domain/import-plan.ts';
import type { TableRow } from './table-file.ts';

/** As many rows are looked at; later ones that do not fit are refused. */
const rowsToLookAt = 1_000;

/** Completes a plan whose source wants the types of attributes to be found, and gives back all rows from the first one on. */
export async function findTypes(
  plan: ImportPlan,
  rows: AsyncIterable<readonly TableRow[]>,
): Promise<{ readonly plan: ImportPlan; readonly rows: AsyncIterator<readonly TableRow[]> }> {
  const iterator = rows[Symbol.asyncIterator]();
  if (!plan.columns.some(({ declares }) => declares === 'found')) return { plan, rows: iterator };
  const tallies = plan.columns.map(() => new ColumnTally());
  const seen: (readonly TableRow[])[] = [];
  let count = 0;
  let ending: Ending | null = null;
  while (count < rowsToLookAt && ending === null) {
    const group = await nextOrEnding(iterator);
    if ('error' in group) {
      ending = group;
      break;
    }
    seen.push(group);
    count += group.length;
    for (const row of group) if ('fields' in row) tallyRow(tallies, row.fields, row.native);
  }
  return { plan: completePlan(plan, tallies), rows: chain(seen, ending, iterator) };
}

/** Gives the attributes whose type is to be found the type of their values. */
export function completePlan(plan: ImportPlan, tallies: readonly ColumnTally[]): ImportPlan {
  const columns = plan.columns.map((column, index) =>
    column.declares === 'found' ? declared(column, tallies[index]?.guess()) : column,
  );
  return { ...plan, columns };
}

/** A row of another width has its values in other columns. */
export function tallyRow(
  tallies: readonly ColumnTally[],
  fields: readonly string[],
  native: ReadonlySet<number> | undefined,
): void {
  if (fields.length !== tallies.length) return;
  for (const [index, tally] of tallies.entries()) tally.add(fields[index] ?? '', native?.has(index) === true);
}

/** Nothing is declared of a column without values. A choice is never found: a new value would be refused for ever. */
function declared(column: PlannedColumn, guess: ColumnGuess | undefined): PlannedColumn {
  if (guess === undefined || guess.filled === 0) return { ...column, declares: null };
  const type = guess.type === 'email' || guess.type === 'choice' ? 'text' : guess.type;
  const reading = {
    ...column.reading,
    dates: column.reading.dates ?? guess.dates,
    decimal: column.reading.decimal ?? guess.decimal,
  };
  return { ...column, reading, declaration: { type, choices: null } };
}

/** How the file ended while it was looked at; breaking off is told where the rows are read, as everywhere. */
type Ending = { readonly error: unknown };

async function nextOrEnding(
  iterator: AsyncIterator<readonly TableRow[]>,
): Promise<readonly TableRow[] | Ending> {
  try {
    const next = await iterator.next();
    return next.done === true ? { error: null } : next.value;
  } catch (error) {
    return { error };
  }
}

async function* chain(
  seen: readonly (readonly TableRow[])[],
  ending: Ending | null,
  rest: AsyncIterator<readonly TableRow[]>,
): AsyncGenerator<readonly TableRow[]> {
  yield* seen;
  if (ending !== null && ending.error !== null) throw ending.error;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}
