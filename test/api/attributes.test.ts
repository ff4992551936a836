import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts } from '../support/campaigns.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.close();
});

interface Contact {
  readonly id: string;
  readonly attributes: Record<string, unknown>;
}

let addresses = 0;
async function contact(attributes: Record<string, unknown>): Promise<Contact> {
  const email = `person${addresses++}@example.com`;
  const answer = await api.call('POST', '/v1/contacts', { email, attributes });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Contact;
}

const declare = async (name: string, body: object) =>
  api.call('PUT', `/v1/attributes/contact/${encodeURIComponent(name)}`, body);
const attributesOf = async ({ id }: Contact) =>
  ((await api.call('GET', `/v1/contacts/${id}`)).body as Contact).attributes;

describe('declaring an attribute', () => {
  it('turns what is stored into the type, and stays the same when it is done again', async () => {
    const one = await contact({ since: '1.12.2026', other: 'stays' });
    const two = await contact({ since: '2026-12-02' });
    expect(await declare('since', { type: 'date', label: 'Customer since' })).toMatchObject({
      status: 200,
      body: {
        owner: 'contact',
        name: 'since',
        type: 'date',
        label: 'Customer since',
        found: false,
        converted: 1,
      },
    });
    expect([await attributesOf(one), await attributesOf(two)]).toEqual([
      { since: '2026-12-01', other: 'stays' },
      { since: '2026-12-02' },
    ]);
    expect((await declare('since', { type: 'date' })).body).toMatchObject({ converted: 0, label: null });
    expect((await api.call('GET', '/v1/attributes?owner=contact')).body).toMatchObject({
      items: [{ name: 'since', type: 'date', createdBy: 'an admin' }],
      next: null,
    });
    expect((await api.call('GET', '/v1/attributes?owner=record')).body).toEqual({ items: [], next: null });
  });

  it('is refused when a value does not fit, with how many and whose, and changes nothing', async () => {
    const good = await contact({ floor: '3' });
    const bad = [await contact({ floor: 'ground' }), await contact({ floor: '1.234' })];
    const answer = await declare('floor', { type: 'number' });
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/values-do-not-fit', count: 2 } });
    const { first } = answer.body as { first: { id: string; why: string }[] };
    expect(first.map(({ id }) => id).sort()).toEqual(bad.map(({ id }) => id).sort());
    expect(first.find(({ id }) => id === bad[1]?.id)?.why).toContain('write 1234 or 1.2340');
    expect(await attributesOf(good)).toEqual({ floor: '3' });
    expect((await api.call('GET', '/v1/attributes')).text).not.toContain('floor');
    for (const { id } of bad)
      await api.call('PATCH', `/v1/contacts/${id}`, { attributes: { floor: '-1,5' } });
    expect((await declare('floor', { type: 'number' })).body).toMatchObject({ converted: 3 });
    expect([await attributesOf(good), await attributesOf(bad[0] ?? good)]).toEqual([
      { floor: 3 },
      { floor: -1.5 },
    ]);
    expect((await declare('floor', { type: 'choice', choices: ['3', 'roof'] })).body).toMatchObject({
      count: 2,
    });
  });

  it('reads more values than one round of it takes, and tells of those at the end', async () => {
    await addContacts(api.db, 5_100, 'many');
    await sql`update contact set attributes = '{"score": "7"}' where address like 'many%'`.execute(api.db);
    const last = await api.db
      .selectFrom('contact')
      .select('id')
      .where('address', 'like', 'many%')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow();
    const path = `/v1/contacts/${last.id}`;
    await api.call('PATCH', path, { attributes: { score: 'x' } });
    const refused = await declare('score', { type: 'number' });
    expect(refused.body).toMatchObject({ count: 1, first: [{ id: last.id }] });
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from contact where attributes -> 'score' = '"7"'`.execute(api.db);
    expect(rows).toEqual([{ n: 5_099 }]);
    await api.call('PATCH', path, { attributes: { score: null } });
    expect((await declare('score', { type: 'number' })).body).toMatchObject({ converted: 5_099 });
  });

  it.each([
    [{ type: 'colour' }, '/type'],
    [{ type: 'choice' }, '/choices'],
    [{ type: 'choice', choices: [] }, '/choices'],
    [{ type: 'choice', choices: ['A', 'a'] }, '/choices'],
    [{ type: 'text', choices: ['A'] }, '/choices'],
    [{ type: 'text', values: 1 }, '/values'],
  ])('as %j is refused', async (body, pointer) => {
    expect(await declare('x', body)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it.each(['Two Words', '_x', "x'; drop table contact", 'x'.repeat(101)])(
    'of the name %j is refused',
    async (name) => {
      expect(await declare(name, { type: 'text' })).toMatchObject({
        status: 422,
        body: { type: '/problems/invalid-name' },
      });
    },
  );

  it('knows the owners that there are', async () => {
    expect((await api.call('PUT', '/v1/attributes/campaign/x', { type: 'text' })).status).toBe(404);
    expect((await api.call('PUT', '/v1/attributes/contact/a%00b', { type: 'text' })).status).toBe(404);
  });
});

describe('a value of a declared attribute', () => {
  it('is stored typed, and one that does not fit is refused at its place', async () => {
    await declare('vip', { type: 'yesNo' });
    await declare('grade', { type: 'choice', choices: ['A', 'B'] });
    const made = await contact({ vip: 'ja', grade: 'b', free: '007' });
    expect(made.attributes).toEqual({ vip: true, grade: 'B', free: '007' });
    const path = `/v1/contacts/${made.id}`;
    const change = { firstName: 'Ada', attributes: { vip: 'perhaps', grade: 'C', free: 1 } };
    expect(await api.call('PATCH', path, change)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/attributes/vip' }, { pointer: '/attributes/grade' }] },
    });
    expect((await api.call('GET', path)).body).toMatchObject({
      firstName: null,
      attributes: made.attributes,
    });
    const cleared = await api.call('PATCH', path, { attributes: { vip: null, grade: ' ' } });
    expect(cleared.body).toMatchObject({ attributes: { free: '007' } });
  });

  it('of a customer follows the declarations of customers', async () => {
    await api.call('PUT', '/v1/attributes/customer/employees', { type: 'number' });
    const body = { name: 'Nordwind', attributes: { employees: '1.250,0', vip: 'ja' } };
    expect((await api.call('POST', '/v1/customers', body)).body).toMatchObject({
      attributes: { employees: 1250, vip: 'ja' },
    });
  });
});

describe('removing a declaration', () => {
  it('is refused as long as somebody has a value', async () => {
    await declare('hobby', { type: 'text' });
    const { id } = await contact({ hobby: 'sailing' });
    const path = '/v1/attributes/contact/hobby';
    expect(await api.call('DELETE', path)).toMatchObject({ status: 409, body: { count: 1 } });
    await api.call('PATCH', `/v1/contacts/${id}`, { attributes: { hobby: null } });
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await api.call('GET', '/v1/attributes')).text).not.toContain('hobby');
  });
});
