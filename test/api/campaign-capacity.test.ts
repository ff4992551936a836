import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
let deskId = '';
beforeAll(async () => {
  api = await startTestApi();
  const desk = await api.call('POST', '/v1/desks', { name: 'Helpdesk', capacity: 30 });
  deskId = (desk.body as { id: string }).id;
});
afterAll(async () => api.close());

const nowhere = '00000000-0000-4000-8000-000000000000';

async function create(capacity: unknown) {
  return api.call('POST', '/v1/campaigns', campaignBody({ capacity }));
}

interface Campaign {
  readonly id: string;
  readonly capacity: unknown;
}

describe('the capacity of a campaign', () => {
  it('is none unless it is given, and may be taken away again', async () => {
    const plain = (await api.call('POST', '/v1/campaigns', campaignBody())).body as Campaign;
    expect(plain.capacity).toBeNull();
    const path = `/v1/campaigns/${plain.id}`;
    expect((await api.call('PATCH', path, { capacity: { open: 30 } })).body).toMatchObject({
      capacity: { open: 30 },
    });
    expect((await api.call('PATCH', path, { name: 'Other' })).body).toMatchObject({ capacity: { open: 30 } });
    expect((await api.call('PATCH', path, { capacity: null })).body).toMatchObject({ capacity: null });
  });

  it('is shown as it was said', async () => {
    const capacity = {
      desk: deskId,
      rate: 0.3,
      delay: '20m',
      handling: '1h30m',
      floor: 1,
      ceiling: 80,
      silentAfter: '2h',
    };
    const made = await create(capacity);
    expect(made).toMatchObject({ status: 201, body: { capacity } });
    const { id } = made.body as Campaign;
    expect(
      await api.db.selectFrom('campaign').select(['desk_id', 'capacity']).where('id', '=', id).execute(),
    ).toEqual([
      {
        desk_id: deskId,
        capacity: {
          desk: deskId,
          rate: 0.3,
          delayMs: 1_200_000,
          handlingMs: 5_400_000,
          floor: 1,
          ceiling: 80,
          silentAfterMs: 7_200_000,
        },
      },
    ]);
    // What an answer has shown may be sent as it is.
    const again = await create((made.body as Campaign).capacity);
    expect(again).toMatchObject({ status: 201, body: { capacity } });
    await api.call('PATCH', `/v1/campaigns/${id}`, { capacity: { open: 5 } });
    expect(await api.db.selectFrom('campaign').select('desk_id').where('id', '=', id).execute()).toEqual([
      { desk_id: null },
    ]);
  });

  it.each([
    [
      { open: 0 },
      '/capacity/open',
      'capacity must be a whole number from 1 to 100000 (got 0); to send nothing, pause the campaign',
    ],
    [{}, '/capacity', 'either how many responses may be open'],
    [{ open: 5, desk: nowhere }, '/capacity/desk', '(got both)'],
    [{ desk: nowhere }, '/capacity/desk', `there is no desk ${nowhere}; make one (POST /v1/desks)`],
    [{ open: 5, rate: 30 }, '/capacity/rate', 'for 30 % write 0.3'],
    [{ open: 5, silentAfter: '1s' }, '/capacity/silentAfter', '5m'],
    [{ open: 5, floor: 51 }, '/capacity/floor', "at most the pace's batch size, 50 (got 51)"],
    [{ open: 5, colour: 'red' }, '/capacity/colour', 'not known here'],
  ])('is refused with %j', async (capacity, pointer, detail) => {
    expect(await create(capacity)).toMatchObject({
      status: 422,
      body: {
        type: '/problems/invalid-body',
        errors: [{ pointer, detail: expect.stringContaining(detail) }],
      },
    });
  });

  it('is looked at again when the pace becomes smaller than its floor', async () => {
    const { id } = (await create({ open: 30, floor: 20 })).body as Campaign;
    const pace = { size: 10, every: '20m' };
    expect(await api.call('PATCH', `/v1/campaigns/${id}`, { pace })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/capacity/floor' }] },
    });
    expect(
      (await api.call('PATCH', `/v1/campaigns/${id}`, { pace, capacity: { open: 30, floor: 10 } })).status,
    ).toBe(200);
  });
});
