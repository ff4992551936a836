import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { hostileTexts } from '../support/hostile-text.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

interface Customer {
  readonly id: string;
  readonly name: string;
  readonly attributes: Record<string, unknown>;
}

async function add(body: object): Promise<Customer> {
  const answer = await api.call('POST', '/v1/customers', body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Customer;
}

const nobody = '00000000-0000-4000-8000-000000000000';

describe('a customer', () => {
  it('is made, read, changed and found by the beginning of its name or external id', async () => {
    const made = await add({ name: ' Nordwind GmbH ', externalId: 'K-17', attributes: { category: 'A' } });
    expect(made).toMatchObject({ name: 'Nordwind GmbH', externalId: 'K-17', attributes: { category: 'A' } });
    await add({ name: 'Nord_West AG' });
    const path = `/v1/customers/${made.id}`;
    const change = { externalId: null, attributes: { category: null, agent: 'Rossi' } };
    expect((await api.call('PATCH', path, change)).body).toMatchObject({
      name: 'Nordwind GmbH',
      externalId: null,
      attributes: { agent: 'Rossi' },
    });
    expect((await api.call('PATCH', path, { externalId: 'K-18' })).status).toBe(200);
    expect((await api.call('GET', path)).body).toMatchObject({ externalId: 'K-18' });
    for (const [q, names] of [
      ['nord', ['Nord_West AG', 'Nordwind GmbH']],
      ['NORD_', ['Nord_West AG']],
      ['k-1', []],
      ['K-1', ['Nordwind GmbH']],
      ['wind', []],
      ['%', []],
    ] as const) {
      const { body } = await api.call('GET', `/v1/customers?q=${encodeURIComponent(q)}`);
      expect((body as { items: Customer[] }).items.map(({ name }) => name).sort(), q).toEqual(names);
    }
  });

  it('has a name and an external id of its own; the answer says who has them', async () => {
    const first = await add({ name: 'First', externalId: 'E-1' });
    const second = await add({ name: 'Second' });
    const taken = (field: string) => ({
      status: 409,
      body: { type: '/problems/taken', id: first.id, field, errors: [{ pointer: `/${field}` }] },
    });
    expect(await api.call('POST', '/v1/customers', { name: 'First' })).toMatchObject(taken('name'));
    expect(await api.call('POST', '/v1/customers', { name: 'Third', externalId: 'E-1' })).toMatchObject(
      taken('externalId'),
    );
    expect(
      await api.call('PATCH', `/v1/customers/${second.id}`, { name: 'First', attributes: { a: 1 } }),
    ).toMatchObject(taken('name'));
    expect((await api.call('GET', `/v1/customers/${second.id}`)).body).toMatchObject({ attributes: {} });
  });

  it('keeps whatever its name and attributes are written with', async () => {
    for (const text of hostileTexts) {
      const made = await add({ name: text, attributes: { note: text } });
      expect((await api.call('GET', `/v1/customers/${made.id}`)).body).toMatchObject({
        name: text.normalize('NFC'),
        attributes: { note: text },
      });
      const found = await api.call('GET', `/v1/customers?q=${encodeURIComponent(text)}`);
      expect((found.body as { items: Customer[] }).items.map(({ id }) => id)).toEqual([made.id]);
    }
  });

  it('gives pages in the order of names, each customer once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.call('GET', `/v1/customers?limit=3${cursor}`);
      const { items, next } = body as { items: Customer[]; next: string | null };
      seen.push(...items.map(({ name }) => name));
      cursor = next === null ? '' : `&cursor=${next}`;
    } while (cursor !== '');
    const { n } = await api.db
      .selectFrom('customer')
      .select((select) => select.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    expect([seen.length, new Set(seen).size]).toEqual([n, n]);
  });

  it('with people, links or history is not removed; an empty one is', async () => {
    const busy = await add({ name: 'Busy' });
    await api.call('POST', '/v1/contacts', { email: 'busy@example.com', customerId: busy.id });
    const record = await api.db
      .insertInto('record')
      .values({ kind: 'order', external_id: '1', title: 'Order 1' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await api.db
      .insertInto('record_link')
      .values({ record_id: record.id, customer_id: busy.id, linked_by: 'test' })
      .execute();
    expect(await api.call('DELETE', `/v1/customers/${busy.id}`)).toMatchObject({
      status: 409,
      body: { type: '/problems/conflict', contacts: 1, links: 1, activities: 0 },
    });
    const { body } = await api.call('GET', `/v1/customers/${busy.id}/contacts`);
    expect(body).toMatchObject({ items: [{ email: 'busy@example.com', customer: 'Busy' }], next: null });
    const empty = await add({ name: 'Empty' });
    expect((await api.call('DELETE', `/v1/customers/${empty.id}`)).status).toBe(204);
    for (const [method, tail] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/contacts'],
    ] as const)
      expect((await api.call(method, `/v1/customers/${empty.id}${tail}`)).status).toBe(404);
  });

  it.each([
    [{}, ''],
    [{ name: '' }, '/name'],
    [{ name: 'a\nb' }, '/name'],
    [{ name: 'x', externalId: 7 }, '/externalId'],
    [{ name: 'x', attributes: { 'Two Words': 1 } }, '/attributes/Two Words'],
    [{ name: 'x', attributes: { deep: { a: 1 } } }, '/attributes/deep'],
    [{ name: 'x', agent: 'Rossi' }, '/agent'],
  ])('is refused as %j', async (body, pointer) => {
    const answer = await api.call('POST', '/v1/customers', body);
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors[0]?.pointer ?? '').toContain(pointer);
  });
});

describe('POST /v1/contacts', () => {
  it('adds one person, with a customer by name or id', async () => {
    const customer = await add({ name: 'Werft' });
    const person = {
      email: ' Ada@Example.com',
      externalId: 'P-1',
      firstName: 'Ada',
      customerId: customer.id,
    };
    const made = await api.call('POST', '/v1/contacts', person);
    expect(made).toMatchObject({
      status: 201,
      body: { email: 'Ada@Example.com', externalId: 'P-1', customerId: customer.id, customer: 'Werft' },
    });
    const byName = await api.call('POST', '/v1/contacts', { email: 'ben@example.com', customer: 'Werft' });
    expect(byName.body).toMatchObject({ customerId: customer.id, newsletter: null });
    const { id } = byName.body as Customer;
    expect((await api.call('PATCH', `/v1/contacts/${id}`, { customerId: null })).body).toMatchObject({
      customer: null,
      customerId: null,
    });
  });

  it('names the one who has the address or the external id already, and changes nobody', async () => {
    const { id } = (await api.call('POST', '/v1/contacts', { email: 'cy@example.com', externalId: 'P-3' }))
      .body as Customer;
    const taken = (field: string) => ({ status: 409, body: { type: '/problems/taken', id, field } });
    expect(await api.call('POST', '/v1/contacts', { email: 'CY@example.com' })).toMatchObject(taken('email'));
    expect(
      await api.call('POST', '/v1/contacts', { email: 'di@example.com', externalId: 'P-3' }),
    ).toMatchObject(taken('externalId'));
    const other = await api.call('POST', '/v1/contacts', { email: 'di@example.com' });
    const path = `/v1/contacts/${(other.body as Customer).id}`;
    expect(await api.call('PATCH', path, { externalId: 'P-3', firstName: 'Di' })).toMatchObject(
      taken('externalId'),
    );
    expect((await api.call('GET', path)).body).toMatchObject({ externalId: null, firstName: null });
  });

  it.each([
    [{}, '/email'],
    [{ email: 'nobody' }, '/email'],
    [{ email: 'x@example.com', customer: 'A', customerId: nobody }, '/customerId'],
    [{ email: 'x@example.com', customerId: nobody }, '/customerId'],
  ])('refuses %j', async (body, pointer) => {
    expect(await api.call('POST', '/v1/contacts', body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });
});
