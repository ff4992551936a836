import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ temporalUi: 'http://127.0.0.1:8233' });
});
afterAll(async () => api.close());

async function createDraft(change: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api.call('POST', '/v1/campaigns', campaignBody(change));
  expect(status).toBe(201);
  return (body as { id: string }).id;
}

describe('a draft', () => {
  it('is made, read, changed and removed', async () => {
    const made = await api.call(
      'POST',
      '/v1/campaigns',
      campaignBody({ startAt: '2099-12-01T08:00:00+01:00' }),
    );
    expect(made.status).toBe(201);
    const { id } = made.body as { id: string };
    expect(made.headers.get('location')).toBe(`/v1/campaigns/${id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.body).toMatchObject({
      state: 'draft',
      version: 1,
      pace: { size: 50, every: '20m' },
      startAt: '2099-12-01T07:00:00Z',
      timeZone: 'UTC',
      counts: { total: 0, planned: 0 },
      pause: null,
      next: null,
      temporal: null,
      createdBy: 'an admin',
    });
    const changed = await api.call('PATCH', `/v1/campaigns/${id}`, {
      pace: { size: 10, every: '90s' },
      startAt: null,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { version: 2, pace: { size: 10, every: '1m30s' }, startAt: null, name: 'Server upgrade' },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toEqual(changed.body);
    expect((await api.call('DELETE', `/v1/campaigns/${id}`)).status).toBe(204);
    expect((await api.call('GET', `/v1/campaigns/${id}`)).status).toBe(404);
  });

  it('is not changed or removed by somebody who saw an older version', async () => {
    const id = await createDraft();
    await api.call('PATCH', `/v1/campaigns/${id}`, { name: 'Another' });
    const stale = await api.call(
      'PATCH',
      `/v1/campaigns/${id}`,
      { name: 'A third' },
      { headers: { 'If-Match': '"1"' } },
    );
    expect(stale).toMatchObject({
      status: 412,
      body: {
        type: '/problems/stale-version',
        expected: { version: 1 },
        current: { version: 2, state: 'draft' },
      },
    });
    expect(
      (await api.call('DELETE', `/v1/campaigns/${id}`, undefined, { headers: { 'If-Match': '"1"' } })).status,
    ).toBe(412);
    expect(
      (await api.call('DELETE', `/v1/campaigns/${id}`, undefined, { headers: { 'If-Match': '"2"' } })).status,
    ).toBe(204);
  });

  it('is not removed while another campaign follows it, draft or not', async () => {
    const id = await createDraft();
    const follower = await createDraft({ follows: { campaign: id } });
    expect(await api.call('DELETE', `/v1/campaigns/${id}`)).toMatchObject({
      status: 409,
      body: { type: '/problems/conflict', detail: expect.stringContaining(follower) },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).status).toBe(200);
    await api.call('PATCH', `/v1/campaigns/${follower}`, { follows: null });
    expect((await api.call('DELETE', `/v1/campaigns/${id}`)).status).toBe(204);
  });
});

describe('the list of campaigns', () => {
  it('is cut into pages that together hold every campaign once, newest first', async () => {
    const name = `Paged ${Date.now()}`;
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push(await createDraft({ name }));
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 4; pages++) {
      const answer = await api.call('GET', `/v1/campaigns?limit=2&q=${encodeURIComponent(name)}${cursor}`);
      const { items, next } = answer.body as { items: { id: string }[]; next: string | null };
      seen.push(...items.map(({ id }) => id));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(seen).toEqual(made.toReversed());
  });

  it('can be asked for one state', async () => {
    await createDraft();
    const running = await api.call('GET', '/v1/campaigns?state=running');
    expect(running).toMatchObject({ status: 200, body: { items: [], next: null } });
  });
});
