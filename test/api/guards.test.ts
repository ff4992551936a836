import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { addContacts, addRunning, ledgerOf } from '../support/campaigns.ts';

let api: TestApi;
let id = '';
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 10);
});
afterAll(async () => api.close());
beforeEach(async () => {
  id = await addRunning(api.db);
});

const defaults = {
  hardBounces: { share: 0.08, of: 100 },
  complaints: { share: 0.003, of: 1_000 },
  deferrals: { share: 0.6, of: 200 },
  overCapacity: { after: '30m' },
  behindPlan: null,
};
const guardsOf = async (campaignId: string) =>
  ((await api.call('GET', `/v1/campaigns/${campaignId}`)).body as { guards: unknown }).guards;
const draft = async (body: object = {}) => {
  const answer = await api.call('POST', '/v1/campaigns', campaignBody(body as Record<string, unknown>));
  return { answer, draftId: (answer.body as { id: string }).id };
};

describe('the guards of a campaign', () => {
  it('are the defaults; a draft sets its own, null is off, what is left out is the default', async () => {
    expect((await draft()).answer.body).toMatchObject({ guards: defaults, warnings: [] });
    const own = { hardBounces: { share: 0.02, of: 500 }, deferrals: null, behindPlan: { by: '4h' } };
    const { draftId } = await draft({ guards: own });
    expect(await guardsOf(draftId)).toEqual({ ...defaults, ...own });
    await api.call('PATCH', `/v1/campaigns/${draftId}`, { name: 'Another' });
    expect(await guardsOf(draftId)).toEqual({ ...defaults, ...own });
    await api.call('PATCH', `/v1/campaigns/${draftId}`, { guards: { complaints: null } });
    expect(await guardsOf(draftId)).toEqual({ ...defaults, complaints: null });
  });

  it('are changed while it runs, as history; what is so already is no act', async () => {
    const put = (body: object, options = {}) => api.call('PUT', `/v1/campaigns/${id}/guards`, body, options);
    const changed = await put(
      { behindPlan: { by: '90m' }, reason: 'time matters' },
      { key: api.keys.operator },
    );
    expect(changed).toMatchObject({
      status: 200,
      body: { guards: { ...defaults, behindPlan: { by: '1h30m' } } },
    });
    await put({ behindPlan: { by: '90m' } });
    expect((await api.call('GET', `/v1/campaigns/${id}/controls`)).body).toMatchObject({
      items: [
        {
          action: 'setGuards',
          by: 'an operator',
          from: { guards: { behindPlan: null } },
          to: { guards: { behindPlan: { byMs: 5_400_000 } } },
          reason: 'time matters',
        },
        { action: 'start' },
      ],
    });
    expect(await put({}, { headers: { 'If-Match': '"2"' } })).toMatchObject({
      status: 412,
      body: { current: { version: 3 }, changedBy: 'an operator' },
    });
  });

  it('are refused where they make no sense, each fault with its pointer, and nothing is changed', async () => {
    for (const [body, pointer] of [
      [{ hardBounces: { share: 8, of: 100 } }, '/hardBounces/share'],
      [{ hardBounces: { share: 0, of: 100 } }, '/hardBounces/share'],
      [{ hardBounces: { share: 0.1, of: 0 } }, '/hardBounces/of'],
      [{ complaints: { share: 0.1 } }, '/complaints/of'],
      [{ overCapacity: { after: 'soon' } }, '/overCapacity/after'],
      [{ behindPlan: { by: '0s' } }, '/behindPlan/by'],
      [{ bounces: null }, '/bounces'],
    ] as const)
      expect(await api.call('PUT', `/v1/campaigns/${id}/guards`, body), pointer).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    expect((await draft({ guards: { hardBounces: 5 } })).answer).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/guards/hardBounces' }] },
    });
    expect(await guardsOf(id)).toEqual(defaults);
    const { draftId } = await draft();
    expect(await api.call('PUT', `/v1/campaigns/${draftId}/guards`, {})).toMatchObject({
      status: 409,
      body: { state: 'draft' },
    });
  });
});

describe('complaints', () => {
  const report = (events: object[], campaignId = id) =>
    api.call('POST', `/v1/campaigns/${campaignId}/complaints`, { events });

  it('are counted once, suppress the address, warn, and hold the campaign at once, without Temporal', async () => {
    const rows = await ledgerOf(api.db, id);
    const event = (n: number) => ({ id: `e${n}`, contactId: rows[n]?.contact_id, source: 'feedback loop' });
    expect((await report([event(0)])).body).toEqual({ recorded: 1, repeated: 0, held: false });
    expect((await report([event(0)])).body).toEqual({ recorded: 0, repeated: 1, held: false });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'running',
      warnings: [
        {
          guard: 'complaints',
          value: 0.001,
          threshold: 0.003,
          sentence: expect.stringMatching(/^complaints 1 of /),
        },
      ],
    });
    const second = rows[1]?.email.toUpperCase();
    expect((await report([{ id: 'e1', email: second }, event(2)])).body).toEqual({
      recorded: 2,
      repeated: 0,
      held: true,
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'held',
      warnings: [],
      pause: { by: 'guard:complaints', reason: expect.stringContaining('threshold 0.3 %: check whether') },
    });
    // Held by a guard: a person's resume says that they have seen it.
    expect(await api.call('DELETE', `/v1/campaigns/${id}/pause`)).toMatchObject({ status: 409 });
    const suppressed = await api.db
      .selectFrom('suppression')
      .select(['address', 'stream', 'reason'])
      .execute();
    expect(suppressed.map(({ address }) => address).sort()).toEqual(
      rows
        .slice(0, 3)
        .map(({ address }) => address)
        .sort(),
    );
    expect(new Set(suppressed.map(({ stream, reason }) => `${stream} ${reason}`))).toEqual(
      new Set(['campaign complaint']),
    );
    await api.db.deleteFrom('suppression').execute();
  });

  it('about strangers, or that make no sense, are refused as a whole', async () => {
    const [first] = await ledgerOf(api.db, id);
    const known = { id: 'k', contactId: first?.contact_id };
    for (const [events, pointer] of [
      [[known, { id: 'x', contactId: id }], '/events/1'],
      [[known, { id: 'x', email: 'nobody@example.net' }], '/events/1'],
      [[known, { id: 'x', email: 'no address' }], '/events/1/email'],
      [[known, { id: 'x' }], '/events/1'],
      [[known, { id: 'x', contactId: first?.contact_id, email: first?.email }], '/events/1'],
      [[], '/events'],
    ] as const)
      expect(await report([...events])).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect(
      await api.db.selectFrom('complaint').select('event_id').where('campaign_id', '=', id).execute(),
    ).toEqual([]);
    expect(await report([known], '00000000-0000-4000-8000-000000000000')).toMatchObject({ status: 404 });
    const { draftId } = await draft();
    expect(await report([known], draftId)).toMatchObject({ status: 422 });
  });
});
