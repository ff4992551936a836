import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

const html = '<p>IT of {{ customer.name | default: "us" }}<br><a href="https://it.example.com">Help</a></p>';
const text = 'IT of {{ customer.name | default: "us" }}\nHelp <https://it.example.com>';

async function make(body: object): Promise<string> {
  const made = await api.call('POST', '/v1/signatures', body);
  expect(made.status, made.text).toBe(201);
  return (made.body as { id: string }).id;
}

describe('a signature', () => {
  it('has a text of its own, or one that follows its HTML', async () => {
    const path = `/v1/signatures/${await make({ name: 'IT', html })}`;
    expect((await api.call('GET', path)).body).toMatchObject({ version: 1, name: 'IT', html, text });
    const derived = await api.call('PATCH', path, { html: '<p>Other</p>' });
    expect(derived.body).toMatchObject({ version: 2, html: '<p>Other</p>', text: 'Other' });
    await api.call('PATCH', path, { text: 'Mine' });
    expect((await api.call('PATCH', path, { html })).body).toMatchObject({ html, text: 'Mine' });
    expect((await api.call('PATCH', path, { text: null })).body).toMatchObject({ html, text });
    expect((await api.call('GET', '/v1/signatures')).body).toMatchObject({
      items: [{ name: 'IT' }],
      next: null,
    });
  });

  it.each([
    [{ html: '<p>a</p>\n<script>x</script>' }, '/html', 2, '<script> is not allowed'],
    [{ html: '<p>{{ contact.nope }}</p>' }, '/html', 1, 'there is no merge field'],
    [{ html: '<p>a</p>', text: 'a\n{% if %}' }, '/text', 2, ''],
    [{ html: '<html><body>a</body></html>' }, '/html', 1, 'leave <html> out'],
  ])('is refused for %j', async (fields, pointer, line, detail) => {
    const refused = await api.call('POST', '/v1/signatures', { name: 'Refused', ...fields });
    expect(refused).toMatchObject({ status: 422, body: { type: '/problems/content-refused' } });
    expect((refused.body as { errors: object[] }).errors[0]).toMatchObject({
      pointer,
      line,
      detail: expect.stringContaining(detail),
    });
    const id = await make({ name: `Kept ${pointer} ${detail}`, html });
    expect((await api.call('PATCH', `/v1/signatures/${id}`, fields)).status).toBe(422);
    expect((await api.call('GET', `/v1/signatures/${id}`)).body).toMatchObject({ version: 1, html, text });
  });

  it('stands below a campaign as a copy; null takes it away', async () => {
    const id = await make({ name: 'Copied', html });
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ signature: id }));
    expect(made.body).toMatchObject({ signature: { id, name: 'Copied', html, text } });
    const path = `/v1/campaigns/${(made.body as { id: string }).id}`;
    expect((await api.call('PATCH', path, { signature: null })).body).toMatchObject({ signature: null });
    const other = '00000000-0000-4000-8000-000000000000';
    expect(await api.call('PATCH', path, { signature: other })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/signature', detail: expect.stringContaining('there is no signature') }] },
    });
    expect((await api.call('DELETE', `/v1/signatures/${id}`)).status).toBe(204);
    expect(await api.call('PATCH', path, { signature: id })).toMatchObject({ status: 422 });
  });

  it('that speaks of a link which the campaign does not have is refused with the campaign', async () => {
    const id = await make({ name: 'With a link', html: '<p>{{ links.callMe }}</p>' });
    expect(await api.call('POST', '/v1/campaigns', campaignBody({ signature: id }))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/signature/html' }, { pointer: '/signature/text' }] },
    });
  });
});
