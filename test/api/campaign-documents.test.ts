import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCampaignDocuments } from '../../db/campaign-documents.ts';
import { startCampaign } from '../../db/start.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { pdf } from '../support/office-files.ts';
import { insertContacts } from '../support/started-campaign.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ publicUrl: 'https://answers.example.com', documentLimitBytes: 2_000 });
  await insertContacts(api.db, 1);
});
afterAll(async () => api.close());

async function upload(name: string, bytes: Buffer | string, to = api): Promise<string> {
  const response = await fetch(`${to.url}/v1/documents?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${to.keys.admin}`, 'Content-Type': 'application/octet-stream' },
    body: typeof bytes === 'string' ? bytes : new Uint8Array(bytes),
  });
  const { id } = (await response.json()) as { id: string };
  return id;
}

let made = 0;
/** A document that no other test has. */
async function fresh(name = `file ${made + 1}.pdf`, padding = 0): Promise<string> {
  made += 1;
  return upload(name, pdf(`${made}${' '.repeat(padding)}`));
}

interface Shown {
  readonly id: string;
  readonly documents: readonly {
    readonly id: string;
    readonly as: string;
    readonly expires: string | null;
  }[];
}
async function draft(documents: readonly object[]): Promise<Shown> {
  const answer = await api.call('POST', '/v1/campaigns', campaignBody({ documents }));
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Shown;
}

async function start(id: string) {
  return api.call('PUT', `/v1/campaigns/${id}/start`);
}

describe('the documents of a draft', () => {
  it('are kept in their order, shown with their names, and changed as a whole', async () => {
    const page = await upload('Frühling.html', '<!doctype html><h1>Frühling</h1>');
    const [one, other] = [await fresh('Preise.pdf'), await fresh('Katalog.pdf')];
    const shown = await draft([{ id: page }, { id: other, as: 'link', expires: '2d' }, { id: one }]);
    expect(shown.documents).toMatchObject([
      { id: page, as: 'body', expires: null, title: 'Frühling.html', version: 1, name: 'Frühling.html' },
      { id: other, as: 'link', expires: '2d', name: 'Katalog.pdf' },
      { id: one, as: 'attachment', expires: null, name: 'Preise.pdf' },
    ]);
    const path = `/v1/campaigns/${shown.id}`;
    const renamed = await api.call('PATCH', path, { name: 'Renamed' });
    expect((renamed.body as Shown).documents).toEqual(shown.documents);
    const patched = await api.call('PATCH', path, { documents: [{ id: one, as: 'link' }] });
    expect((patched.body as Shown).documents).toMatchObject([{ id: one, as: 'link', expires: '30d' }]);
    expect(((await api.call('GET', path)).body as Shown).documents).toHaveLength(1);
    await api.call('PATCH', path, { documents: [] });
    expect(await readCampaignDocuments(api.db, shown.id)).toEqual([]);
  });

  it('are refused with a pointer to each that cannot be sent, and then nothing changes', async () => {
    const [first, large] = [await fresh(), await fresh('large.pdf', 2_000)];
    const shown = await draft([{ id: first }]);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const documents = [{ id: nobody }, { id: large }, { id: first }, { id: first, as: 'link' }];
    for (const [method, path] of [
      ['POST', '/v1/campaigns'],
      ['PATCH', `/v1/campaigns/${shown.id}`],
    ] as const) {
      const body = method === 'POST' ? campaignBody({ documents }) : { name: 'Changed', documents };
      expect(await api.call(method, path, body)).toMatchObject({
        status: 422,
        body: {
          type: '/problems/invalid-body',
          errors: [
            { pointer: '/documents/0/id', detail: expect.stringContaining('there is no document') },
            { pointer: '/documents/1/as', detail: expect.stringContaining('send it as a link') },
            { pointer: '/documents/3/id', detail: expect.stringContaining('is given twice') },
          ],
        },
      });
    }
    const now = (await api.call('GET', `/v1/campaigns/${shown.id}`)).body as Shown & { name: string };
    expect(now).toMatchObject({ name: 'Server upgrade', documents: [{ id: first }] });
  });

  it.each([
    [{ as: 'somehow' }, '/documents/0/as'],
    [{ as: 'link', expires: '5m' }, '/documents/0/expires'],
    [{ name: 'x.pdf' }, '/documents/0/name'],
  ])('are refused with %j', async (change, pointer) => {
    const documents = [{ id: await fresh(), ...change }];
    expect(await api.call('POST', '/v1/campaigns', campaignBody({ documents }))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });

  it('can be links only where recipients reach the API', async () => {
    const without = await startTestApi();
    try {
      const documents = [{ id: await upload('a.pdf', pdf(), without), as: 'link' }];
      expect(await without.call('POST', '/v1/campaigns', campaignBody({ documents }))).toMatchObject({
        status: 422,
        body: {
          errors: [{ pointer: '/documents/0/as', detail: expect.stringContaining('SLUICE_PUBLIC_URL') }],
        },
      });
    } finally {
      await without.close();
    }
  });

  it('go with the draft, the documents stay', async () => {
    const id = await fresh();
    const shown = await draft([{ id }]);
    expect((await api.call('DELETE', `/v1/campaigns/${shown.id}`)).status).toBe(204);
    expect((await api.call('GET', `/v1/documents/${id}`)).status).toBe(200);
  });
});

describe('a start', () => {
  it('is refused by a document that was withdrawn since the draft was made, with its title and the next version', async () => {
    const [kept, withdrawn] = [await fresh(), await fresh('Old prices.pdf')];
    const { id } = await draft([{ id: kept }, { id: withdrawn }]);
    await api.call('DELETE', `/v1/documents/${withdrawn}`);
    expect(await start(id)).toMatchObject({
      status: 422,
      body: {
        type: '/problems/content-refused',
        errors: [
          {
            pointer: '/documents/1/id',
            detail: expect.stringMatching(
              /^the document "Old prices.pdf" \(version 1\) was withdrawn by an admin at /,
            ),
          },
        ],
      },
    });
    const next = await fresh('Old prices.pdf');
    expect((await start(id)).text).toContain(`take version 2 (${next})`);
    expect(((await api.call('GET', `/v1/campaigns/${id}`)).body as { state: string }).state).toBe('draft');
    await api.call('PATCH', `/v1/campaigns/${id}`, { documents: [{ id: kept }, { id: next }] });
    // Nothing of the campaign stands against it any more: only Temporal, which is not there in this test.
    expect((await start(id)).status).toBe(503);
  });

  it('is refused when the bytes of a document are not all there', async () => {
    const id = await fresh('Lost.pdf');
    const shown = await draft([{ id }]);
    const { sha256 } = await api.db
      .selectFrom('document')
      .select('sha256')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await api.db.deleteFrom('document_chunk').where('sha256', '=', sha256).execute();
    expect(await start(shown.id)).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: '/documents/0', detail: expect.stringContaining('the document "Lost.pdf"') }],
      },
    });
  });

  it('fixes the documents: taking one out later changes nothing in the campaign', async () => {
    const id = await fresh('Sent.pdf');
    const shown = await draft([{ id }]);
    await startCampaign(api.db, { campaignId: shown.id, by: 'test', startAt: null, expectedVersion: null });
    await api.call('DELETE', `/v1/documents/${id}`);
    expect(((await api.call('GET', `/v1/campaigns/${shown.id}`)).body as Shown).documents).toEqual(
      shown.documents,
    );
    expect(await api.call('PATCH', `/v1/campaigns/${shown.id}`, { documents: [] })).toMatchObject({
      status: 409,
    });
    // What has gone out keeps its name, too, when the bytes come back under another one.
    await api.db
      .updateTable('document')
      .set({ removed_at: new Date(), removed_by: 'test' })
      .where('id', '=', id)
      .execute();
    const again = await upload('Another name.pdf', pdf(String(made)));
    expect(again).toBe(id);
    expect(await readCampaignDocuments(api.db, shown.id)).toMatchObject([
      { name: 'Sent.pdf', title: 'Sent.pdf' },
    ]);
  });
});
