import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

interface Exchange {
  readonly answer: string;
  readonly sentBytes: number;
}

/** Writes a head, then a body of `bodyBytes` as fast as it is taken, and reads until the connection is closed. */
async function exchange(head: string, bodyBytes = 0): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect(api.port, '127.0.0.1');
    const chunk = Buffer.alloc(65_536, 0x20);
    let answer = '';
    let sentBytes = 0;
    const write = (): void => {
      while (!socket.destroyed && sentBytes < bodyBytes) {
        sentBytes += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('connect', () => {
      socket.write(head);
      write();
    });
    socket.on('drain', write);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve({ answer, sentBytes });
    });
  });
}

function head(lines: readonly string[]): string {
  return [...lines, 'Host: x', `Authorization: Bearer ${api.keys.admin}`, '', ''].join('\r\n');
}

describe('a body that is too large', () => {
  it('of 100 MB is refused early, and most of it is never read', async () => {
    const lines = [
      'POST /v1/campaigns HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 100000000',
    ];
    const { answer, sentBytes } = await exchange(head(lines), 100_000_000);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('/problems/body-too-large');
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  it('of 100 MB whose size was not announced is refused too', async () => {
    const lines = [
      'POST /v1/campaigns HTTP/1.1',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ];
    const { answer, sentBytes } = await exchange(
      `${head(lines)}${(100_000_000).toString(16)}\r\n`,
      100_000_000,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  it('is refused before it is sent to somebody who asks first', async () => {
    const lines = [
      'POST /v1/campaigns HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 100000000',
      'Expect: 100-continue',
    ];
    const { answer } = await exchange(head(lines));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('of a little more than 2 MB is refused, and the connection goes on', async () => {
    const body = JSON.stringify(campaignBody({ name: 'x'.repeat(2_000_000) }));
    expect(await api.call('POST', '/v1/campaigns', body)).toMatchObject({ status: 413 });
    expect(await api.call('GET', '/v1/main-gate')).toMatchObject({ status: 200 });
  });

  it('is not one of 1 MB MJML', async () => {
    const text = 'x'.repeat(1_000_000);
    const answer = await api.call('POST', '/v1/campaigns', campaignBody({ content: { subject: 'x', text } }));
    expect(answer.status).toBe(201);
  });
});

describe('a URL or headers', () => {
  it.each([9_000, 20_000, 60_000])('of %i characters: 414', async (length) => {
    const { answer } = await exchange(
      head([`GET /v1/campaigns?q=${'x'.repeat(length)} HTTP/1.1`, 'Connection: close']),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 414 /);
    expect(answer).toContain('/problems/url-too-long');
  });

  it('that are too large: 431', async () => {
    const { answer } = await exchange(
      head(['GET /healthz HTTP/1.1', 'Connection: close', `X-Long: ${'x'.repeat(60_000)}`]),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('/problems/headers-too-large');
  });

  it('that are no HTTP: 400', async () => {
    const { answer } = await exchange('HELO example.com\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('/problems/malformed-request');
  });
});

describe('the rate of a key', () => {
  it('is limited, and the answer says when to come again', async () => {
    const slow = await startTestApi({ requestsPerMinute: 3 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await slow.call('GET', '/v1/main-gate')).status);
      expect(statuses).toEqual([200, 200, 200, 429]);
      const refused = await slow.call('GET', '/v1/main-gate');
      expect(refused.body).toMatchObject({ type: '/problems/too-many-requests' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await slow.call('GET', '/v1/main-gate', undefined, { key: slow.keys.viewer })).status).toBe(
        200,
      );
    } finally {
      await slow.close();
    }
  });
});
