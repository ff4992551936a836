import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../../embedded/postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's address of the run's one PostgreSQL. */
    postgresUrl: string;
    /** Name of a migrated database that nobody is connected to; test databases are copies of it. */
    postgresTemplate: string;
  }
}

const template = 'sluice_template';

interface Shared {
  users: number;
  server: Promise<{ url: string; stop(): Promise<void> }>;
}

// Each vitest project loads this file anew, in one process: only the global object is common to all.
const slot: typeof globalThis & { sluiceTestPostgres?: Shared } = globalThis;

/** One fast PostgreSQL for the whole run, whichever projects take part. */
export async function setup(project: TestProject): Promise<void> {
  slot.sluiceTestPostgres ??= { users: 0, server: startShared() };
  slot.sluiceTestPostgres.users += 1;
  const { url } = await slot.sluiceTestPostgres.server;
  project.provide('postgresUrl', url);
  project.provide('postgresTemplate', template);
}

export async function teardown(): Promise<void> {
  const shared = slot.sluiceTestPostgres;
  if (shared === undefined || --shared.users > 0) return;
  delete slot.sluiceTestPostgres;
  const server = await shared.server;
  await server.stop();
}

async function startShared(): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-test-postgres-'));
  const server = await startPostgres({ dir, fast: true });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${template}`);
  await client.end();
  await migrate(server.url.replace(/\/\w+$/, `/${template}`));
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
