import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await sql`insert into contact (address, email, first_name)
    select 'p' || i || '@example.com', 'p' || i || '@example.com', 'First' || i from generate_series(1, 6) i`.execute(
    api.db,
  );
});
afterAll(async () => api.close());

interface List {
  readonly id: string;
  readonly version: number;
}

async function make(name: string, filter?: unknown): Promise<List> {
  const answer = await api.call('POST', '/v1/work-lists', { name, filter }, { key: api.keys.operator });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as List;
}

async function people(list: List): Promise<string> {
  const { body } = await api.call('GET', `/v1/work-lists/${list.id}/contacts`);
  const { items } = body as { items: { contact: { email: string } }[] };
  return items
    .map(({ contact }) => contact.email.split('@')[0] ?? '')
    .sort((one, other) => (one < other ? -1 : 1))
    .join(' ');
}

async function idOf(name: string): Promise<string> {
  const { body } = await api.call('GET', `/v1/contacts?q=${name}@`);
  return (body as { items: { id: string }[] }).items[0]?.id ?? '';
}

async function act(method: string, list: List, path: string, body?: unknown, headers = {}) {
  return api.call(method, `/v1/work-lists/${list.id}${path}`, body, { headers });
}

describe('a work list', () => {
  it('is made from a filter and then changed by hand and by filter, and every change is known', async () => {
    const list = await make('Autumn', 'email starts with p1 or email starts with p2 or email starts with p3');
    expect(await people(list)).toBe('p1 p2 p3');
    const [p1, p5] = [await idOf('p1'), await idOf('p5')];
    const added = await act('PUT', list, `/contacts/${p5}`, { reason: 'asked for it' });
    expect(added).toMatchObject({ status: 200, body: { changed: 1, workList: { version: 2, size: 4 } } });
    expect((await act('PUT', list, `/contacts/${p5}`)).body).toMatchObject({
      changed: 0,
      workList: { version: 2 },
    });
    expect((await act('DELETE', list, `/contacts/${p1}?reason=left`)).body).toMatchObject({ changed: 1 });
    expect((await act('DELETE', list, `/contacts/${p1}`)).body).toMatchObject({ changed: 0 });
    const removed = await act('POST', list, '/removals', {
      filter: { field: 'firstName', op: 'is', value: 'First2' },
    });
    expect(removed.body).toMatchObject({ changed: 1 });
    expect(await people(list)).toBe('p3 p5');

    // A refill leaves out whom somebody took out, until it is asked for.
    const refill = { filter: 'email contains p', reason: 'autumn again' };
    expect((await act('POST', list, '/additions', refill)).body).toMatchObject({ changed: 2 });
    expect(await people(list)).toBe('p3 p4 p5 p6');
    expect((await act('POST', list, '/additions', { ...refill, includeRemoved: true })).body).toMatchObject({
      changed: 2,
    });
    expect(await people(list)).toBe('p1 p2 p3 p4 p5 p6');

    const { body } = await act('GET', list, '/changes');
    const { items } = body as { items: { action: string; contactId: string | null; by: string }[] };
    expect(items.map(({ action, contactId }) => (contactId === null ? action : `${action} one`))).toEqual([
      'add',
      'add',
      'remove',
      'remove one',
      'remove one',
      'add one',
      'create',
    ]);
    expect((await act('GET', list, `/changes?contactId=${p1}`)).body).toMatchObject({
      items: [
        {
          action: 'remove',
          by: 'an admin',
          reason: 'left',
          detail: { addedBy: 'an operator', byHand: false },
        },
      ],
      next: null,
    });
  });

  it('tells two people who change it apart by its version', async () => {
    const list = await make('Versions');
    const p1 = await idOf('p1');
    expect((await act('PUT', list, `/contacts/${p1}`, undefined, { 'If-Match': '"1"' })).status).toBe(200);
    const stale = await act('DELETE', list, `/contacts/${p1}`, undefined, { 'If-Match': '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { detail: expect.stringContaining('is at 2') } });
    expect(stale.headers.get('etag')).toBe('"2"');
    expect(await people(list)).toBe('p1');
  });

  it('that is frozen stays as it is, and freezing it again changes nothing', async () => {
    const list = await make('Frozen', 'email starts with p1');
    const frozen = await act('PUT', list, '/freeze', { reason: 'checked' });
    expect(frozen.body).toMatchObject({ frozenBy: 'an admin', version: 2 });
    expect((await act('PUT', list, '/freeze')).body).toEqual(frozen.body);
    const p2 = await idOf('p2');
    for (const refused of [
      await act('PUT', list, `/contacts/${p2}`),
      await act('DELETE', list, `/contacts/${p2}`),
      await act('POST', list, '/additions', { filter: 'email contains p' }),
      await act('POST', list, '/removals', { filter: 'email contains p' }),
    ])
      expect(refused).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('frozen by an admin') },
      });
    expect(await people(list)).toBe('p1');
  });

  it('cannot be removed while a campaign that has not begun is meant for it', async () => {
    const list = await make('Used', 'email starts with p1');
    const campaign = await api.call(
      'POST',
      '/v1/campaigns',
      campaignBody({ audience: { workList: list.id } }),
    );
    const { id } = campaign.body as { id: string };
    expect(await act('DELETE', list, '')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(id) },
    });
    await api.call('PATCH', `/v1/campaigns/${id}`, { audience: { all: true } });
    expect((await act('DELETE', list, '')).status).toBe(204);
    expect((await act('GET', list, '')).status).toBe(404);
  });

  it('is refused without a sense: a name that is taken, a filter that names nothing, nobody', async () => {
    const list = await make('Taken');
    expect((await api.call('POST', '/v1/work-lists', { name: 'Taken' })).status).toBe(409);
    const wrong = await api.call('POST', '/v1/work-lists', { name: 'Wrong', filter: 'in work list Tken' });
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/filter', detail: expect.stringContaining('did you mean "Taken"?') }] },
    });
    expect((await api.call('GET', '/v1/work-lists?name=Wrong')).body).toEqual({ items: [], next: null });
    expect((await act('PUT', list, '/contacts/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await api.call('GET', '/v1/work-lists?name=Taken')).body).toMatchObject({
      items: [{ id: list.id }],
    });
  });
});
