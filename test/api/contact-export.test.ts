import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutFormulaGuard } from '../../domain/csv-cell.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts } from '../support/campaigns.ts';
import { hostileTexts } from '../support/hostile-text.ts';
import { readSheet, unzip } from '../support/read-xlsx.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.call('PUT', '/v1/attributes/contact/since', { type: 'date' });
  await api.call('PUT', '/v1/attributes/contact/score', { type: 'number' });
  for (const [index, text] of hostileTexts.entries()) {
    const email = `hostile${index}@example.com`;
    const attributes = { note: text, since: '1.12.2026', score: -index, email: 'as attribute' };
    const person = { email, firstName: text, lastName: null, customer: text, newsletter: true, attributes };
    const answer = await api.call('POST', '/v1/contacts', person);
    expect(answer.status, answer.text).toBe(201);
  }
  await addContacts(api.db, 2_345);
});
afterAll(async () => {
  await api.close();
});

const get = async (query: string) =>
  fetch(`${api.url}/v1/contact-exports${query}`, {
    headers: { Authorization: `Bearer ${api.keys.viewer}` },
  });

describe('GET /v1/contact-exports', () => {
  it('gives everybody once as CSV, with what they are and no formula', async () => {
    const answer = await get('');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="contacts.csv"');
    const text = await answer.text();
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows).toHaveLength(2_345 + hostileTexts.length);
    expect(new Set(rows.map(({ email }) => email)).size).toBe(rows.length);
    for (const cell of rows.flatMap((row) => Object.entries(row)))
      if (cell[0] !== 'score') expect(cell[1]).not.toMatch(/^[=+\-@\t\r]/);
    for (const [index, hostile] of hostileTexts.entries()) {
      const row = rows.find(({ email }) => email === `hostile${index}@example.com`) ?? {};
      const read = Object.fromEntries(
        Object.entries(row).map(([name, cell]) => [name, withoutFormulaGuard(cell)]),
      );
      expect(read).toMatchObject({ first_name: hostile, note: hostile, customer: hostile });
      expect(row).toMatchObject({
        newsletter: 'yes',
        last_name: '',
        since: '2026-12-01',
        score: String(index === 0 ? 0 : -index),
        attribute_email: 'as attribute',
      });
    }
  });

  it('gives the same as a workbook', async () => {
    const answer = await get('?format=xlsx&q=hostile');
    expect(answer.headers.get('content-type')).toContain('spreadsheetml.sheet');
    const cells = readSheet(unzip(Buffer.from(await answer.arrayBuffer())));
    const texts = [...cells].filter(([place]) => /^C\d+$/.test(place)).map(([, { text }]) => text);
    expect(texts.sort()).toEqual(['first_name', ...hostileTexts].sort());
    expect([...cells.values()].filter(({ style }) => style === '1')).toHaveLength(hostileTexts.length);
  });

  it('takes delimiter and byte order mark for CSV, and only those whom q finds', async () => {
    const bytes = Buffer.from(await (await get('?q=hostile0@&delimiter=semicolon&bom=true')).arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString('utf8').split('\r\n')[0]).toBe(
      '\uFEFFexternal_id;email;first_name;last_name;title;salutation;language;time_zone;newsletter;customer;attribute_email;note;score;since',
    );
    expect(bytes.toString('utf8').split('\r\n')).toHaveLength(3);
  });

  it.each([
    '?format=pdf',
    '?bom=true&format=xlsx',
    '?format=xlsx&delimiter=tab',
    '?delimiter=|',
    '?q=',
    '?x=1',
  ])('refuses %s', async (query) => {
    expect((await get(query)).status).toBe(422);
  });

  it('can be read by the import again', async () => {
    const file = await (await get('?q=user')).text();
    const done = await api.call('POST', '/v1/contact-imports', file, {
      headers: { 'Content-Type': 'text/csv' },
    });
    expect(done.body).toMatchObject({ state: 'done', read: 2_345, updated: 2_345, rejected: 0 });
  });

  it('breaks off visibly when the database goes away in the middle', async () => {
    await addContacts(api.db, 60_000, 'far');
    const answer = await get('?q=far');
    const reader = answer.body?.getReader();
    await reader?.read();
    await sql`alter table contact rename column title to away`.execute(api.db);
    const toTheEnd = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(toTheEnd()).rejects.toThrow('terminated');
    await sql`alter table contact rename column away to title`.execute(api.db);
  });
});
