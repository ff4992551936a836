import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { uploadTo } from '../support/upload.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

const upload = async (path: string, file: string) => uploadTo(api, path, file);

describe('/v1/import-sources', () => {
  const mapping = { columns: [{ column: 'Mail', to: 'contact.email' }] };

  it('are kept by name, listed, replaced and forgotten', async () => {
    const put = await api.call('PUT', '/v1/import-sources/CRM%20%26%20co', { mapping });
    expect(put).toMatchObject({
      status: 200,
      body: {
        name: 'CRM & co',
        kind: 'contacts',
        recordKind: null,
        mapping: { ...mapping, others: 'refuse' },
        createdBy: 'an admin',
      },
    });
    const again = await api.call('PUT', '/v1/import-sources/CRM%20%26%20co', { mapping });
    expect(again.body).toEqual(put.body);
    await api.call('PUT', '/v1/import-sources/another', { mapping });
    const first = await api.call('GET', '/v1/import-sources?limit=1');
    expect(first.body).toMatchObject({ items: [{ name: expect.any(String) }], next: expect.any(String) });
    await upload('/v1/contact-imports?source=CRM%20%26%20co', 'Mail\nx@crm.example.com\n');
    expect(await api.call('DELETE', '/v1/import-sources/CRM%20%26%20co')).toMatchObject({
      status: 200,
      body: put.body,
    });
    expect((await api.call('GET', '/v1/import-sources/CRM%20%26%20co')).status).toBe(404);
    expect(await upload('/v1/contact-imports?source=CRM%20%26%20co', 'Mail\n')).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/source',
            detail: 'there is no import source "CRM & co"; GET /v1/import-sources lists them',
          },
        ],
      },
    });
  });

  it.each<[object, string, RegExp]>([
    [
      { mapping: { columns: [{ column: 'x', to: 'contact.phone' }] } },
      '/mapping/columns/0/to',
      /nothing that a column can mean/,
    ],
    [
      { mapping: { columns: [{ column: 'x', to: 'contact.firstName' }] } },
      '/mapping/columns',
      /contact.email or contact.externalId/,
    ],
    [
      {
        mapping: {
          columns: [
            { column: 'Mail', to: 'contact.email' },
            { column: 'mail', to: 'contact.title' },
          ],
        },
      },
      '/mapping/columns/1',
      /mapped already/,
    ],
    [
      {
        mapping: {
          columns: [
            { column: 'a', to: 'contact.email' },
            { column: 'b', to: 'contact.email' },
          ],
        },
      },
      '/mapping/columns/1',
      /means contact.email already/,
    ],
    [
      {
        mapping: {
          columns: [
            { column: 'a', to: 'contact.email' },
            { column: 'b', to: 'contact.newsletterAt' },
          ],
        },
      },
      '/mapping/columns/1',
      /must mean contact.newsletter/,
    ],
    [
      { mapping: { columns: [{ column: 'a', to: 'contact.email', type: 'text' }] } },
      '/mapping/columns/0',
      /only attributes have a type/,
    ],
    [
      {
        mapping: {
          columns: [
            { column: 'a', to: 'contact.email' },
            { column: 'b', to: 'contact.attributes.x', type: 'choice' },
          ],
        },
      },
      '/mapping/columns/1',
      /needs choices/,
    ],
    [
      {
        mapping: {
          columns: [
            { column: 'a', to: 'contact.email' },
            { column: 'b', to: 'record.order.title' },
          ],
        },
      },
      '/mapping/columns/1',
      /must mean record.order.externalId/,
    ],
    [
      { kind: 'records', mapping: { columns: [{ column: 'a', to: 'record.order.externalId' }] } },
      '/recordKind',
      /needs it/,
    ],
    [
      { kind: 'customers', mapping: { columns: [{ column: 'a', to: 'contact.email' }] } },
      '/mapping/columns/0',
      /no contacts/,
    ],
  ])('are refused where they make no sense: %#', async (body, pointer, why) => {
    const answer = await api.call('PUT', '/v1/import-sources/senseless', body);
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { pointer: string; detail: string }[] };
    expect(errors.find((each) => each.pointer === pointer)?.detail).toMatch(why);
    expect((await api.call('GET', '/v1/import-sources/senseless')).status).toBe(404);
  });

  it('do not let a column get lost: one that is missing or not named refuses the file', async () => {
    const columns = [...mapping.columns, { column: 'Zimmer', to: 'contact.attributes.room' }];
    await api.call('PUT', '/v1/import-sources/strict', { mapping: { columns } });
    const fault = async (csv: string): Promise<unknown> =>
      (await upload('/v1/contact-imports?source=strict', csv)).body['detail'];
    expect(await fault('Mail\nx@example.com\n')).toBe(
      'the file has no column "Zimmer", which the source maps to contact.attributes.room; add it, or set "optional": true for it in the source',
    );
    expect(await fault('Mail,Zimmer,Etage\nx@example.com,1,2\n')).toBe(
      'the source says nothing of the column "Etage"; map them (to "ignore" if they mean nothing), or set "others" in the source',
    );
    const others = [{ ...columns[0] }, { ...columns[1], optional: true }];
    await api.call('PUT', '/v1/import-sources/strict', {
      mapping: { columns: others, others: 'attributes' },
    });
    expect(
      await upload('/v1/contact-imports?source=strict', 'Mail,Etage\nx@strict.example.com,2\n'),
    ).toMatchObject({ body: { created: 1 } });
    expect((await api.call('GET', '/v1/contacts?q=x@strict')).body).toMatchObject({
      items: [{ attributes: { etage: '2' } }],
    });
  });
});
