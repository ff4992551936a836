import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readConfiguration } from '../domain/schema/configuration.ts';

const folder = new URL('./migrations/', import.meta.url);
const oldestServer = 15;

interface Migration {
  readonly id: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings a database to this version's schema. Forward only, one transaction per file, safe when several processes start
 * at once (the table is locked). Refuses PostgreSQL below 15, a file that was changed after it was applied, and a
 * database that is newer than this program.
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'sluice migrate' });
  await client.connect();
  try {
    await refuseOldServer(client);
    await prepareTable(client);
    const migrations = await readMigrations();
    await refuseNewerDatabase(client, migrations.at(-1)?.id ?? 0);
    const applied: string[] = [];
    for (const migration of migrations) if (await apply(client, migration)) applied.push(migration.name);
    return { applied };
  } finally {
    await client.end();
  }
}

/** The migrations that a database lacks or has too many: null when it fits this program. */
export async function schemaMismatch(
  query: (sql: string) => Promise<{ rows: { id: number }[] }>,
): Promise<string | null> {
  const known = (await readMigrations()).map(({ id }) => id);
  const newest = known.at(-1) ?? 0;
  const { rows } = await query('select id from sluice_migration order by id');
  const found = rows.at(-1)?.id ?? 0;
  if (found === newest) return null;
  return found < newest
    ? `the database is at migration ${found}, this program needs ${newest}; run "node db/migrate.js"`
    : newerDatabase(found, newest);
}

/**
 * Throws when a database does not have exactly this program's schema, or forgets commits when its server is killed: a
 * worker on such a one could lose mails or send them twice.
 */
export async function refuseUnfitDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'sluice schema check' });
  await client.connect();
  try {
    const mismatch = await schemaMismatch((sql) => client.query(sql));
    if (mismatch !== null) throw new Error(mismatch);
    await refuseForgetfulServer(client);
  } finally {
    await client.end();
  }
}

/** An intent that was answered as committed and is then forgotten is a mail that goes out twice. */
async function refuseForgetfulServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ synchronous_commit: string }>('show synchronous_commit');
  if (rows[0]?.synchronous_commit !== 'off') return;
  throw new Error(
    'synchronous_commit is off: a server that is killed forgets its last commits, and their mails would go out twice; ' +
      'switch it on (ALTER ROLE … SET synchronous_commit = on)',
  );
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major < oldestServer)
    throw new Error(`PostgreSQL ${oldestServer} or newer is needed (found ${major}); upgrade the server`);
}

/** Any number that nobody else uses: `create table if not exists` alone fails when two processes do it at once. */
const firstTableLock = 7_311_540_021;

async function prepareTable(client: pg.Client): Promise<void> {
  await client.query('begin');
  await client.query(`select pg_advisory_xact_lock(${firstTableLock})`);
  await client.query(`create table if not exists sluice_migration
    (id integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  await client.query('commit');
}

async function refuseNewerDatabase(client: pg.Client, newest: number): Promise<void> {
  const { rows } = await client.query<{ found: number | null }>(
    'select max(id) as found from sluice_migration',
  );
  const found = rows[0]?.found ?? 0;
  if (found > newest) throw new Error(newerDatabase(found, newest));
}

function newerDatabase(found: number, newest: number): string {
  return `the database is at migration ${found}, newer than this program (${newest}); start the newer version`;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return {
        id: Number(name.slice(0, 4)),
        name,
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      };
    }),
  );
}

/** The row goes in first: a second process that migrates at the same time waits for it here. */
async function apply(client: pg.Client, { id, name, sql, checksum }: Migration): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query('lock table sluice_migration in share row exclusive mode');
    const { rows } = await client.query<{ checksum: string }>(
      'select checksum from sluice_migration where id = $1',
      [id],
    );
    const known = rows[0];
    if (known !== undefined && known.checksum !== checksum)
      throw new Error(
        `migration ${name} was changed after it was applied; restore the file, add a new one instead`,
      );
    if (known === undefined) {
      await client.query('insert into sluice_migration (id, name, checksum) values ($1, $2, $3)', [
        id,
        name,
        checksum,
      ]);
      await client.query(sql);
    }
    await client.query('commit');
    return known === undefined;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Reads the whole configuration, so that DATABASE_URL_FILE works and a wrong name is found here too. */
async function main(): Promise<void> {
  const { databaseUrl } = readConfiguration(process.env, 'stack', (path) => readFileSync(path, 'utf8'));
  if (databaseUrl === null)
    throw new Error('DATABASE_URL is not set; set it to postgres://user:password@host:port/database');
  const { applied } = await migrate(databaseUrl);
  console.log(applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
