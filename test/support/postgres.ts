import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Removes the database; throws, naming them, when connections to it were left open. */
  drop(): Promise<void>;
}

/**
 * A migrated, empty database of its own, copied from the run's template in about 30 ms. Make it in `beforeAll`, drop it
 * in `afterAll` when every pool is closed.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = inject('postgresUrl');
  await asAdmin((client) => client.query(`create database ${name} template ${inject('postgresTemplate')}`));
  return {
    url: server.replace(/\/\w+$/, `/${name}`),
    drop: async () => {
      const leaked = await asAdmin((client) => openConnections(client, name));
      await asAdmin((client) => client.query(`drop database ${name} with (force)`));
      if (leaked.length > 0) {
        throw new Error(
          `${leaked.length} connections to the test database were left open: ${leaked.join('; ')}`,
        );
      }
    },
  };
}

/** A closed connection leaves the server's list a moment after its socket: asked for up to 20 seconds. */
async function openConnections(client: Client, database: string): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `select application_name || ' (' || coalesce(state, '?') || '): ' || left(query, 60) as what
       from pg_stat_activity where datname = $1`,
    [database],
  );
  if (rows.length === 0 || (await isLate(client))) return rows.map(({ what }) => what);
  await client.query('select pg_sleep(0.02)');
  return await openConnections(client, database);
}

async function isLate(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ late: boolean }>(
    `select clock_timestamp() - backend_start > interval '20 seconds' as late
       from pg_stat_activity where pid = pg_backend_pid()`,
  );
  return rows[0]?.late ?? true;
}

async function asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
