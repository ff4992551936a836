import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../api/app.ts';
import { generatedFiles } from '../../api/generate.ts';
import { listen } from '../../api/server.ts';
import { openDatabase } from '../../db/open.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { insertStarted } from '../support/started-campaign.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

describe('health and readiness', () => {
  it('lives with nothing else there, and names what is missing', async () => {
    expect(await api.call('GET', '/healthz', undefined, { key: null })).toMatchObject({
      status: 200,
      body: { alive: true },
    });
    const ready = await api.call('GET', '/readyz', undefined, { key: null });
    expect(ready).toMatchObject({
      status: 503,
      body: { ready: false, missing: [expect.stringContaining('Temporal')] },
    });
  });

  it('names the migration that a database lacks', async () => {
    await api.db.insertInto('sluice_migration').values({ id: 9_999, name: 'later', checksum: '' }).execute();
    const ready = await api.call('GET', '/readyz');
    await api.db.deleteFrom('sluice_migration').where('id', '=', 9_999).execute();
    expect(ready.text).toContain('newer than this program');
  });

  it('answers 503 to everything else when the database is away', async () => {
    const db = openDatabase('postgres://nobody@127.0.0.1:1/nothing');
    const server = await listen(createApp({ ...api.deps, db }), { host: '127.0.0.1', port: 0 });
    try {
      const headers = { Authorization: `Bearer ${api.keys.admin}` };
      const answer = await fetch(`http://127.0.0.1:${server.port}/v1/campaigns`, { headers });
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await answer.json()).toMatchObject({ type: '/problems/database-away' });
      const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`);
      expect(await ready.text()).toContain('the database does not answer');
    } finally {
      await server.stop();
      await db.destroy();
    }
  });
});

describe('metrics', () => {
  it('show campaigns, deliveries and requests by route, to a viewer', async () => {
    await insertStarted(api.db);
    const { status, text, headers } = await api.call('GET', '/metrics', undefined, { key: api.keys.viewer });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toMatch(/^sluice_campaigns\{state="running"\} 1$/m);
    expect(text).toMatch(/^sluice_deliveries\{state="inDoubt"\} 0$/m);
    expect(text).toMatch(/^sluice_deliveries_in_doubt 0$/m);
    expect(text).toMatch(
      /sluice_http_request_duration_seconds_count\{route="\/healthz",method="GET",status="200"\} 1/,
    );
  });
});

describe('the documentation', () => {
  it('is served from here alone, under a policy without inline scripts', async () => {
    const { text, headers } = await api.call('GET', '/docs', undefined, { key: null });
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(text).not.toMatch(/https?:\/\/|<script>[^<]/);
    expect((await api.call('GET', '/docs/swagger-ui.css', undefined, { key: null })).status).toBe(200);
  });

  it.each(Object.entries(generatedFiles()))(
    '%s is what the source says (else run: npm run generate)',
    async (path, text) => {
      expect(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
    },
  );

  it('is what the API serves', async () => {
    const { text } = await api.call('GET', '/openapi.json', undefined, { key: null });
    expect(JSON.parse(text)).toEqual(JSON.parse(generatedFiles()['docs/openapi.json'] ?? ''));
  });
});

describe('a port that is taken', () => {
  it('is named, with the setting that changes it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(listen(() => undefined, { host: '127.0.0.1', port })).rejects.toThrow(
      new RegExp(`127\\.0\\.0\\.1:${port} is in use.*SLUICE_HTTP`),
    );
    other.close();
  });
});
