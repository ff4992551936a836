import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { addContacts, addRunning } from '../support/campaigns.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 1_000);
});
afterAll(async () => api.close());

interface Forecast {
  readonly pace: { readonly size: number; readonly every: string };
  readonly batches: readonly { readonly batch: number; readonly at: string; readonly size: number }[];
  readonly total: number;
  readonly truncated: boolean;
  readonly finishAt: string | null;
  readonly because: string | null;
  readonly assumptions: readonly string[];
  readonly responses: { readonly limit: number; readonly peak: number } | null;
  readonly warnings: readonly string[];
}

async function draft(change: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api.call('POST', '/v1/campaigns', campaignBody(change));
  expect(status, JSON.stringify(body)).toBe(201);
  return (body as { id: string }).id;
}

async function forecastOf(id: string, query = ''): Promise<Forecast> {
  const { status, body } = await api.call('GET', `/v1/campaigns/${id}/forecast${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Forecast;
}

describe('the forecast of a draft', () => {
  it('is the batches for everybody in the audience from its start on', async () => {
    const id = await draft({ startAt: '2099-12-01T08:00:00Z' });
    const forecast = await forecastOf(id);
    expect(forecast).toMatchObject({
      total: 20,
      truncated: false,
      finishAt: '2099-12-01T14:20:00Z',
      because: null,
    });
    expect(forecast.batches.map(({ size }) => size)).toEqual(Array.from({ length: 20 }, () => 50));
    expect(forecast.batches[0]).toEqual({ batch: 1, at: '2099-12-01T08:00:00Z', size: 50 });
    expect(forecast.assumptions[0]).toContain('Nobody pauses');
  });

  it('answers what if: another pace, start or capacity, and changes nothing', async () => {
    const id = await draft({ startAt: '2099-12-01T08:00:00Z' });
    const before = (await api.call('GET', `/v1/campaigns/${id}`)).body;
    expect(await forecastOf(id, '?size=100&every=10m')).toMatchObject({
      pace: { size: 100, every: '10m' },
      total: 10,
      finishAt: '2099-12-01T09:30:00Z',
    });
    expect(await forecastOf(id, '?perHour=300')).toMatchObject({
      pace: { size: 5, every: '1m', perHour: 300 },
    });
    expect(await forecastOf(id, '?finishBy=2099-12-01T12:00:00Z')).toMatchObject({
      pace: { finishBy: '2099-12-01T12:00:00Z' },
      finishAt: expect.stringMatching(/^2099-12-01T1[12]:/),
    });
    const climbing = await forecastOf(id, '?size=200&every=20m&rampFrom=10&rampFactor=2');
    expect(climbing.batches.map(({ size }) => size)).toEqual([10, 20, 40, 80, 160, 200, 200, 200, 90]);
    expect(climbing.pace).toEqual({ size: 200, every: '20m', ramp: { from: 10, factor: 2 } });
    const swaying = await forecastOf(id, '?size=50&every=20m&jitter=0.5');
    expect(Date.parse(swaying.finishAt ?? '')).toBeGreaterThan(Date.parse('2099-12-01T14:20:00Z'));
    expect((await forecastOf(id, '?startAt=2099-12-02T08:00:00Z')).batches[0]?.at).toBe(
      '2099-12-02T08:00:00Z',
    );
    const followed = await forecastOf(id, '?capacity=10');
    expect(followed.responses).toMatchObject({ limit: 10 });
    expect(followed.responses?.peak).toBeLessThan(15);
    expect(Date.parse(followed.finishAt ?? '')).toBeGreaterThan(Date.parse('2099-12-01T14:20:00Z'));
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toEqual(before);
  });

  it('keeps to the windows, and says when a pace takes longer than anybody means', async () => {
    const windows = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '10:00' }];
    const id = await draft({ startAt: '2099-12-01T00:00:00Z', timeZone: 'Europe/Berlin', windows });
    const { batches } = await forecastOf(id);
    expect(batches.slice(0, 4).map(({ at }) => at)).toEqual([
      '2099-12-01T08:00:00Z',
      '2099-12-01T08:20:00Z',
      '2099-12-01T08:40:00Z',
      '2099-12-02T08:00:00Z',
    ]);
    const { warnings } = await forecastOf(id, '?size=1&every=1d');
    expect(warnings).toEqual([expect.stringMatching(/^at this pace it takes \d{4,5} days; choose/)]);
  });
});

describe('what if a draft had other windows or a capacity', () => {
  it('is answered by the same planner, and changes nothing', async () => {
    const id = await draft({ startAt: '2099-12-01T08:00:00Z' });
    const before = (await api.call('GET', `/v1/campaigns/${id}`)).body;
    const supposed = {
      pace: { size: 500, every: '1h' },
      windows: [{ days: ['wed'], from: '10:00', to: '12:00' }],
      timeZone: 'Europe/Berlin',
      capacity: null,
    };
    const { status, body } = await api.call('POST', `/v1/campaigns/${id}/forecast`, supposed);
    expect(status).toBe(200);
    expect((body as Forecast).batches).toEqual([
      { batch: 1, at: '2099-12-02T09:00:00Z', size: 500 },
      { batch: 2, at: '2099-12-02T10:00:00Z', size: 500 },
    ]);
    const followed = await api.call('POST', `/v1/campaigns/${id}/forecast`, {
      capacity: { open: 5, rate: 0.9 },
    });
    expect((followed.body as Forecast).responses).toMatchObject({ limit: 5 });
    const desk = await api.call('POST', '/v1/desks', { name: 'What if', capacity: 7 });
    const { id: deskId } = desk.body as { id: string };
    const atDesk = await api.call('POST', `/v1/campaigns/${id}/forecast`, { capacity: { desk: deskId } });
    expect((atDesk.body as Forecast).responses).toMatchObject({ limit: 7 });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toEqual(before);
  });

  it('is refused when nothing could leave, or there is no such desk', async () => {
    const id = await draft();
    const wrong = [
      [{ windows: [{ days: [], from: '08:00', to: '09:00' }] }, '/windows/0/days'],
      [{ capacity: { desk: '00000000-0000-4000-8000-000000000000' } }, '/capacity/desk'],
      [{ capacity: { open: 0 } }, '/capacity/open'],
      [{ pace: { finishBy: '2020-01-01T00:00:00Z' } }, ''],
    ] as const;
    for (const [body, pointer] of wrong) {
      const answer = await api.call('POST', `/v1/campaigns/${id}/forecast`, body);
      expect(answer.status, pointer).toBe(422);
      expect(answer.body).toMatchObject({ errors: [{ pointer }] });
    }
  });
});

describe('the forecast of a campaign', () => {
  it('that is paused says so, and what a resume now would bring', async () => {
    const id = await addRunning(api.db, { size: 500 });
    await api.call('PUT', `/v1/campaigns/${id}/pause`, {});
    expect(await forecastOf(id)).toMatchObject({
      total: 2,
      finishAt: null,
      because: 'the campaign is paused: the batches are those of a resume now',
    });
  });

  it('that is under way begins with its next batch; another start is refused', async () => {
    const id = await addRunning(api.db, { size: 100, gapMs: 600_000 });
    const { batches } = await forecastOf(id);
    expect(batches).toHaveLength(10);
    const { status, body } = await api.call(
      'GET',
      `/v1/campaigns/${id}/forecast?startAt=2099-01-01T00:00:00Z`,
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({
      errors: [{ pointer: '/startAt', detail: expect.stringContaining('has started') }],
    });
  });

  it('is refused for what is no pace', async () => {
    const id = await draft();
    for (const query of [
      '?size=0&every=1m',
      '?size=5',
      '?every=soon&size=1',
      '?capacity=0',
      '?perHour=1&size=1&every=1m',
      '?size=50&every=1m&rampFrom=10',
      '?size=50&every=1m&rampFrom=60&rampFactor=2',
      '?perHour=60&rampFrom=10&rampFactor=2',
      '?size=50&every=1m&jitter=0.9',
      '?jitter=0.1',
    ]) {
      const { status } = await api.call('GET', `/v1/campaigns/${id}/forecast${query}`);
      expect(status, query).toBe(422);
    }
  });
});
