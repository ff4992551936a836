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

interface Made {
  readonly id: string;
}
const make = async (path: string, body: object): Promise<Made> => {
  const answer = await api.call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as Made;
};

describe('an agent', () => {
  it('is made, changed, listed and known by one name', async () => {
    const rossi = await make('/v1/agents', { name: 'Rossi', email: ' Rossi@Example.com ', phone: '+39 02' });
    const path = `/v1/agents/${rossi.id}`;
    expect((await api.call('GET', path)).body).toMatchObject({ email: 'Rossi@Example.com', phone: '+39 02' });
    const change = { phone: null, attributes: { room: '4.12', languages: 'it, de' } };
    expect((await api.call('PATCH', path, change)).body).toMatchObject({
      phone: null,
      attributes: { room: '4.12', languages: 'it, de' },
    });
    expect(await api.call('POST', '/v1/agents', { name: 'Rossi' })).toMatchObject({
      status: 409,
      body: { type: '/problems/taken', id: rossi.id, field: 'name' },
    });
    await make('/v1/agents', { name: 'Bianchi' });
    const { body } = await api.call('GET', '/v1/agents?limit=1');
    const { items, next } = body as { items: { name: string }[]; next: string };
    expect(items.map(({ name }) => name)).toEqual(['Bianchi']);
    expect((await api.call('GET', `/v1/agents?limit=1&cursor=${next}`)).body).toMatchObject({
      items: [{ name: 'Rossi' }],
      next: null,
    });
  });

  it('takes its customers along when it gets another name, and is not removed as long as it has some', async () => {
    const agent = await make('/v1/agents', { name: 'Verdi' });
    const customer = await make('/v1/customers', {
      name: 'Werft',
      attributes: { agent: 'Verdi', group: 'A' },
    });
    await make('/v1/customers', { name: 'Other', attributes: { agent: 'Verdi & Sons' } });
    await api.call('PATCH', `/v1/agents/${agent.id}`, { name: 'Giuseppe "Joe" Verdi' });
    expect((await api.call('GET', `/v1/customers/${customer.id}`)).body).toMatchObject({
      attributes: { agent: 'Giuseppe "Joe" Verdi', group: 'A' },
    });
    expect(await api.call('DELETE', `/v1/agents/${agent.id}`)).toMatchObject({
      status: 409,
      body: { customers: 1 },
    });
    await api.call('PATCH', `/v1/customers/${customer.id}`, { attributes: { agent: null } });
    expect((await api.call('DELETE', `/v1/agents/${agent.id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/v1/agents/${agent.id}`)).status).toBe(404);
  });

  it('keeps its name when customers may not have the new one', async () => {
    const agent = await make('/v1/agents', { name: 'Neri' });
    await make('/v1/customers', { name: 'Chosen', attributes: { agent: 'Neri' } });
    const choices = ['Neri', 'Rossi', 'Verdi & Sons'];
    await api.call('PUT', '/v1/attributes/customer/agent', { type: 'choice', choices });
    expect(await api.call('PATCH', `/v1/agents/${agent.id}`, { name: 'Neri Bianchi' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/attributes/agent' }] },
    });
    expect((await api.call('GET', `/v1/agents/${agent.id}`)).body).toMatchObject({ name: 'Neri' });
  });

  it('keeps whatever it is called, and is refused where it makes no sense', async () => {
    for (const text of hostileTexts) {
      const { id } = await make('/v1/agents', { name: text, phone: text, attributes: { note: text } });
      const name = text.normalize('NFC');
      expect((await api.call('GET', `/v1/agents/${id}`)).body).toMatchObject({
        name,
        phone: text,
        attributes: { note: text },
      });
    }
    for (const [body, pointer] of [
      [{ name: '' }, '/name'],
      [{ name: 'x', email: 'nobody' }, '/email'],
      [{ name: 'x', email: 'a@b.example\nBcc: c@d.example' }, '/email'],
      [{ name: 'x', phone: '1\r\n2' }, '/phone'],
      [{ name: 'x', room: 1 }, '/room'],
    ] as const)
      expect(await api.call('POST', '/v1/agents', body)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
  });
});
