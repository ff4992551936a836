import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportPreview } from '../../domain/schema/import-preview.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { uploadTo, xlsx } from '../support/upload.ts';
import { workbook } from '../support/workbook.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

const upload = async (path: string, file: string | Buffer, type?: string) => uploadTo(api, path, file, type);

async function preview(path: string, file: string | Buffer, type?: string): Promise<ImportPreview> {
  const { status, body } = await upload(path, file, type);
  if (status !== 200) throw new Error(JSON.stringify(body));
  // The schema of the answer is checked by test/api/every-route.test.ts.
  return body as unknown as ImportPreview;
}

const file =
  'Kunden-Nr;Firma;E-Mail-Adresse;Vorname;Zimmer;Seit;Newsletter\r\n' +
  'C1;Nord AG;ada@preview.example.com;Ada;7;13.5.2020;ja\r\n' +
  'C2;Süd AG;no address;Bob;8;14.5.2020;nein\r\n' +
  'C1;Nord AG;cy@preview.example.com;"=Cy";9;"15.5.2020";\r\n' +
  'C2;Süd AG;dan@preview.example.com;Dan;zehn\r\n';

async function count(table: 'contact' | 'customer' | 'attribute'): Promise<number> {
  const { n } = await api.db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

describe('POST /v1/import-previews', () => {
  it('suggests what columns mean, shows the first rows, counts and faults, and imports nothing', async () => {
    const before = [await count('contact'), await count('customer'), await count('attribute')];
    const seen = await preview('/v1/import-previews', file);
    expect([await count('contact'), await count('customer'), await count('attribute')]).toEqual(before);
    expect(seen).toMatchObject({
      kind: 'contacts',
      format: 'CSV with ;',
      complete: true,
      fault: null,
      read: 4,
      created: 2,
      updated: 0,
      rejected: 2,
    });
    expect(seen.columns.map(({ column, to, by, seems }) => [column, to, by, seems])).toEqual([
      ['Kunden-Nr', 'customer.externalId', 'name', 'text'],
      ['Firma', 'customer.name', 'name', 'text'],
      ['E-Mail-Adresse', 'contact.email', 'name', 'text'],
      ['Vorname', 'contact.firstName', 'name', 'text'],
      ['Zimmer', 'contact.attributes.zimmer', 'otherwise', 'number'],
      ['Seit', 'contact.attributes.seit', 'otherwise', 'date'],
      ['Newsletter', 'contact.newsletter', 'name', 'yesNo'],
    ]);
    expect(seen.first[0]).toEqual({
      line: 2,
      values: {
        'customer.externalId': 'C1',
        'customer.name': 'Nord AG',
        'contact.email': 'ada@preview.example.com',
        'contact.firstName': 'Ada',
        'contact.attributes.zimmer': 7,
        'contact.attributes.seit': '2020-05-13',
        'contact.newsletter': true,
      },
    });
    expect(seen.faults).toEqual([
      {
        line: 3,
        column: 'E-Mail-Adresse',
        reason: '"no address": an address has no spaces or control characters inside',
      },
      {
        line: 5,
        column: 'Seit',
        reason: 'the row has 5 columns, the header 7; this one and what follows are missing',
      },
    ]);
  });

  it('counts as the import does that follows it', async () => {
    const { mapping } = await preview('/v1/import-previews', file);
    expect((await api.call('PUT', '/v1/import-sources/as-previewed', { mapping })).status).toBe(200);
    const steps = [
      file,
      file.replace('no address', 'bob@preview.example.com'),
      `${file}C2;Süd AG;ada@preview.example.com;Ada;1;1.5.2020;\r\n`,
    ];
    for (const step of steps) {
      const { created, updated, rejected, faults } = await preview(
        '/v1/import-previews?source=as-previewed',
        step,
      );
      const { body } = await upload('/v1/contact-imports?source=as-previewed', step);
      expect(body).toMatchObject({ created, updated, rejected, source: 'as-previewed', kind: 'contacts' });
      const rejects = await api.call('GET', `/v1/contact-imports/${String(body['id'])}/rejects`);
      expect(rejects.body).toEqual({ items: faults, next: null });
    }
  });

  it('says why no row could be imported, instead of refusing to look', async () => {
    const nobody = await preview('/v1/import-previews', 'name,city\nAda,London\n');
    expect(nobody).toMatchObject({
      fault: 'no column of the file means contact.email or contact.externalId',
      read: 1,
      created: 0,
    });
    const twice = await preview('/v1/import-previews', 'email,E-Mail,e_mail\na@example.com,1,2\n');
    expect(twice).toMatchObject({
      mapping: null,
      fault: 'the columns "E-Mail" and "e_mail" have the same name; rename or remove one',
    });
    expect(await upload('/v1/import-previews', '')).toMatchObject({ status: 422, body: { code: 'empty' } });
    expect(await upload('/v1/import-previews?kind=records', 'a\n1\n')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/recordKind' }] },
    });
  });

  it('looks at a bounded part of a long file, and says so', async () => {
    const rows = Array.from({ length: 100_001 }, (_, i) => `p${i}@long.example.com\n`).join('');
    expect(await preview('/v1/import-previews', `email\n${rows}`)).toMatchObject({
      complete: false,
      read: 100_000,
      created: 100_000,
      rejected: 0,
    });
  });
});

describe('refused rows', () => {
  it('come back as a file that is mended and imported again', async () => {
    const broken =
      'email,first_name,note\nmend@example,=1+1,"a ""b"", c"\nok@mend.example.com,Ok,\nx@mend.example.com,"y"z,\nshort@mend.example.com\n';
    const { body } = await upload('/v1/contact-imports', broken);
    expect(body).toMatchObject({ read: 4, created: 1, rejected: 3 });
    const { text, headers } = await api.call(
      'GET',
      `/v1/contact-imports/${String(body['id'])}/rejects?format=csv`,
    );
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toContain('attachment');
    const table: string[][] = parse(text, { bom: true });
    expect(table).toEqual([
      ['email', 'first_name', 'note', 'sluice_line', 'sluice_column', 'sluice_reason', 'sluice_text'],
      ['mend@example', "'=1+1", 'a "b", c', '2', 'email', expect.stringContaining('has no dot'), ''],
      [
        '',
        '',
        '',
        '4',
        'first_name',
        expect.stringContaining('after a closing quote'),
        'x@mend.example.com,"y"z,',
      ],
      ['', '', '', '5', 'first_name', expect.stringContaining('1 columns'), 'short@mend.example.com'],
    ]);
    const again = await upload(
      '/v1/contact-imports',
      text.replace('mend@example,', 'mend@mend.example.com,'),
    );
    expect(again.body).toMatchObject({ read: 3, created: 1, rejected: 2 });
    expect((await api.call('GET', '/v1/contacts?q=mend@mend')).body).toMatchObject({
      items: [{ firstName: '=1+1', attributes: { note: 'a "b", c' } }],
    });
    const [contact] = await api.db
      .selectFrom('contact')
      .select('attributes')
      .where('address', '=', 'mend@mend.example.com')
      .execute();
    expect(contact?.attributes).toEqual({ note: 'a "b", c' });
  });
});

it('imports are listed, newest first, page by page', async () => {
  const made: unknown[] = [];
  for (const n of [1, 2, 3])
    made.unshift((await upload('/v1/contact-imports', `email\nl${n}@list.example.com\n`)).body);
  const first = await api.call('GET', '/v1/contact-imports?limit=2');
  expect(first.body).toEqual({ items: made.slice(0, 2), next: expect.any(String) });
  const { next } = first.body as { next: string };
  expect((await api.call('GET', `/v1/contact-imports?limit=1&cursor=${next}`)).body).toMatchObject({
    items: made.slice(2),
  });
});

describe('a workbook', () => {
  it('is previewed and imported as a CSV file is, sheet by sheet', async () => {
    const book = await workbook([
      {
        name: 'People',
        rows: [
          ['Email', 'First name', 'Room'],
          ['ada@book.example.com', 'Ada', 4],
          ['nobody', 'Bob', 5],
          [null, null, null],
          ['cy@book.example.com', 'Cy', { xml: '<c t="e"><v>#N/A</v></c>' }],
        ],
      },
      { name: 'More', rows: [['email'], ['dan@book.example.com']] },
    ]);
    expect(await preview('/v1/import-previews', book, xlsx)).toMatchObject({
      format: 'XLSX, sheet "People"',
      sheets: ['People', 'More'],
      created: 1,
      rejected: 2,
    });
    const { status, body } = await upload('/v1/contact-imports', book, xlsx);
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { sheet: 'People', read: 3, created: 1, rejected: 2 },
    });
    expect((await api.call('GET', `/v1/contact-imports/${String(body['id'])}/rejects`)).body).toMatchObject({
      items: [
        { line: 3, column: 'Email' },
        { line: 5, column: 'Room', reason: 'the cell has the error #N/A; correct it in the sheet' },
      ],
    });
    expect(await upload('/v1/contact-imports?sheet=more', book, xlsx)).toMatchObject({
      body: { sheet: 'More', created: 1 },
    });
    expect(await upload('/v1/contact-imports?sheet=none', book, xlsx)).toMatchObject({
      status: 422,
      body: { code: 'sheet', detail: 'the workbook has no sheet "none"; there are "People", "More"' },
    });
    expect(await upload('/v1/contact-imports?sheet=x', 'email\n')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/sheet' }] },
    });
  });
});
