import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureFirstKey } from '../../api/first-key.ts';
import { startTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

async function createKey(name: string, role: string): Promise<{ id: string; key: string }> {
  const { status, body } = await api.call('POST', '/v1/keys', { name, role });
  expect(status).toBe(201);
  return body as { id: string; key: string };
}

describe('a request without a key that is known', () => {
  it.each([
    ['no key', null, '/problems/key-missing'],
    ['another scheme', 'Basic abc', '/problems/key-missing'],
    ['no key of ours', 'Bearer secret', '/problems/key-unknown'],
    ['a key of our form', `Bearer slk_${'0'.repeat(32)}_${'A'.repeat(43)}`, '/problems/key-unknown'],
  ])('is refused with 401: %s', async (_what, header, type) => {
    const headers = header === null ? {} : { Authorization: header };
    const answer = await api.call('GET', '/v1/campaigns', undefined, { key: null, headers });
    expect(answer).toMatchObject({ status: 401, body: { type } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
  });

  it('is refused when only the id of the key is right', async () => {
    const { key } = await createKey('half', 'viewer');
    const forged = `${key.slice(0, -1)}${key.endsWith('A') ? 'E' : 'A'}`;
    expect((await api.call('GET', '/v1/campaigns', undefined, { key })).status).toBe(200);
    expect((await api.call('GET', '/v1/campaigns', undefined, { key: forged })).status).toBe(401);
  });

  it('may look at health, documentation and the OpenAPI file', async () => {
    for (const path of ['/healthz', '/openapi.json', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js'])
      expect((await api.call('GET', path, undefined, { key: null })).status, path).toBe(200);
    expect((await api.call('GET', '/metrics', undefined, { key: null })).status).toBe(401);
  });
});

describe('a key', () => {
  it('may do what its role may, and no more', async () => {
    const gate = { open: true };
    expect((await api.call('PUT', '/v1/main-gate', gate, { key: api.keys.viewer })).status).toBe(403);
    const refused = await api.call('PUT', '/v1/main-gate', gate, { key: api.keys.operator });
    expect(refused).toMatchObject({
      status: 403,
      body: { type: '/problems/role-too-low', needed: 'admin', role: 'operator' },
    });
    expect((await api.call('PUT', '/v1/main-gate', gate)).status).toBe(200);
    expect((await api.call('POST', '/v1/campaigns', {}, { key: api.keys.viewer })).status).toBe(403);
    expect((await api.call('POST', '/v1/campaigns', {}, { key: api.keys.operator })).status).toBe(422);
  });

  it('is shown once, listed without its secret, and revoked for good', async () => {
    const { id, key } = await createKey('Anna, IT', 'viewer');
    const shown = await api.call('GET', `/v1/keys/${id}`);
    expect(shown.body).toEqual({
      id,
      name: 'Anna, IT',
      role: 'viewer',
      createdAt: expect.any(String),
      revokedAt: null,
    });
    const list = await api.call('GET', '/v1/keys?limit=500');
    expect(list.text).not.toContain(key.slice(-43));
    expect((list.body as { items: { id: string }[] }).items.map((each) => each.id)).toContain(id);
    const revoked = await api.call('DELETE', `/v1/keys/${id}`);
    expect(revoked).toMatchObject({ status: 200, body: { id, revokedAt: expect.any(String) } });
    expect((await api.call('DELETE', `/v1/keys/${id}`)).body).toEqual(revoked.body);
    expect((await api.call('GET', '/v1/campaigns', undefined, { key })).status).toBe(401);
  });

  it('is stored only as a hash', async () => {
    const { key } = await createKey('stored', 'admin');
    const { rows } = await api.db
      .selectFrom('api_key')
      .select(['secret_sha256'])
      .execute()
      .then((found) => ({ rows: found }));
    for (const { secret_sha256: hash } of rows) expect(hash.toString('latin1')).not.toContain(key.slice(-43));
  });
});

describe('the first key', () => {
  let fresh: TestApi;
  let dir: string;
  beforeEach(async () => {
    fresh = await startTestApi();
    await fresh.db.deleteFrom('api_key').execute();
    dir = await mkdtemp(join(tmpdir(), 'sluice-first-key-'));
  });
  afterEach(async () => {
    await fresh.close();
    await rm(dir, { recursive: true });
  });
  const works = async (path: string | null): Promise<boolean> => {
    const key = (await readFile(path ?? '', 'utf8')).trim();
    return (await fresh.call('GET', '/v1/keys', undefined, { key })).status === 200;
  };

  it('is an admin key in the data folder, for its owner alone, and is made only once', async () => {
    const path = await ensureFirstKey(fresh.db, join(dir, 'data'));
    expect(path).toBe(join(dir, 'data', 'api-key'));
    expect((await stat(path ?? '')).mode & 0o777).toBe(0o600);
    expect(await works(path)).toBe(true);
    expect(await ensureFirstKey(fresh.db, dir)).toBeNull();
  });

  it('that could not be written is not in force: nobody is locked out, and the next try makes one', async () => {
    const obstacle = join(dir, 'api-key.next');
    await mkdir(obstacle);
    await expect(ensureFirstKey(fresh.db, dir)).rejects.toThrow('EISDIR');
    await rm(obstacle, { recursive: true });
    expect(await works(await ensureFirstKey(fresh.db, dir))).toBe(true);
  });

  it('is found again by who was killed before the file had its name', async () => {
    const path = (await ensureFirstKey(fresh.db, dir)) ?? '';
    await rename(path, `${path}.next`);
    expect(await ensureFirstKey(fresh.db, dir)).toBe(path);
    expect(await works(path)).toBe(true);
  });
});

describe('the log', () => {
  it('has ids and routes, and neither keys nor what stands in a query', async () => {
    await api.call('GET', '/v1/campaigns?q=somebody%40example.com');
    const lines = api.logLines.join('');
    expect(lines).toContain('"route":"/v1/campaigns"');
    expect(lines).not.toContain('example.com');
    expect(lines).not.toContain('slk_');
  });
});
