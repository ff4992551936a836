import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

async function create(key: string, body: unknown = campaignBody(), apiKey = api.keys.admin) {
  return api.call('POST', '/v1/campaigns', body, { key: apiKey, headers: { 'Idempotency-Key': key } });
}

describe('an Idempotency-Key', () => {
  it('gives the same answer to the same request, and makes nothing twice', async () => {
    const key = randomUUID();
    const body = campaignBody({ name: `Once ${key}` });
    const first = await create(key, body);
    const second = await create(key, body);
    expect(first.status).toBe(201);
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const list = await api.call('GET', `/v1/campaigns?q=${key}`);
    expect((list.body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('is refused for another body and for another path', async () => {
    const key = randomUUID();
    await create(key);
    const other = await create(key, campaignBody({ name: 'Other' }));
    expect(other).toMatchObject({ status: 409, body: { type: '/problems/idempotency-conflict' } });
    const elsewhere = await api.call(
      'POST',
      '/v1/keys',
      { name: 'x', role: 'viewer' },
      { headers: { 'Idempotency-Key': key } },
    );
    expect(elsewhere.status).toBe(409);
  });

  it('of one caller says nothing about the same key of another', async () => {
    const key = randomUUID();
    const mine = await create(key);
    const theirs = await create(key, campaignBody({ name: 'Theirs' }), api.keys.operator);
    expect(theirs.status).toBe(201);
    expect((theirs.body as { id: string }).id).not.toBe((mine.body as { id: string }).id);
  });

  it('lets of several requests at once only one through, and all get its answer', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, async () => create(key)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('is told to come again while the first request is under way', async () => {
    const key = randomUUID();
    await create(key);
    await api.db.updateTable('idempotency').set({ status: null }).where('key', '=', key).execute();
    const answer = await create(key);
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/idempotency-running' } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('keeps a new key for its repetition without storing it readably', async () => {
    const key = randomUUID();
    const make = async () =>
      api.call(
        'POST',
        '/v1/keys',
        { name: 'secret', role: 'viewer' },
        { headers: { 'Idempotency-Key': key } },
      );
    const [first, second] = [await make(), await make()];
    expect(second.text).toBe(first.text);
    const row = await api.db
      .selectFrom('idempotency')
      .select('body')
      .where('key', '=', key)
      .executeTakeFirstOrThrow();
    expect(row.body).not.toContain('slk_');
    expect(Buffer.from(row.body ?? '', 'base64').toString('latin1')).not.toContain('slk_');
  });

  it('that cannot be one is refused', async () => {
    expect((await create('a b')).status).toBe(400);
    expect((await create('x'.repeat(256))).status).toBe(400);
  });

  it('is free again when nothing came of the request', async () => {
    const key = randomUUID();
    expect((await create(key, campaignBody({ name: '' }))).status).toBe(422);
    expect((await create(key)).status).toBe(201);
  });
});
