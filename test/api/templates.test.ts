import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

const first = { subject: 'News', html: '<p>{{ contact.salutation }}</p>' };
const second = { subject: 'More news', mjml: '<mjml><mj-body></mj-body></mjml>' };

async function make(name: string, content: object = first, versions = 0): Promise<string> {
  const { status, body, text } = await api.call('POST', '/v1/templates', { name, content });
  expect(status, text).toBe(201);
  const { id } = body as { id: string };
  for (let n = 0; n < versions; n++) await api.call('POST', `/v1/templates/${id}/versions`);
  return id;
}

async function campaignWith(content: object, change: object = {}) {
  return api.call('POST', '/v1/campaigns', campaignBody({ content, ...change }));
}

describe('a template', () => {
  it('is a draft that changes, and versions that never do', async () => {
    const id = await make('Newsletter');
    const path = `/v1/templates/${id}`;
    const made = await api.call('GET', path);
    expect(made.body).toMatchObject({ version: 1, name: 'Newsletter', content: first, newest: null });
    expect(made.headers.get('etag')).toBe('"1"');
    expect(await api.call('POST', `${path}/versions`)).toMatchObject({
      status: 201,
      body: { number: 1, content: first, createdBy: 'an admin' },
    });
    const changed = await api.call('PATCH', path, { content: second }, { headers: { 'If-Match': '"1"' } });
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2, content: second, newest: { number: 1, isDraft: false } },
    });
    expect((await api.call('POST', `${path}/versions`)).body).toMatchObject({ number: 2, content: second });
    expect((await api.call('GET', `${path}/versions/1`)).body).toMatchObject({ number: 1, content: first });
    const { body } = await api.call('GET', `${path}/versions?limit=1`);
    expect(body).toMatchObject({ items: [{ number: 2 }], next: expect.any(String) });
    const { next } = body as { next: string };
    expect((await api.call('GET', `${path}/versions?cursor=${next}`)).body).toMatchObject({
      items: [{ number: 1 }],
      next: null,
    });
    expect((await api.call('GET', `${path}/versions/3`)).status).toBe(404);
  });

  it('that was not changed is not frozen twice, also not by two at once', async () => {
    const id = await make('Frozen once');
    const answers = await Promise.all(
      [1, 2, 3].map(async () => api.call('POST', `/v1/templates/${id}/versions`)),
    );
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
  });

  it('is refused with every fault and its place, and nothing is saved', async () => {
    const content = { subject: '{{ contact.nope }}', html: '<p>\n<script>x</script></p>' };
    const refused = await api.call('POST', '/v1/templates', { name: 'Refused', content });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        type: '/problems/content-refused',
        errors: [
          { pointer: '/content/subject', line: 1, column: 4 },
          { pointer: '/content/html', line: 2, column: 1 },
        ],
      },
    });
    const id = await make('Kept');
    expect((await api.call('PATCH', `/v1/templates/${id}`, { content })).status).toBe(422);
    expect((await api.call('GET', `/v1/templates/${id}`)).body).toMatchObject({ version: 1, content: first });
    expect((await api.call('GET', '/v1/templates')).text).not.toContain('Refused');
  });

  it('may speak of response links that its campaigns declare', async () => {
    await make('With links', { subject: 'x', text: '{{ links.done }} {{ links.callMe }}' });
  });

  it('has a name of its own and a version that others must know', async () => {
    const id = await make('Taken');
    expect(await api.call('POST', '/v1/templates', { name: 'taken', content: first })).toMatchObject({
      status: 409,
      body: { type: '/problems/conflict' },
    });
    const stale = { headers: { 'If-Match': '"7"' } };
    for (const [method, path, body] of [
      ['PATCH', '', { name: 'Other' }],
      ['DELETE', '', undefined],
      ['POST', '/versions', undefined],
    ] as const)
      expect(await api.call(method, `/v1/templates/${id}${path}`, body, stale)).toMatchObject({
        status: 412,
        body: { type: '/problems/stale-version', expected: { version: 7 }, current: { version: 1 } },
      });
  });

  it('that is archived makes no campaign and cannot be changed until it is brought back', async () => {
    const id = await make('Old', first, 1);
    const path = `/v1/templates/${id}`;
    const archived = await api.call('DELETE', path);
    expect(archived).toMatchObject({ status: 200, body: { archivedBy: 'an admin', version: 2 } });
    expect((await api.call('DELETE', path)).body).toEqual(archived.body);
    expect(await campaignWith({ template: id })).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/content/template',
            detail: expect.stringContaining('"Old" was archived by an admin'),
          },
        ],
      },
    });
    expect((await api.call('PATCH', path, { name: 'New' })).status).toBe(409);
    expect((await api.call('POST', `${path}/versions`)).status).toBe(409);
    expect((await api.call('GET', '/v1/templates')).text).not.toContain(id);
    expect((await api.call('GET', '/v1/templates?archived=true')).text).toContain(id);
    expect((await api.call('GET', `${path}/versions/1`)).status).toBe(200);
    const namesake = await make('Old');
    expect((await api.call('PATCH', path, { archived: false })).status).toBe(409);
    await api.call('DELETE', `/v1/templates/${namesake}`);
    expect((await api.call('PATCH', path, { archived: false })).body).toMatchObject({ archivedAt: null });
  });
});

describe('a campaign made with a template', () => {
  it('has the newest version, or the one that was named, as a copy', async () => {
    const id = await make('Two versions', first, 1);
    await api.call('PATCH', `/v1/templates/${id}`, { content: second });
    await api.call('POST', `/v1/templates/${id}/versions`);
    expect((await campaignWith({ template: id })).body).toMatchObject({
      content: second,
      template: { id, name: 'Two versions', version: 2 },
    });
    const made = await campaignWith({ template: id, version: 1 });
    expect(made.body).toMatchObject({ content: first, template: { version: 1 } });
    const path = `/v1/campaigns/${(made.body as { id: string }).id}`;
    expect((await api.call('PATCH', path, { name: 'Renamed' })).body).toMatchObject({
      content: first,
      template: { version: 1 },
    });
    expect((await api.call('PATCH', path, { content: { subject: 'x', text: 'y' } })).body).toMatchObject({
      content: { subject: 'x', text: 'y' },
      template: null,
    });
    expect((await api.call('PATCH', path, { content: { template: id } })).body).toMatchObject({
      template: { version: 2 },
    });
  });

  it.each<[object, string, string]>([
    [{ template: '00000000-0000-4000-8000-000000000000' }, '/content/template', 'there is no template'],
    [{ template: 'Newsletter' }, '/content/template', 'Invalid GUID'],
    [{ template: '00000000-0000-4000-8000-000000000000', version: 0 }, '/content/version', '>=1'],
    [
      { template: '00000000-0000-4000-8000-000000000000', subject: 'x' },
      '/content/subject',
      'not known here',
    ],
    [{ subject: 'x', text: 'y', wrap: false }, '/content/wrap', 'wrap is true or left out'],
    [{ subject: 'x', html: 'y', wrap: true }, '/content/wrap', 'give no mjml or html beside it'],
    [{ subject: 'x', mjml: 'y', html: 'z' }, '/content/html', 'give mjml or html, not both'],
  ])('is refused for %j', async (content, pointer, detail) => {
    const { status, body } = await campaignWith(content);
    expect(status).toBe(422);
    expect((body as { errors: object[] }).errors).toContainEqual(
      expect.objectContaining({ pointer, detail: expect.stringContaining(detail) }),
    );
  });

  it('is refused while the template has no version, with the way out', async () => {
    const id = await make('Never frozen');
    expect(await campaignWith({ template: id })).toMatchObject({
      status: 422,
      body: { errors: [{ detail: expect.stringContaining(`POST /v1/templates/${id}/versions`) }] },
    });
    await api.call('POST', `/v1/templates/${id}/versions`);
    expect(await campaignWith({ template: id, version: 4 })).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: '/content/version', detail: expect.stringContaining('1 to 1 (got 4)') }],
      },
    });
  });

  it('is previewed from its template, identity and signature', async () => {
    const template = await make('Shown', first, 1);
    const identity = await api.call('POST', '/v1/identities', {
      label: 'Shown',
      name: 'Sales',
      address: 'sales@example.com',
    });
    const signature = await api.call('POST', '/v1/signatures', {
      name: 'Shown',
      html: '<p>Yours, {{ customer.name | default: "Sales" }}</p>',
    });
    const preview = await api.call('POST', '/v1/previews', {
      content: { template },
      identity: { id: (identity.body as { id: string }).id },
      signature: (signature.body as { id: string }).id,
      contact: { lastName: 'Rossi', salutation: 'Signora' },
    });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        html: expect.stringMatching(/Gentile Signora Rossi,[\s\S]*Yours, Sales/),
        text: 'Gentile Signora Rossi,\n\n-- \nYours, Sales\n',
        headers: expect.arrayContaining([{ name: 'From', value: 'Sales <sales@example.com>' }]),
      },
    });
  });
});
