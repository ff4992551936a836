import { z } from 'zod';
import { Problem } from './problem.ts';

/** Lists in order of time: the instant with the database's microseconds, and the id. */
export const positionSchema = z.tuple([
  z
    .string()
    .regex(/^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/)
    .refine(isInstant),
  z.guid(),
]);

/** Lists in the order of a text: an address, a name. */
export const afterText = z
  .string()
  .max(400)
  .refine((text) => !text.includes('\0'));

/** A cursor that somebody made up may look like an instant that the database refuses, such as a 31st of February. */
function isInstant(text: string): boolean {
  const hours = /[+-]\d\d$/.test(text) ? `${text}:00` : text;
  return z.iso.datetime({ offset: true }).safeParse(hours.replace(' ', 'T')).success;
}

/**
 * Cuts a list into pages. `read` is asked for one row more than the page holds, starting after the cursor's values;
 * `keyOf` gives the values of a row by which the list is ordered (unique together).
 */
export async function page<Row, Item, K extends z.ZodType>(options: {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly key: K;
  readonly read: (after: z.output<K> | null, limit: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => unknown;
  readonly show: (row: Row) => Item;
}): Promise<{ items: Item[]; next: string | null }> {
  const { limit, cursor, key, read, keyOf, show } = options;
  const rows = await read(cursor === undefined ? null : readCursor(cursor, key), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => show(row)),
    next: rows.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null,
  };
}

function writeCursor(values: unknown): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function readCursor<K extends z.ZodType>(cursor: string, key: K): z.output<K> {
  const parsed = key.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  const detail = 'cursor is not one that this list gave; take `next` of the page before, or leave it out';
  throw new Problem('invalidQuery', detail, { errors: [{ pointer: '/cursor', detail }] });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
