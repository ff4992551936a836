import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startCampaign } from '../../db/start.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { insertContacts } from '../support/started-campaign.ts';

let api: TestApi;
let id: string;
let people: string[];

beforeAll(async () => {
  api = await startTestApi();
  await insertContacts(api.db, 4);
});
afterAll(async () => api.close());

beforeEach(async () => {
  const draft = await api.call('POST', '/v1/campaigns', campaignBody());
  id = (draft.body as { id: string }).id;
  expect(await put('send-list', { reason: 'to look at it' })).toMatchObject({
    status: 200,
    body: { campaign: id, state: 'draft', laidOutAt: expect.any(String), counts: { planned: 4, total: 4 } },
  });
  people = await order();
});

const put = (path: string, body?: unknown) => api.call('PUT', `/v1/campaigns/${id}/${path}`, body);
const remove = (path: string) => api.call('DELETE', `/v1/campaigns/${id}/${path}`);

async function order(campaign = id): Promise<string[]> {
  const { body } = await api.call('GET', `/v1/campaigns/${campaign}/recipients`);
  return (body as { items: { contactId: string }[] }).items.map(({ contactId }) => contactId);
}

test('the list of a draft is looked at, reduced, extended and reordered before the start', async () => {
  const [a = '', b = '', c = '', d = ''] = people;
  expect((await remove(`recipients/${a}?reason=asked`)).body).toMatchObject({
    counts: { planned: 3, total: 3 },
  });
  expect((await remove(`recipients/${a}`)).status).toBe(200);
  const added = await put(`recipients/${a}`);
  expect(added.body).toMatchObject({
    contactId: a,
    state: 'planned',
    sentence: 'Waits: not before the campaign is started.',
  });
  expect(await order()).toEqual([b, c, d, a]);
  expect((await put(`recipients/${a}/position`, { before: c })).status).toBe(200);
  expect(await order()).toEqual([b, a, c, d]);
  expect((await put('order', { by: 'random' })).status).toBe(200);
  expect(await order()).toEqual(people);
  const { body } = await api.call('GET', `/v1/campaigns/${id}/controls`);
  const acts = (body as { items: { action: string; by: string; reason: string | null }[] }).items;
  expect(acts.map(({ action, reason }) => [action, reason])).toEqual([
    ['orderSendList', null],
    ['moveRecipient', null],
    ['addRecipient', null],
    ['removeRecipient', 'asked'],
    ['layOutSendList', 'to look at it'],
    ['withoutConsent', 'operational notice'],
  ]);
  expect(new Set(acts.map(({ by }) => by))).toEqual(new Set(['an admin']));
});

test('what the list was made from cannot be changed while there is one; the name can', async () => {
  const patch = (body: unknown) => api.call('PATCH', `/v1/campaigns/${id}`, body);
  for (const body of [{ audience: { all: true } }, { consent: { newsletter: true } }, { stream: 'crm' }])
    expect(await patch(body)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('DELETE …/send-list') },
    });
  expect((await patch({ name: 'Another' })).status).toBe(200);
  expect((await remove('send-list')).body).toMatchObject({ laidOutAt: null, counts: { total: 0 } });
  expect((await patch({ stream: 'crm' })).status).toBe(200);
});

test('an empty list does not start, and says so before anything else does', async () => {
  for (const contactId of people) await remove(`recipients/${contactId}`);
  expect(await put('start')).toMatchObject({ status: 422, body: { type: '/problems/empty-audience' } });
});

test('a draft is split into parts that are drafts of their own', async () => {
  const { status, body } = await api.call('POST', `/v1/campaigns/${id}/splits`, {
    parts: 3,
    reason: 'one a day',
  });
  expect({ status, body }).toMatchObject({
    status: 201,
    body: { counts: { planned: 2 }, parts: [{ count: 1 }, { count: 1 }] },
  });
  const made = (body as { parts: { campaign: string }[] }).parts.map(({ campaign }) => campaign);
  const all = [await order(), ...(await Promise.all(made.map((campaign) => order(campaign))))];
  expect(all.flat()).toEqual(people);
  expect((await api.call('GET', `/v1/campaigns/${made[0]}`)).body).toMatchObject({
    name: 'Server upgrade (part 2 of 3)',
    state: 'draft',
  });
  expect((await api.call('POST', `/v1/campaigns/${id}/splits`, { size: 2 })).status).toBe(409);
});

test('one who is removed from a started campaign is skipped, and comes back when added again', async () => {
  await startCampaign(api.db, {
    campaignId: id,
    by: 'test',
    startAt: Date.UTC(2099, 0),
    expectedVersion: null,
  });
  const [first = ''] = people;
  expect((await remove(`recipients/${first}?reason=gone`)).body).toMatchObject({
    counts: { skipped: 1, planned: 3 },
  });
  expect((await api.call('GET', `/v1/campaigns/${id}/recipients/${first}`)).body).toMatchObject({
    state: 'skipped',
    sentence: expect.stringContaining('gone'),
  });
  expect((await put(`recipients/${first}`)).body).toMatchObject({ state: 'planned' });
  expect((await api.call('GET', `/v1/campaigns/${id}/send-list`)).body).toMatchObject({
    counts: { planned: 4, total: 4 },
  });
  expect(await put('send-list')).toMatchObject({ status: 409, body: { state: 'scheduled' } });
});

test('nobody is added who does not exist, and a stale version is refused', async () => {
  expect((await put(`recipients/${crypto.randomUUID()}`)).status).toBe(404);
  const stale = await api.call(
    'PUT',
    `/v1/campaigns/${id}/order`,
    { by: 'name' },
    { headers: { 'If-Match': '"77"' } },
  );
  expect(stale.status).toBe(412);
});
