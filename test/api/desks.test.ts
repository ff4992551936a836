import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

interface Desk {
  readonly id: string;
  readonly name: string;
  readonly capacity: number;
}

async function createDesk(body: unknown) {
  return api.call('POST', '/v1/desks', body, { key: api.keys.operator });
}

describe('a desk', () => {
  it('is made, shown, listed and changed; what is left out stays', async () => {
    const made = await createDesk({
      name: ' Helpdesk ',
      capacity: 30,
      timeZone: 'Europe/Berlin',
      windows: [{ days: ['fri', 'mon'], from: '08:00', to: '17:00' }],
    });
    const desk = made.body as Desk;
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Helpdesk',
        capacity: 30,
        open: 0,
        timeZone: 'Europe/Berlin',
        windows: [{ days: ['mon', 'fri'], from: '08:00', to: '17:00' }],
        createdBy: 'an operator',
      },
    });
    expect(made.headers.get('location')).toBe(`/v1/desks/${desk.id}`);
    expect((await api.call('GET', `/v1/desks/${desk.id}`)).body).toEqual(desk);
    const changed = await api.call('PATCH', `/v1/desks/${desk.id}`, { capacity: 12 });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Helpdesk', capacity: 12, timeZone: 'Europe/Berlin' },
    });
    expect((await api.call('GET', '/v1/desks')).body).toEqual({ items: [changed.body], next: null });
  });

  it('is listed in pages', async () => {
    for (const name of ['page one', 'page two', 'page three']) await createDesk({ name, capacity: 1 });
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call('GET', `/v1/desks?limit=2${cursor}`);
      const { items, next } = body as { items: Desk[]; next: string | null };
      names.push(...items.map(({ name }) => name));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    expect(names.slice(-3)).toEqual(['page one', 'page two', 'page three']);
  });

  it('has a name that no other one has, whatever its case', async () => {
    await createDesk({ name: 'Sales', capacity: 5 });
    const second = (await createDesk({ name: 'Field staff', capacity: 5 })).body as Desk;
    for (const refused of [
      await createDesk({ name: 'SALES', capacity: 5 }),
      await api.call('PATCH', `/v1/desks/${second.id}`, { name: 'sales', capacity: 9 }),
    ])
      expect(refused).toMatchObject({
        status: 409,
        body: { type: '/problems/conflict', detail: expect.stringContaining('already; take another one') },
      });
    expect((await api.call('GET', `/v1/desks/${second.id}`)).body).toEqual(second);
  });

  it.each([
    [{ capacity: 0 }, '/capacity', 'from 1 to 100000 (got 0); to send nothing, pause the campaign'],
    [{ capacity: -1 }, '/capacity', '(got -1)'],
    [{ capacity: 2.5 }, '/capacity', 'whole number'],
    [{ capacity: 100_001 }, '/capacity', '(got 100001)'],
    [{ capacity: '30' }, '/capacity', 'whole number'],
    [{ windows: [{ days: ['mon'], from: '17:00', to: '08:00' }] }, '/windows/0/to', 'end after it begins'],
    [
      { windows: [{ days: ['someday'], from: '08:00', to: '17:00' }] },
      '/windows/0/days/0',
      'a day is one of',
    ],
    [{ name: '' }, '/name', 'a name is needed'],
    [{ timeZone: 'Europe/Atlantis' }, '/timeZone', '"Europe/Atlantis" is no time zone'],
    [{ colour: 'red' }, '/colour', 'not known here'],
  ])('is refused with %j', async (change, pointer, detail) => {
    const before = await api.call('GET', '/v1/desks');
    expect(await createDesk({ name: 'Refused', capacity: 30, ...change })).toMatchObject({
      status: 422,
      body: {
        type: '/problems/invalid-body',
        errors: [{ pointer, detail: expect.stringContaining(detail) }],
      },
    });
    expect((await api.call('GET', '/v1/desks')).body).toEqual(before.body);
  });

  it('is not found when it is not there, and viewers may not change it', async () => {
    const nowhere = '/v1/desks/00000000-0000-4000-8000-000000000000';
    expect((await api.call('GET', nowhere)).status).toBe(404);
    expect((await api.call('PATCH', nowhere, { capacity: 1 })).status).toBe(404);
    expect((await api.call('PATCH', nowhere, {})).status).toBe(422);
    const key = api.keys.viewer;
    expect((await api.call('POST', '/v1/desks', { name: 'x', capacity: 1 }, { key })).status).toBe(403);
  });
});
