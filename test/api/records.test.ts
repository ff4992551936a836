import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { hostileTexts } from '../support/hostile-text.ts';
import { insertStarted } from '../support/started-campaign.ts';

let api: TestApi;
let contactId = '';
let customerId = '';
beforeAll(async () => {
  api = await startTestApi();
  const customer = { name: 'Nordwind', attributes: { agent: 'Rossi' } };
  customerId = ((await api.call('POST', '/v1/customers', customer)).body as Made).id;
  const person = { email: 'ada@example.com', firstName: 'Ada', customerId };
  contactId = ((await api.call('POST', '/v1/contacts', person)).body as Made).id;
  await api.call('POST', '/v1/agents', { name: 'Rossi', email: 'rossi@example.com' });
});
afterAll(async () => {
  await api.close();
});

interface Made {
  readonly id: string;
}
const nobody = '00000000-0000-4000-8000-000000000000';
const put = async (key: string, body: object) => api.call('PUT', `/v1/records/${key}`, body);
const link = async (method: string, key: string, end: string) =>
  api.call(method, `/v1/records/${key}/links/${end}`);
const titles = async (path: string): Promise<string[]> => {
  const { body, status } = await api.call('GET', path);
  expect(status).toBe(200);
  return (body as { items: { title: string }[] }).items.map(({ title }) => title);
};

describe('a record', () => {
  it('is made by its key, and made anew as a whole', async () => {
    const order = { title: 'Order 1', link: 'https://shop.example.com/1?a=b&c', attributes: { total: 12.5 } };
    const made = await put('order/1', order);
    expect(made).toMatchObject({ status: 201, body: { kind: 'order', externalId: '1', ...order } });
    const again = await put('order/1', { title: 'Order 1 (paid)' });
    expect(again).toMatchObject({
      status: 200,
      body: { id: (made.body as Made).id, title: 'Order 1 (paid)', link: null, attributes: {} },
    });
    expect((await api.call('GET', '/v1/records/order/1')).body).toEqual(again.body);
  });

  it('is found by kind and by the beginning of title or external id, page by page', async () => {
    await put('ticket/T-7', { title: 'Printer on fire' });
    await put('ticket/T-8', { title: 'Order lost' });
    await put('order/2', { title: 'order 2' });
    expect(await titles('/v1/records?kind=ticket')).toEqual(['Printer on fire', 'Order lost']);
    expect(await titles('/v1/records?q=ORDER')).toEqual(['Order 1 (paid)', 'order 2', 'Order lost']);
    expect(await titles('/v1/records?kind=ticket&q=T-7')).toEqual(['Printer on fire']);
    expect(await titles('/v1/records?q=fire')).toEqual([]);
    const { next } = (await api.call('GET', '/v1/records?limit=3')).body as { next: string };
    expect(await titles(`/v1/records?limit=3&cursor=${next}`)).toEqual(['Order lost']);
  });

  it('keeps whatever another system calls it', async () => {
    for (const text of [...hostileTexts, 'a/b', 'a?b#c', '%2F', 'ä ö']) {
      const key = `odd/${encodeURIComponent(text)}`;
      const body = { title: text, attributes: { note: text } };
      expect(await put(key, body)).toMatchObject({ status: 201, body: { externalId: text, ...body } });
      expect((await api.call('GET', `/v1/records/${key}`)).body).toMatchObject(body);
      expect((await api.call('DELETE', `/v1/records/${key}`)).status).toBe(204);
    }
  });

  it.each(['javascript:alert(1)', 'shop.example.com', 'https://example.com/"onclick="x', 'data:text/html,x'])(
    'never has the link %s',
    async (address) => {
      expect(await put('order/9', { title: 'x', link: address })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/link' }] },
      });
      expect((await api.call('GET', '/v1/records/order/9')).status).toBe(404);
      // Not even by a program that does not ask the API.
      const row = { kind: 'order', external_id: '9', title: 'x', link: address };
      await expect(api.db.insertInto('record').values(row).execute()).rejects.toThrow('record_link_is_web');
    },
  );

  it.each([
    ['Order/1', 'a kind is one word'],
    ['my-kind/1', 'a kind is one word'],
    ['order/%20', 'a name is needed'],
    ['order/1%20', 'no blanks around it'],
  ])('is not made as %s', async (key, detail) => {
    expect(await put(key, { title: 'x' })).toMatchObject({
      status: 422,
      body: { type: '/problems/invalid-name', detail: expect.stringContaining(detail) },
    });
  });
});

describe('a link', () => {
  it('joins a record with a person, a customer and a draft, once', async () => {
    const draft = (await api.call('POST', '/v1/campaigns', campaignBody())).body as Made;
    for (const end of [`contacts/${contactId}`, `customers/${customerId}`, `campaigns/${draft.id}`]) {
      for (let turn = 0; turn < 2; turn++) expect((await link('PUT', 'order/1', end)).status, end).toBe(204);
      expect(await titles(`/v1/${end}/records`)).toEqual(['Order 1 (paid)']);
    }
    const links = (await api.call('GET', '/v1/records/order/1/links')).body as { items: unknown[] };
    expect(links.items).toHaveLength(3);
    expect(links.items[0]).toMatchObject({ to: 'contacts', id: contactId, linkedBy: 'an admin' });
    const campaign = (await api.call('GET', `/v1/campaigns/${draft.id}`)).body;
    expect(campaign).toMatchObject({ version: 2, records: [expect.any(String)] });
    for (let turn = 0; turn < 2; turn++)
      expect((await link('DELETE', 'order/1', `campaigns/${draft.id}`)).status).toBe(204);
    expect((await api.call('GET', `/v1/campaigns/${draft.id}`)).body).toMatchObject({
      version: 3,
      records: [],
    });
  });

  it('needs both ends, and a campaign that has not started', async () => {
    for (const [key, end] of [
      ['order/none', `contacts/${contactId}`],
      ['order/1', `contacts/${nobody}`],
      ['order/1', `customers/${contactId}`],
      ['order/1', `deliveries/${contactId}`],
    ] as const)
      expect((await link('PUT', key, end)).status, `${key} ${end}`).toBe(404);
    const started = await insertStarted(api.db);
    expect(await link('PUT', 'order/1', `campaigns/${started}`)).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-state' },
    });
  });

  it('goes with its record, but not from a campaign that has started', async () => {
    await put('order/5', { title: 'Order 5' });
    const { id } = (await put('order/6', { title: 'Order 6' })).body as Made;
    await link('PUT', 'order/5', `contacts/${contactId}`);
    expect((await api.call('DELETE', '/v1/records/order/5')).status).toBe(204);
    expect(await titles(`/v1/contacts/${contactId}/records`)).toEqual(['Order 1 (paid)']);
    const campaign_id = await insertStarted(api.db);
    await api.db
      .insertInto('record_link')
      .values({ record_id: id, campaign_id, linked_by: 'test' })
      .execute();
    expect(await api.call('DELETE', '/v1/records/order/6')).toMatchObject({
      status: 409,
      body: { campaigns: 1, activities: 0 },
    });
  });
});

describe('the records of a campaign', () => {
  const content = {
    subject: '{{ record.order.title }}',
    text: 'See {{ record.order.link | default: "your order" }}. {{ agent.name }}, {{ agent.email }}',
  };
  const usesLinked = async (id: string) =>
    (await api.db.selectFrom('campaign').select('uses_linked').where('id', '=', id).executeTakeFirstOrThrow())
      .uses_linked;

  it('are named by their ids, in the order in which they count', async () => {
    const one = ((await put('order/21', { title: 'Order 21' })).body as Made).id;
    const two = ((await put('order/22', { title: 'Order 22' })).body as Made).id;
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ content, records: [two, one] }));
    expect(made).toMatchObject({ status: 201, body: { records: [two, one] } });
    const { id } = made.body as Made;
    expect(await usesLinked(id)).toBe(true);
    const path = `/v1/campaigns/${id}`;
    expect((await api.call('PATCH', path, { name: 'Other' })).body).toMatchObject({ records: [two, one] });
    expect((await api.call('PATCH', path, { records: [one, two] })).body).toMatchObject({
      records: [one, two],
    });
    const plain = { content: { subject: 'x', text: 'y' }, records: [] };
    expect((await api.call('PATCH', path, plain)).body).toMatchObject({ records: [] });
    expect(await usesLinked(id)).toBe(false);
    const unknown = { name: 'Not this', records: [one, nobody] };
    expect(await api.call('PATCH', path, unknown)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/records/1' }] },
    });
    expect((await api.call('GET', path)).body).toMatchObject({ name: 'Other', records: [] });
    expect((await api.call('POST', '/v1/campaigns', campaignBody({ records: [one, one] }))).status).toBe(422);
  });

  it('are what its mails say: the person’s own first, then the customer’s, then the campaign’s', async () => {
    const { id: record } = (await put('order/31', { title: 'Of the campaign' })).body as Made;
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ content, records: [record] }));
    const { id: campaignId } = made.body as Made;
    const show = async (person: object) => {
      const body = { content, identity: { name: 'IT', address: 'it@example.com' }, campaignId, ...person };
      const { status, text, body: shown } = await api.call('POST', '/v1/previews', body);
      expect(status, text).toBe(200);
      return shown as { subject: string; text: string };
    };
    await link('DELETE', 'order/1', `contacts/${contactId}`);
    await link('DELETE', 'order/1', `customers/${customerId}`);
    expect(await show({ contactId })).toMatchObject({
      subject: 'Of the campaign',
      text: expect.stringContaining('See your order. Rossi, rossi@example.com'),
    });
    expect((await show({ contact: { firstName: 'Made up' } })).subject).toBe('Of the campaign');
    await put('order/32', { title: 'Of the customer', link: 'https://shop.example.com/32' });
    await link('PUT', 'order/32', `customers/${customerId}`);
    expect(await show({ contactId })).toMatchObject({
      subject: 'Of the customer',
      text: expect.stringContaining('See https://shop.example.com/32'),
    });
    await put('order/33', { title: 'Of the person' });
    await link('PUT', 'order/33', `contacts/${contactId}`);
    expect((await show({ contactId })).subject).toBe('Of the person');
    expect((await show({})).text).toContain('⟨agent.name⟩');
  });
});
