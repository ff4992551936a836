import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { migrate, refuseUnfitDatabase, schemaMismatch } from '../../db/migrate.ts';

let name: string;
let url: string;

async function asAdmin(sql: string): Promise<void> {
  await on(inject('postgresUrl'), sql);
}

async function on(url: string, sql: string): Promise<{ rows: Record<string, unknown>[] }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  name = `empty_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name}`);
  url = inject('postgresUrl').replace(/\/\w+$/, `/${name}`);
});
afterEach(() => asAdmin(`drop database ${name} with (force)`));

test('a second migration finds nothing to do', async () => {
  const first = await migrate(url);
  expect(first.applied[0]).toBe('0001-foundation.sql');
  expect(await migrate(url)).toEqual({ applied: [] });
});

test('processes that start at the same time migrate an empty database once', async () => {
  const runs = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));
  const { rows } = await on(url, 'select id from sluice_migration order by id');
  expect(runs.flatMap(({ applied }) => applied)).toHaveLength(rows.length);
  expect(rows.length).toBeGreaterThan(0);
});

test('a file that was changed after it was applied is refused by name, and nothing is applied', async () => {
  await migrate(url);
  await on(url, `update sluice_migration set checksum = 'other' where id = 1`);
  await expect(migrate(url)).rejects.toThrow(
    'migration 0001-foundation.sql was changed after it was applied; restore the file, add a new one instead',
  );
});

test('a database that is newer than this program is refused', async () => {
  await migrate(url);
  await on(url, `insert into sluice_migration values (9000, '9000-future.sql', 'x')`);
  await expect(migrate(url)).rejects.toThrow(/at migration 9000, newer than this program/);
  await expect(refuseUnfitDatabase(url)).rejects.toThrow(/newer than this program/);
});

test('a migration that fails leaves nothing of itself behind', async () => {
  // Its first table is there already: the file fails at its beginning.
  await on(url, 'create table contact_import_reject (x integer)');
  await expect(migrate(url)).rejects.toThrow('already exists');
  const { rows } = await on(
    url,
    `select count(*)::int as n from information_schema.tables where table_name = 'customer'`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test('a worker is told which migration its database lacks', async () => {
  await migrate(url);
  await on(url, 'delete from sluice_migration where id > 1');
  await expect(refuseUnfitDatabase(url)).rejects.toThrow(
    /is at migration 1, this program needs \d+; run "node db\/migrate\.js"/,
  );
});

test('a database that fits has no mismatch', async () => {
  await migrate(url);
  const rows = (await on(url, 'select id from sluice_migration order by id')).rows as { id: number }[];
  expect(await schemaMismatch(async () => ({ rows }))).toBeNull();
});

test('a worker refuses a database that forgets commits when its server is killed, and says what to switch on', async () => {
  await migrate(url);
  await refuseUnfitDatabase(url);
  await asAdmin(`alter database ${name} set synchronous_commit = off`);
  await expect(refuseUnfitDatabase(url)).rejects.toThrow(
    /synchronous_commit is off: .*ALTER ROLE … SET synchronous_commit = on/,
  );
});
