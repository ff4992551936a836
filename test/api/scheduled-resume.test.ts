import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../api/reconcile.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { insertStarted } from '../support/started-campaign.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

async function controls(id: string) {
  const { body } = await api.call('GET', `/v1/campaigns/${id}/controls`);
  return (body as { items: { action: string; from: object; to: object }[] }).items;
}

describe('a pause until an instant', () => {
  it('is shown in its answer and in the campaign, with any offset, and is kept in the history', async () => {
    const id = await insertStarted(api.db);
    const paused = await api.call('PUT', `/v1/campaigns/${id}/pause`, {
      reason: 'not before Monday',
      resumeAt: '2099-12-07T08:00:00+01:00',
    });
    expect(paused).toMatchObject({
      status: 200,
      body: { state: 'paused', resumeAt: '2099-12-07T07:00:00Z' },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'paused',
      pause: { reason: 'not before Monday', resumeAt: '2099-12-07T07:00:00Z' },
    });
    expect(await controls(id)).toMatchObject([
      { action: 'pause', to: { state: 'paused', resumeAt: '2099-12-07T07:00:00.000Z' } },
      { action: 'start' },
    ]);
  });

  it('is changed by another one and taken back by null; the same again, or none, changes nothing', async () => {
    const id = await insertStarted(api.db);
    const pause = (body: object) => api.call('PUT', `/v1/campaigns/${id}/pause`, body);
    expect((await pause({})).body).toMatchObject({ resumeAt: null });
    const version = (await api.call('GET', `/v1/campaigns/${id}`)).headers.get('etag');
    const first = await pause({ resumeAt: '2099-12-07T08:00:00Z' });
    expect(first.body).toMatchObject({ resumeAt: '2099-12-07T08:00:00Z' });
    expect(first.headers.get('etag')).not.toBe(version);
    expect((await pause({ resumeAt: '2099-12-07T08:00:00Z' })).body).toEqual(first.body);
    expect((await pause({ reason: 'still' })).body).toEqual(first.body);
    expect((await pause({ resumeAt: null })).body).toMatchObject({ resumeAt: null });
    expect((await controls(id)).map(({ action, from, to }) => [action, from, to])).toMatchObject([
      ['pause', { resumeAt: '2099-12-07T08:00:00.000Z' }, { state: 'paused', resumeAt: null }],
      ['pause', { resumeAt: null }, { resumeAt: '2099-12-07T08:00:00.000Z' }],
      ['pause', { state: 'running' }, { state: 'paused' }],
      ['start', {}, {}],
    ]);
  });

  it('in the past is refused, with a pointer and the way out, and nothing is paused', async () => {
    const id = await insertStarted(api.db);
    expect(
      await api.call('PUT', `/v1/campaigns/${id}/pause`, { resumeAt: '2020-01-01T00:00:00Z' }),
    ).toMatchObject({
      status: 422,
      body: {
        type: '/problems/invalid-body',
        errors: [
          {
            pointer: '/resumeAt',
            detail: 'resumeAt 2020-01-01T00:00:00Z is in the past; to go on now, resume instead of pausing',
          },
        ],
      },
    });
    for (const resumeAt of ['on Monday', '2099-12-07T08:00:00', 7])
      expect(await api.call('PUT', `/v1/campaigns/${id}/pause`, { resumeAt })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/resumeAt' }] },
      });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'running',
      pause: null,
    });
  });

  it('on a held campaign is a conflict: what a guard has held does not go on by the clock', async () => {
    const id = await insertStarted(api.db);
    await api.call('PUT', `/v1/campaigns/${id}/pause`, {});
    await api.db.updateTable('campaign').set({ state: 'held' }).where('id', '=', id).execute();
    expect(
      await api.call('PUT', `/v1/campaigns/${id}/pause`, { resumeAt: '2099-12-07T08:00:00Z' }),
    ).toMatchObject({
      status: 409,
      body: {
        type: '/problems/conflict',
        state: 'held',
        detail: expect.stringContaining('does not end by the clock'),
      },
    });
  });

  it('of somebody who saw an older version is 412 with both states and who changed it', async () => {
    const id = await insertStarted(api.db);
    const paused = await api.call('PUT', `/v1/campaigns/${id}/pause`, {}, { key: api.keys.operator });
    const change = { resumeAt: '2099-12-07T08:00:00Z' };
    const stale = await api.call('PUT', `/v1/campaigns/${id}/pause`, change, {
      headers: { 'If-Match': '"2"' },
    });
    expect(stale).toMatchObject({
      status: 412,
      body: {
        expected: { version: 2, state: 'running' },
        current: { version: 3, state: 'paused' },
        changedBy: 'an operator',
      },
    });
    const etag = paused.headers.get('etag') ?? '';
    expect(
      await api.call('PUT', `/v1/campaigns/${id}/pause`, change, { headers: { 'If-Match': etag } }),
    ).toMatchObject({
      status: 200,
    });
  });

  it('that is over is told to the workflow again each minute, should the first message be lost', async () => {
    const due = await insertStarted(api.db);
    const later = await insertStarted(api.db);
    for (const id of [due, later])
      await api.call('PUT', `/v1/campaigns/${id}/pause`, { resumeAt: '2099-12-07T08:00:00Z' });
    await api.db
      .updateTable('pause')
      .set({ resume_at: new Date(Date.now() - 1_000) })
      .where('campaign_id', '=', due)
      .execute();
    const told: string[] = [];
    await reconcile({
      db: api.db,
      log: api.deps.log,
      temporal: {
        ...api.deps.temporal,
        // As a Temporal in which every workflow runs.
        findRun: async () => ({ runId: 'run', status: 'running' }),
        tellReplan: async (id) => told.push(id) > 0,
      },
    });
    expect(told).toEqual([due]);
  });
});
