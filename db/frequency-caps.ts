import { sql } from 'kysely';
import type { Database } from './open.ts';

/** "At most `count` mails of the stream to one person in any `perMs`", over all campaigns. */
export interface FrequencyCap {
  readonly stream: string;
  readonly count: number;
  readonly perMs: number;
  readonly changedBy: string;
  readonly changedAt: Date;
}

export async function listFrequencyCaps(db: Database): Promise<FrequencyCap[]> {
  return selectCaps(db).orderBy('stream').execute();
}

/** Sets or changes the cap of a stream; the same again changes nothing. Waits for claims that count by the one in force. */
export async function setFrequencyCap(
  db: Database,
  { stream, count, perMs }: Pick<FrequencyCap, 'stream' | 'count' | 'perMs'>,
  by: string,
): Promise<FrequencyCap> {
  await sql`insert into frequency_cap as f (stream, count, per_ms, changed_by) values (${stream}, ${count}, ${perMs}, ${by})
    on conflict (stream) do update set count = excluded.count, per_ms = excluded.per_ms, changed_by = excluded.changed_by, changed_at = now()
    where (f.count, f.per_ms) is distinct from (excluded.count, excluded.per_ms)`.execute(db);
  return selectCaps(db).where('stream', '=', stream).executeTakeFirstOrThrow();
}

export async function removeFrequencyCap(db: Database, stream: string): Promise<void> {
  await db.deleteFrom('frequency_cap').where('stream', '=', stream).execute();
}

function selectCaps(db: Database) {
  return db
    .selectFrom('frequency_cap')
    .select(['stream', 'count', 'per_ms as perMs', 'changed_by as changedBy', 'changed_at as changedAt']);
}
