import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;

/** bigint columns here are ids, gaps and counts far below 2^53: numbers are exact. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Opens a pool. Connections are made when first needed; a lost one is replaced by the next query. */
export function openDatabase(databaseUrl: string, options: { connections?: number; name?: string } = {}): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.connections ?? 10,
    application_name: options.name ?? 'sluice',
    connectionTimeoutMillis: 5_000,
  });
  // An idle connection that the server closed is no fault: the pool drops it and the next query opens another.
  pool.on('error', () => undefined);
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}
