import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

const csv = { headers: { 'Content-Type': 'text/csv' } };

async function importFile(file: string, headers: Record<string, string> = {}) {
  return api.call('POST', '/v1/contact-imports', file, { headers: { ...csv.headers, ...headers } });
}

async function countContacts(): Promise<number> {
  const { n } = await api.db
    .selectFrom('contact')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

describe('POST /v1/contact-imports', () => {
  it('imports people, their customers and attributes, and lists each refused row', async () => {
    const answer = await importFile(
      'E-Mail-Art;email;First Name;newsletter;customer;City\r\nprivat;Ada@Example.com;Ada;ja;Analytical Ltd;London\r\n' +
        ';nobody;;;;\r\nx;bob@example.com;Bob;perhaps;;\r\ny;cy@example.com;Cy\r\n',
    );
    expect(answer).toMatchObject({
      status: 201,
      body: {
        state: 'done',
        read: 4,
        created: 1,
        updated: 0,
        rejected: 3,
        failure: null,
        startedBy: 'an admin',
      },
    });
    const { id } = answer.body as { id: string };
    expect(answer.headers.get('location')).toBe(`/v1/contact-imports/${id}`);
    expect((await api.call('GET', `/v1/contact-imports/${id}`)).body).toEqual(answer.body);
    const first = await api.call('GET', `/v1/contact-imports/${id}/rejects?limit=2`);
    expect(first.body).toEqual({
      items: [
        { line: 3, column: 'email', reason: '"nobody": an address is written as name@domain' },
        {
          line: 4,
          column: 'newsletter',
          reason: '"perhaps" is neither yes nor no; write yes, no, or nothing',
        },
      ],
      next: expect.any(String),
    });
    const { next } = first.body as { next: string };
    expect((await api.call('GET', `/v1/contact-imports/${id}/rejects?cursor=${next}`)).body).toEqual({
      items: [
        {
          line: 5,
          column: 'newsletter',
          reason: 'the row has 3 columns, the header 6; this one and what follows are missing',
        },
      ],
      next: null,
    });
    expect((await api.call('GET', '/v1/contacts?q=ada')).body).toMatchObject({
      items: [
        {
          email: 'Ada@Example.com',
          address: 'ada@example.com',
          firstName: 'Ada',
          newsletter: true,
          customer: 'Analytical Ltd',
          attributes: { e_mail_art: 'privat', city: 'London' },
        },
      ],
    });
  });

  it.each([
    ['', 'empty', 'the file is empty; it needs a header line with an email column'],
    [
      'name,city\nAda,London\n',
      'header',
      'the header has no column "email" (found "name", "city"); name the column with the addresses "email"',
    ],
    [
      'PK\u0003\u0004\u0014\u0006xl/',
      'binary',
      'the file is an Excel workbook or another zip file, no CSV text; export it as CSV (UTF-8)',
    ],
  ])('refuses what is no import at all, and imports nothing: %#', async (file, code, detail) => {
    const before = await countContacts();
    const answer = await importFile(file);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ type: '/problems/file-refused', code, detail });
    expect(await countContacts()).toBe(before);
  });

  it('refuses another type of body and a key that may not import', async () => {
    expect((await importFile('email\na@example.com', { 'Content-Type': 'application/json' })).status).toBe(
      415,
    );
    expect((await importFile('email\na@example.com', { 'Content-Encoding': 'gzip' })).status).toBe(415);
    const asViewer = await api.call('POST', '/v1/contact-imports', 'email\n', {
      ...csv,
      key: api.keys.viewer,
    });
    expect(asViewer).toMatchObject({ status: 403, body: { type: '/problems/role-too-low' } });
  });

  it('answers the same Idempotency-Key with the first answer and imports once', async () => {
    const headers = { 'Idempotency-Key': 'import-once' };
    const first = await importFile('email\nonce@example.com\n', headers);
    const second = await importFile('email\nonce@example.com\n', headers);
    expect(second.body).toEqual(first.body);
    expect(first.body).toMatchObject({ created: 1, updated: 0 });
  });

  it('notes an import whose caller hangs up as failed, with what was read until then', async () => {
    const sending = request(`${api.url}/v1/contact-imports`, {
      method: 'POST',
      headers: { ...csv.headers, Authorization: `Bearer ${api.keys.operator}` },
    });
    sending.on('error', () => undefined);
    const rows = Array.from({ length: 5_000 }, (_, i) => `broken${i}@example.com\n`).join('');
    // Hanging up throws away what the network has not taken.
    await new Promise<void>((taken) => void sending.write(`email\n${rows}`, () => taken()));
    const importOf = async () =>
      api.db
        .selectFrom('contact_import')
        .selectAll()
        .where('started_by', '=', 'an operator')
        .executeTakeFirst();
    await expect
      .poll(async () => (await importOf())?.read, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(2_000);
    sending.destroy();
    await expect.poll(async () => (await importOf())?.state, { timeout: 20_000 }).toBe('failed');
    const found = await importOf();
    expect(found?.failure).toContain('the file broke off');
    expect(found?.read).toBe(5_000);
    expect(found?.created).toBe(5_000);
  });

  it('gives 404 for an import that there is not', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect((await api.call('GET', `/v1/contact-imports/${id}`)).status).toBe(404);
    expect((await api.call('GET', `/v1/contact-imports/${id}/rejects`)).status).toBe(404);
    expect((await api.call('GET', '/v1/contact-imports/x')).status).toBe(404);
  });

  it('notes attributes that nobody declared as found, so that filters know them', async () => {
    await api.call('POST', '/v1/contact-imports', 'email,Favourite colour\nfinn@example.com,green\n', csv);
    const { body } = await api.call('GET', '/v1/attributes?owner=contact');
    expect((body as { items: object[] }).items).toContainEqual(
      expect.objectContaining({ name: 'favourite_colour', type: 'text', found: true }),
    );
    const count = { audience: { filter: 'contact.favourite_colour = green' } };
    expect((await api.call('POST', '/v1/audience-checks', count)).body).toMatchObject({ matched: 1 });
  });
});
