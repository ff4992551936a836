import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../api/csv/read-csv.ts';
import { importFile } from '../../api/import/import-file.ts';
import {
  finishContactImport,
  listRejects,
  readContactImport,
  startContactImport,
} from '../../db/contact-import.ts';
import { listContacts } from '../../db/contacts.ts';
import { useDatabase } from '../support/campaigns.ts';

const shared = useDatabase();

async function run(file: string, chunkSize = 65_536) {
  const bytes = Buffer.from(file);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  return importFile(shared.db, await readCsv(chunks()), null, 'tester');
}

async function find(q: string) {
  return listContacts(shared.db, { q, after: null, limit: 10 });
}

describe('an import into the database', () => {
  it('updates a known person with the columns that the file has, and clears by an empty cell', async () => {
    await run('email,first_name,last_name,customer,city,size\nKeep@example.com,Ada,King,Ltd,London,M\n');
    expect(await run('email,first_name,customer,city\nkeep@EXAMPLE.com,,Other,Paris\n')).toMatchObject({
      created: 0,
      updated: 1,
    });
    expect(await find('keep@')).toMatchObject([
      {
        email: 'Keep@example.com',
        firstName: null,
        lastName: 'King',
        customer: 'Other',
        attributes: { city: 'Paris', size: 'M' },
      },
    ]);
    await run('email,city\nkeep@example.com,\n');
    expect((await find('keep@'))[0]?.attributes).toEqual({ size: 'M' });
  });

  it('takes the last row of an address that is there several times, and counts the others as updates', async () => {
    const file = 'email,first_name\nTwice@example.com,One\ntwice@example.com,Two\nTWICE@example.com,Three\n';
    expect(await run(file)).toMatchObject({ read: 3, created: 1, updated: 2, rejected: 0 });
    expect(await find('twice@')).toMatchObject([{ email: 'Twice@example.com', firstName: 'Three' }]);
  });

  it('counts exactly over many groups, whichever group the repetition is in', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) => `group${i % 5_000}@example.com\n`).join('');
    expect(await run(`email\n${rows}`)).toMatchObject({ read: 9_000, created: 5_000, updated: 4_000 });
  });

  it('lets imports of the same people at the same time wait for each other', async () => {
    const file = (order: 1 | -1): string => {
      const people = Array.from({ length: 3_000 }, (_, i) => `together${i}@example.com,Firma ${i % 700}\n`);
      return `email,customer\n${(order === 1 ? people : people.reverse()).join('')}`;
    };
    const done = await Promise.all([run(file(1)), run(file(-1)), run(file(1))]);
    expect(done.map(({ state, read }) => [state, read])).toEqual([
      ['done', 3_000],
      ['done', 3_000],
      ['done', 3_000],
    ]);
    expect(done.reduce((sum, { created }) => sum + created, 0)).toBe(3_000);
  });

  it('loses no row in silence: read = created + updated + rejected, and each refused row is listed with its line', async () => {
    const good = fc.nat(50).map((n) => ({ good: true, text: `prop${n}@example.com,x\n` }));
    const bad = fc
      .constantFrom(
        'no address,x\n',
        'a@example.com\n',
        'a@example.com,1,2\n',
        'a@example.com,"x"y\n',
        'a@example.com,\0\n',
        ',\n',
        '"a@example.com\n",x\n',
      )
      .map((text) => ({ good: text.startsWith('"a@'), text }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(good, bad), { maxLength: 60 }),
        fc.integer({ min: 5, max: 200 }),
        async (rows, chunkSize) => {
          const done = await run(`email,first_name\n${rows.map(({ text }) => text).join('')}`, chunkSize);
          expect(done.read).toBe(rows.length);
          expect(done.created + done.updated + done.rejected).toBe(done.read);
          let line = 2;
          const expected: number[] = [];
          for (const row of rows) {
            if (!row.good) expected.push(line);
            line += row.text.split('\n').length - 1;
          }
          const rejects = await listRejects(shared.db, done.id, 0, 500);
          expect(rejects.map((reject) => reject.line)).toEqual(expected);
          expect(rejects.every(({ reason }) => reason !== '')).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is failed with what was committed when the source breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('email\nbreaks1@example.com\nbreaks2@example.com\nbrea');
      throw new Error('aborted');
    }
    const done = await importFile(shared.db, await readCsv(broken()), null, 'tester');
    expect(done).toMatchObject({ state: 'failed', read: 2, created: 2 });
    expect(done.failure).toContain('the file broke off (aborted)');
    expect(await find('breaks')).toHaveLength(2);
  });

  it('counts as failed when it gave no sign of life for two minutes', async () => {
    const id = await startContactImport(shared.db, {
      kind: 'contacts',
      sourceId: null,
      sheet: null,
      header: ['email'],
      by: 'tester',
    });
    expect(await readContactImport(shared.db, id)).toMatchObject({ state: 'running' });
    await sql`update contact_import set touched_at = now() - interval '3 minutes' where id = ${id}`.execute(
      shared.db,
    );
    expect(await readContactImport(shared.db, id)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('was ended'),
    });
    expect(await finishContactImport(shared.db, id, null)).toMatchObject({ state: 'done' });
  });

  it('searches people by indexes', async () => {
    await sql`insert into contact (address, email, first_name, last_name)
      select 'idx' || i || '@example.com', 'idx' || i, 'F' || i, 'L' || i from generate_series(1, 20000) i`.execute(
      shared.db,
    );
    await sql`analyze contact`.execute(shared.db);
    const { rows } = await sql<Record<'QUERY PLAN', string>>`explain select * from contact
      where address like 'idx777%' or lower(first_name) like 'idx777%' or lower(last_name) like 'idx777%'`.execute(
      shared.db,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('contact_address_prefix');
    expect(plan).toContain('contact_last_name_prefix');
    expect(plan).not.toContain('Seq Scan');
  });
});
