import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { insertContacts, insertStarted } from '../support/started-campaign.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ temporalUi: 'http://127.0.0.1:8233' });
});
afterAll(async () => api.close());

const later = '2099-12-01T08:00:00Z';

async function actions(id: string): Promise<unknown[]> {
  const { body } = await api.call('GET', `/v1/campaigns/${id}/controls`);
  return (body as { items: { action: string }[] }).items.map(({ action }) => action);
}

describe('a pause while Temporal is away', () => {
  it('is answered from the database, at once and truly', async () => {
    const id = await insertStarted(api.db);
    const began = performance.now();
    const paused = await api.call(
      'PUT',
      `/v1/campaigns/${id}/pause`,
      { reason: 'the help desk is full' },
      { key: api.keys.operator },
    );
    // An act through Temporal would be waited for until its deadline of 10 s.
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(paused).toMatchObject({
      status: 200,
      body: {
        state: 'paused',
        by: 'an operator',
        reason: 'the help desk is full',
        inFlight: 0,
        pausedAt: expect.any(String),
      },
    });
    const shown = await api.call('GET', `/v1/campaigns/${id}`);
    expect(shown.body).toMatchObject({
      state: 'paused',
      next: null,
      pause: { by: 'an operator', inFlight: 0 },
      temporal: {
        workflowId: `campaign-${id}`,
        runId: null,
        url: `http://127.0.0.1:8233/namespaces/default/workflows/campaign-${id}`,
      },
    });
  });

  it('again is answered with the pause as it is and adds no history', async () => {
    const id = await insertStarted(api.db);
    const first = await api.call('PUT', `/v1/campaigns/${id}/pause`, { reason: 'one' });
    const second = await api.call('PUT', `/v1/campaigns/${id}/pause`, { reason: 'two' });
    expect(second).toMatchObject({ status: 200, body: first.body as object });
    expect(await actions(id)).toEqual(['pause', 'start']);
  });

  it('needs no body', async () => {
    const id = await insertStarted(api.db);
    expect(await api.call('PUT', `/v1/campaigns/${id}/pause`)).toMatchObject({
      status: 200,
      body: { reason: null },
    });
  });
});

describe('an act that goes through the workflow', () => {
  it('is 503 with Retry-After while Temporal is away, and nothing is in force', async () => {
    const id = await insertStarted(api.db);
    const answer = await api.call('PUT', `/v1/campaigns/${id}/pace`, { size: 1, every: '1h' });
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/temporal-away' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      pace: { size: 50, every: '1m' },
    });
    expect(await actions(id)).toEqual(['start']);
  }, 30_000);

  it('is answered without it when it is already the case', async () => {
    const id = await insertStarted(api.db);
    expect(await api.call('DELETE', `/v1/campaigns/${id}/pause`)).toMatchObject({
      status: 200,
      body: { state: 'running' },
    });
    expect(await actions(id)).toEqual(['start']);
  });

  it('is refused with the state and what would be possible', async () => {
    const draft = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = draft.body as { id: string };
    for (const [method, path, body] of [
      ['PUT', 'pause', {}],
      ['DELETE', 'pause', undefined],
      ['PUT', 'pace', { size: 1, every: '1h' }],
      ['PUT', 'cancellation', {}],
      ['PUT', 'schedule', { startAt: later }],
    ] as const)
      expect(await api.call(method, `/v1/campaigns/${id}/${path}`, body), path).toMatchObject({
        status: 409,
        body: { type: '/problems/wrong-state', state: 'draft', possible: ['start'] },
      });
    const running = await insertStarted(api.db);
    expect(await api.call('PUT', `/v1/campaigns/${running}/schedule`, { startAt: later })).toMatchObject({
      status: 409,
      body: { state: 'running', possible: ['pause', 'setPace', 'cancel'] },
    });
    expect(await api.call('PATCH', `/v1/campaigns/${running}`, { name: 'x' })).toMatchObject({ status: 409 });
    expect(await api.call('DELETE', `/v1/campaigns/${running}`)).toMatchObject({ status: 409 });
  });

  it('is refused on a campaign that has ended', async () => {
    const id = await insertStarted(api.db);
    await api.db.updateTable('campaign').set({ state: 'finished' }).where('id', '=', id).execute();
    for (const [method, path, body] of [
      ['PUT', 'pause', {}],
      ['DELETE', 'pause', undefined],
      ['PUT', 'pace', { size: 1, every: '1h' }],
      ['PUT', 'cancellation', {}],
    ] as const)
      expect(await api.call(method, `/v1/campaigns/${id}/${path}`, body), path).toMatchObject({
        status: 409,
        body: { state: 'finished', possible: [] },
      });
  });

  it('of somebody who saw an older version is 412 with both states and who changed it', async () => {
    const id = await insertStarted(api.db);
    await api.call('PUT', `/v1/campaigns/${id}/pause`, {}, { key: api.keys.operator });
    const stale = await api.call(
      'PUT',
      `/v1/campaigns/${id}/cancellation`,
      {},
      { headers: { 'If-Match': '"2"' } },
    );
    expect(stale).toMatchObject({
      status: 412,
      body: {
        type: '/problems/stale-version',
        expected: { version: 2, state: 'running' },
        current: { version: 3, state: 'paused' },
        changedBy: 'an operator',
      },
    });
    expect(stale.headers.get('etag')).toBe('"3"');
  });

  it('needs acknowledge=true on a held campaign', async () => {
    const id = await insertStarted(api.db);
    await api.call('PUT', `/v1/campaigns/${id}/pause`, {});
    await api.db.updateTable('campaign').set({ state: 'held' }).where('id', '=', id).execute();
    expect(await api.call('DELETE', `/v1/campaigns/${id}/pause`)).toMatchObject({
      status: 409,
      body: { type: '/problems/needs-acknowledgement', state: 'held' },
    });
  });
});

describe('a start', () => {
  it('of a campaign whose audience is nobody is refused', async () => {
    const empty = await startTestApi();
    try {
      const { body } = await empty.call('POST', '/v1/campaigns', campaignBody());
      const { id } = body as { id: string };
      expect(await empty.call('PUT', `/v1/campaigns/${id}/start`)).toMatchObject({
        status: 422,
        body: { type: '/problems/empty-audience', errors: [{ pointer: '/audience' }] },
      });
    } finally {
      await empty.close();
    }
  });

  it('is 503 while Temporal is away, and the campaign stays a draft', async () => {
    await insertContacts(api.db, 1);
    const { body } = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = body as { id: string };
    expect(await api.call('PUT', `/v1/campaigns/${id}/start`)).toMatchObject({
      status: 503,
      body: { type: '/problems/temporal-away' },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({ state: 'draft', version: 1 });
  });

  it('in the past is refused, also when the draft has become old', async () => {
    const { body } = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = body as { id: string };
    expect(
      await api.call('PUT', `/v1/campaigns/${id}/start`, { startAt: '2020-01-01T00:00:00Z' }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/startAt' }] },
    });
    await api.db
      .updateTable('campaign')
      .set({ start_at: new Date('2020-01-01') })
      .where('id', '=', id)
      .execute();
    expect(await api.call('PUT', `/v1/campaigns/${id}/start`)).toMatchObject({ status: 422 });
  });
});

describe('the main gate', () => {
  it('closes and opens without Temporal, and says who did it', async () => {
    const closed = await api.call('PUT', '/v1/main-gate', { open: false, reason: 'the relay is sick' });
    expect(closed).toMatchObject({
      status: 200,
      body: { open: false, by: 'an admin', reason: 'the relay is sick', inFlight: 0 },
    });
    const again = await api.call('PUT', '/v1/main-gate', { open: false, reason: 'another' });
    expect(again.body).toEqual(closed.body);
    const gate = await api.call('GET', '/v1/main-gate', undefined, { key: api.keys.viewer });
    expect(gate.body).toMatchObject({ open: false, reason: 'the relay is sick' });
    expect((await api.call('PUT', '/v1/main-gate', { open: true })).body).toMatchObject({
      open: true,
      reason: null,
    });
  });
});
