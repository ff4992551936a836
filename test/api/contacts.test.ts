import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let adaId = '';
beforeAll(async () => {
  api = await startTestApi();
  const file = [
    'email,first_name,last_name,customer,city',
    'Ada@Example.com,Ada,Lovelace,Analytical Ltd,London',
    'adam@example.com,Adam,Riese,,Staffelstein',
    'grace@example.com,Grace,Hopper,,"100%_sure"',
    'jörg@bücher.example,Jörg,Ödegaard,,',
  ].join('\n');
  await api.call('POST', '/v1/contact-imports', file, { headers: { 'Content-Type': 'text/csv' } });
  adaId = (await search('ada@'))[0]?.id ?? '';
});
afterAll(async () => {
  await api.close();
});

interface Found {
  readonly id: string;
  readonly address: string;
}

async function search(q: string): Promise<Found[]> {
  const answer = await api.call('GET', `/v1/contacts?q=${encodeURIComponent(q)}`);
  expect(answer.status).toBe(200);
  return (answer.body as { items: Found[] }).items;
}

const names = (found: Found[]): string[] => found.map(({ address }) => address.split('@')[0] ?? '');

describe('GET /v1/contacts', () => {
  it('finds people by the beginnings of address and names, every word', async () => {
    expect(names(await search('ad'))).toEqual(['ada', 'adam']);
    expect(names(await search('LOVE ada'))).toEqual(['ada']);
    expect(names(await search('öde'))).toEqual(['jörg']);
    expect(await search('lace')).toEqual([]);
    expect(await search('%')).toEqual([]);
    expect(await search('_da')).toEqual([]);
  });

  it('gives pages in the order of addresses', async () => {
    const first = await api.call('GET', '/v1/contacts?limit=3');
    const { items, next } = first.body as { items: Found[]; next: string };
    expect(names(items)).toEqual(['ada', 'adam', 'grace']);
    const second = await api.call('GET', `/v1/contacts?limit=3&cursor=${next}`);
    expect(second.body).toMatchObject({
      items: [{ address: 'jörg@xn--bcher-kva.example', email: 'jörg@bücher.example' }],
      next: null,
    });
  });

  it.each(['?cursor=x', '?limit=0', '?q=', '?name=x'])('refuses %s', async (query) => {
    expect(await api.call('GET', `/v1/contacts${query}`)).toMatchObject({
      status: 422,
      body: { type: '/problems/invalid-query' },
    });
  });
});

describe('PATCH /v1/contacts/{contactId}', () => {
  it('changes what is given, clears by null, leaves the rest', async () => {
    const path = `/v1/contacts/${adaId}`;
    const change = {
      lastName: null,
      language: 'en_gb',
      attributes: { city: null, floor: 3 },
      customer: 'Engines',
      newsletter: false,
    };
    expect(await api.call('PATCH', path, change)).toMatchObject({
      status: 200,
      body: { lastName: null, firstName: 'Ada' },
    });
    expect((await api.call('GET', path)).body).toMatchObject({
      firstName: 'Ada',
      lastName: null,
      language: 'en-GB',
      attributes: { floor: 3 },
      customer: 'Engines',
      newsletter: false,
    });
    expect((await api.call('PATCH', path, { customer: null })).body).toMatchObject({ customer: null });
  });

  it('checks a new address, keeps its spelling, and says when it is taken', async () => {
    const path = `/v1/contacts/${adaId}`;
    expect((await api.call('PATCH', path, { email: ' Countess@EXAMPLE.com ' })).body).toMatchObject({
      email: 'Countess@EXAMPLE.com',
      address: 'countess@example.com',
    });
    expect(await api.call('PATCH', path, { email: 'ADAM@example.com' })).toMatchObject({
      status: 409,
      body: {
        type: '/problems/taken',
        detail: expect.stringContaining(
          'has this address already; change that contact, or take another address',
        ),
      },
    });
    expect(await api.call('PATCH', path, { email: 'nobody' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/email', detail: '"nobody": an address is written as name@domain' }] },
    });
  });

  it.each([
    [{}, ''],
    [{ timeZone: 'Mars' }, '/timeZone'],
    [{ language: 'deutsch' }, '/language'],
    [{ firstName: 'a\nb' }, '/firstName'],
    [{ email: null }, '/email'],
    [{ attributes: { 'Two Words': 1 } }, '/attributes/Two Words'],
    [{ title: 'Dr.', address: 'x@example.com' }, '/address'],
  ])('refuses %j and points at it', async (change, pointer) => {
    const answer = await api.call('PATCH', `/v1/contacts/${adaId}`, change);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('gives 404 for nobody', async () => {
    const path = '/v1/contacts/00000000-0000-4000-8000-000000000000';
    expect((await api.call('GET', path)).status).toBe(404);
    expect((await api.call('PATCH', path, { title: 'Dr.' })).status).toBe(404);
  });
});
