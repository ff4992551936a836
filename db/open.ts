import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;

/** bigint columns here are ids, gaps and counts far below 2^53: numbers are exact. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Opens a pool. Connections are made when first needed; a lost one is replaced by the next query. */
export function openDatabase(
  databaseUrl: string,
  options: { connections?: number; name?: string } = {},
): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.connections ?? 10,
    application_name: options.name ?? 'sluice',
    connectionTimeoutMillis: 5_000,
    Client: PreparingClient,
  });
  // A connection that the server closed is no fault of the process: whoever uses it sees its query fail, the pool drops it
  // and the next query opens another. Both need a listener: the pool for idle ones, each client for those in use.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    // Plans here look dear to the planner and are not: compiling one would take longer than running it a hundred times.
    client.query('set jit = off').catch(() => undefined);
  });
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

const preparedName = /^\s*-- prepare: (\w+)/;

/**
 * Statements that begin with `-- prepare: name` are planned once per connection: for the few that run for every handful
 * of mails, planning would cost more than the work. (A proxy between us and the server must keep prepared statements:
 * pgbouncer does since 1.21.)
 */
class PreparingClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [text, values] = args;
    const name = typeof text === 'string' ? preparedName.exec(text)?.[1] : undefined;
    const call = name === undefined ? args : [{ name, text, values }, ...args.slice(2)];
    // pg declares a dozen overloads; whatever one the caller meant comes back from the original.
    return super.query.apply(this, call as never) as never;
  }
}
