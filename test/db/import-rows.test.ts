import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../api/csv/read-csv.ts';
import { importFile } from '../../api/import/import-file.ts';
import { useDatabase } from '../support/campaigns.ts';
import { importsInto, type TestColumn } from '../support/imports.ts';

const shared = useDatabase();
const { addSource, run, people, consentOf } = importsInto(shared);

const plain: readonly TestColumn[] = [
  { column: 'Nr', to: 'contact.externalId' },
  { column: 'E-Mail', to: 'contact.email' },
  { column: 'Vorname', to: 'contact.firstName' },
];

describe('external ids', () => {
  it('make a re-import an update, also when the address changed', async () => {
    const source = await addSource(plain);
    await run(
      ['Nr;E-Mail;Vorname', 'M1;Moves@old.example.com;Ada', 'M2;stays@moves.example.com;Bob'],
      source,
    );
    const [old] = await people('moves@old%');
    expect(await run(['Nr;E-Mail;Vorname', 'M1;Moves@new.example.com;Ada'], source)).toMatchObject({
      created: 0,
      updated: 1,
      unchanged: 0,
    });
    expect(await people('moves@%')).toMatchObject([
      { id: old?.id, address: 'moves@new.example.com', email: 'Moves@new.example.com', externalId: 'M1' },
    ]);
  });

  it('refuse the address of somebody else, and name no address but that of the row', async () => {
    const source = await addSource(plain);
    await run(['Nr;E-Mail;Vorname', 'K1;one@clash.example.com;One', 'K2;two@clash.example.com;Two'], source);
    const done = await run(
      ['Nr;E-Mail;Vorname', 'K1;two@clash.example.com;Wrong', 'K9;one@clash.example.com;'],
      source,
    );
    expect(done).toMatchObject({ read: 2, created: 0, updated: 0, rejected: 2 });
    expect(done.rejects).toEqual([
      '2 E-Mail: "two@clash.example.com" is the address of another contact; correct the address or the external id',
      '3 E-Mail: "one@clash.example.com" is the address of another contact; correct the address or the external id',
    ]);
    expect(await people('%@clash%')).toMatchObject([{ firstName: 'One' }, { firstName: 'Two' }]);
  });

  it('are taken by a contact that has none; rows without one go by the address', async () => {
    const source = await addSource(plain);
    await run(['email,first_name', 'a@adopt.example.com,Anna']);
    await run(['Nr;E-Mail;Vorname', 'A1;a@adopt.example.com;Anna', ';a@adopt.example.com;Änne'], source);
    expect(await people('%@adopt%')).toMatchObject([{ externalId: 'A1', firstName: 'Änne' }]);
  });

  it('let people swap their addresses over a third one, in one file', async () => {
    const source = await addSource(plain);
    await run(['Nr;E-Mail;Vorname', 'S1;a@swap.example.com;A', 'S2;b@swap.example.com;B'], source);
    const done = await run(
      ['Nr;E-Mail;Vorname', 'S1;c@swap.example.com;A', 'S2;a@swap.example.com;B', 'S1;b@swap.example.com;A'],
      source,
    );
    expect(done).toMatchObject({ updated: 3, rejected: 0 });
    expect(await people('%@swap%')).toMatchObject([
      { externalId: 'S2', email: 'a@swap.example.com' },
      { externalId: 'S1', email: 'b@swap.example.com' },
    ]);
  });

  it('are enough for people who are known, where the file has no addresses', async () => {
    await run(['Nr;E-Mail;Vorname', 'O1;only@id.example.com;Old'], await addSource(plain));
    const source = await addSource([
      { column: 'Nr', to: 'contact.externalId' },
      { column: 'Vorname', to: 'contact.firstName' },
    ]);
    const done = await run(['Nr;Vorname', 'O1;New', 'O2;Nobody', ';Nobody'], source);
    expect(done.rejects).toEqual([
      '3 Nr: there is no contact with the external id "O2", and the file has no address to make one with',
      '4 Nr: the external id is required: the file has no column with addresses',
    ]);
    expect(await people('only@id%')).toMatchObject([{ firstName: 'New', email: 'only@id.example.com' }]);
  });
});

describe('an import that changes nothing', () => {
  it('writes no row: versions and dates of change stay, and the rows count as unchanged', async () => {
    const source = await addSource([
      ...plain,
      { column: 'Zimmer', to: 'contact.attributes.room', type: 'number' },
      { column: 'Firma', to: 'customer.name' },
      { column: 'Kategorie', to: 'customer.attributes.category' },
      { column: 'Newsletter', to: 'contact.newsletter' },
      { column: 'Auftrag', to: 'record.job.externalId' },
    ]);
    const file = [
      'Nr;E-Mail;Vorname;Zimmer;Firma;Kategorie;Newsletter;Auftrag',
      'U1;u1@same.example.com;Uta;7;Gleich GmbH;A;ja;J1',
      'U2;u2@same.example.com;;;;;;',
    ];
    await run(file, source);
    const before = await people('%@same%');
    const customers = await shared.db
      .selectFrom('customer')
      .selectAll()
      .where('name', '=', 'Gleich GmbH')
      .execute();
    expect(await run(file, source)).toMatchObject({ created: 0, updated: 2, unchanged: 2 });
    expect(await people('%@same%')).toEqual(before);
    expect(
      await shared.db.selectFrom('customer').selectAll().where('name', '=', 'Gleich GmbH').execute(),
    ).toEqual(customers);
    expect(await consentOf(before[0]?.id)).toHaveLength(1);
    expect(
      await run(
        file.slice(0, 2).map((line) => line.replace(';7;', ';8;')),
        source,
      ),
    ).toMatchObject({
      unchanged: 0,
    });
    expect(await people('u1@same%')).toMatchObject([{ version: 2, attributes: { room: 8 } }]);
  });
});

it('no more of a file is read than two groups ahead of what is written', async () => {
  const rows = 30_000;
  const inPiece = 500;
  let given = 0;
  let most = 0;
  async function* file(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('email,first_name\n');
    for (; given < rows; given += inPiece) {
      const [found] = await shared.db
        .selectFrom('contact_import')
        .select('read')
        .where('started_by', '=', 'streamer')
        .execute();
      most = Math.max(most, given - (found?.read ?? 0));
      yield Buffer.from(
        Array.from({ length: inPiece }, (_, i) => `s${given + i}@stream.example.com,x\n`).join(''),
      );
    }
  }
  const done = await importFile(shared.db, await readCsv(file()), null, 'streamer');
  expect(done).toMatchObject({ state: 'done', created: rows });
  // One group is being written, the next one is full, and a piece on top.
  expect(most).toBeLessThanOrEqual(2 * 2_000 + 2 * inPiece);
});

it('read = created + updated + rejected, whatever ids and addresses meet, and the last row of each counts', async () => {
  const source = await addSource(plain);
  const row = fc.record({
    id: fc.constantFrom('', '1', '2', '3', '4'),
    address: fc.constantFrom('a', 'b', 'c', 'd', 'no address'),
    name: fc.constantFrom('', 'X', 'Y'),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 3 }),
      async (files) => {
        const at = `@round${++round}.example.com`;
        for (const file of files) {
          const lines = file.map(({ id, address, name }) => {
            const email = address.includes(' ') ? address : address + at;
            return `${id === '' ? '' : `P${round}-${id}`};${email};${name}`;
          });
          const before = await people(`%${at}`);
          const done = await run(['Nr;E-Mail;Vorname', ...lines], source);
          expect(done.state).toBe('done');
          expect(done.created + done.updated + done.rejected).toBe(done.read);
          expect(done.read).toBe(file.length);
          expect(done.rejects).toHaveLength(done.rejected);
          const after = await people(`%${at}`);
          expect(after.length - before.length).toBe(done.created);
          // The last accepted row with an id says the name and the address of its contact.
          const refused = new Set(done.rejects.map((each) => Number(each.split(' ')[0])));
          const accepted = lines.filter((_, index) => !refused.has(index + 2)).map((line) => line.split(';'));
          for (const id of new Set(accepted.map(([nr]) => nr))) {
            if (id === '') continue;
            const lastAt = accepted.findLastIndex(([nr]) => nr === id);
            const [, email, name] = accepted[lastAt] ?? [];
            const person = after.find(({ externalId }) => externalId === id);
            const overwritten = accepted
              .slice(lastAt + 1)
              .some(([nr, other]) => nr === '' && other === email);
            expect(person?.address).toBe(email);
            if (!overwritten) expect(person?.firstName ?? '').toBe(name);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});
