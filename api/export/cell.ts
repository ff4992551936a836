/** A day of the calendar as `2026-12-01`, for sheets that know dates. */
export interface Day {
  readonly day: string;
}

/** One value of an exported sheet; null is an empty cell. */
export type Cell = string | number | boolean | Day | null;

/** A sheet as it comes from the database, some rows at a time: nothing holds all of it. */
export interface Sheet {
  readonly header: readonly string[];
  readonly pages: AsyncIterable<readonly (readonly Cell[])[]>;
}

export function isDay(cell: Cell): cell is Day {
  return typeof cell === 'object' && cell !== null;
}
