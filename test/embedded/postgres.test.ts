import { mkdtempSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endPostgresIn, startPostgres, type Postgres } from '../../embedded/postgres.ts';

// Blanks, umlauts and a private folder: under root the server's user cannot walk through it.
const home = mkdtempSync(join(tmpdir(), 'sluice größe x '));
const dir = join(home, 'postgres');
let server: Postgres;

beforeAll(async () => {
  server = await startPostgres({ dir });
  await query('create table note (line text)');
});

afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

it('starts a PostgreSQL 18 with UTF-8 that knows upper case beyond ASCII', async () => {
  const [row] = await query(`select current_setting('server_version') as version, upper('schön') as upper`);
  expect(row).toEqual({ version: expect.stringMatching(/^18\./), upper: 'SCHÖN' });
});

it('is durable: nothing is switched off that keeps commits through a power failure', async () => {
  const rows = await query(
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  expect(rows.map(({ setting }) => setting)).toEqual(['on', 'on', 'on']);
});

it('lets nobody in without the password, which only the owner can read', async () => {
  const url = server.url.replace(/:[0-9a-f]+@/, ':wrong@');
  await expect(new Client({ connectionString: url }).connect()).rejects.toThrow(
    /password authentication failed/,
  );
  expect(statSync(join(dir, 'password')).mode & 0o777).toBe(0o600);
});

it('listens on 127.0.0.1 only', async () => {
  const [row] = await query(`select current_setting('listen_addresses') as tcp,
    current_setting('unix_socket_directories') as sockets`);
  expect(row).toEqual({ tcp: '127.0.0.1', sockets: '' });
});

it('refuses a folder in which a server works, naming its pid', async () => {
  await expect(startPostgres({ dir })).rejects.toThrow(`pid ${server.pid}, port ${server.port}`);
});

it('has everything that was committed after a kill and a new start, on the same port', async () => {
  await query(`insert into note values ('before the kill')`);
  const { port } = server;
  await server.kill();
  server = await startPostgres({ dir, port });
  expect(server.port).toBe(port);
  expect(await query('select line from note')).toEqual([{ line: 'before the kill' }]);
});

it('starts although the pid file of a dead server names a living process', async () => {
  const file = join(dir, 'data', 'postmaster.pid');
  const old = readFileSync(file, 'utf8');
  await server.kill();
  writeFileSync(file, old.replace(/^\d+/, String(process.pid)));
  server = await startPostgres({ dir });
  expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
});

it('takes another port when the preferred one is busy', async () => {
  const other = await startPostgres({ dir: join(home, 'other'), port: server.port, fast: true });
  expect(other.port).not.toBe(server.port);
  await other.stop();
  await expect(connects(other.port)).resolves.toBe(false);
});

it('ends a server that was left alone in its folder', async () => {
  const { port } = server;
  await endPostgresIn(dir);
  await server.ended;
  await expect(connects(port)).resolves.toBe(false);
  server = await startPostgres({ dir });
});

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function connects(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
