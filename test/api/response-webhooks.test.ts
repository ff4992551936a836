import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkWebhookSignature } from '../../api/webhook-signature.ts';
import { forgetOldMessages } from '../../db/response-webhooks.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addDraft, addRunning } from '../support/campaigns.ts';

interface Source {
  readonly id: string;
  readonly path: string;
  readonly secret: string;
}

let api: TestApi;
let source: Source;
let campaignId = '';
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 2);
  campaignId = await addRunning(api.db);
  source = (await api.call('POST', '/v1/response-sources', { name: 'Helpdesk' })).body as Source;
});
afterAll(async () => api.close());

interface Message {
  readonly id?: string;
  /** Seconds from now. */
  readonly offset?: number;
  readonly secret?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly to?: string;
}

let sent = 0;

/** Signs as a sender does, with nothing of the code under test. */
async function send({
  id = `msg_${++sent}`,
  offset = 0,
  secret = source.secret,
  body,
  headers,
  to,
}: Message = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? reportOf(`event of ${id}`));
  const timestamp = String(Math.floor(Date.now() / 1000) + offset);
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  return api.call('POST', to ?? source.path, text, {
    key: null,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
      ...headers,
    },
  });
}

const reportOf = (eventId: string, state = 'opened') => ({ campaignId, events: [{ eventId, state }] });

async function everything() {
  const [responses, messages] = await Promise.all([
    api.db.selectFrom('response').selectAll().orderBy('id').execute(),
    api.db.selectFrom('response_webhook_message').selectAll().orderBy('message_id').execute(),
  ]);
  return { responses, messages };
}

describe('a signature', () => {
  it('is that of Standard Webhooks', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const check = (body: string, now = 1_614_265_330_000) =>
      checkWebhookSignature(secret, headers, Buffer.from(body), now).ok;
    expect(check('{"test": 2432232314}')).toBe(true);
    expect(check('{"test": 2432232314} ')).toBe(false);
    expect(check('{"test": 2432232314}', 1_614_265_330_000 + 301_000)).toBe(false);
    expect(check('{"test": 2432232314}', 1_614_265_330_000 - 301_000)).toBe(false);
  });
});

describe('a signed webhook', () => {
  it('reports responses without a key, under the name of its source', async () => {
    const answer = await send({
      body: {
        campaignId,
        events: [{ eventId: 'T-1', state: 'opened', kind: 'ticket', email: 'user1@example.com' }],
      },
    });
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, repeated: 0, rejected: [] } });
    const { body } = await api.call('GET', `/v1/campaigns/${campaignId}/responses?limit=1`);
    expect(body).toMatchObject({
      items: [
        { eventId: 'T-1', source: source.id, kind: 'ticket', state: 'open', email: 'user1@example.com' },
      ],
    });
    expect((await send({ body: reportOf('T-1', 'handled') })).body).toMatchObject({ accepted: 1 });
    // Another source's names are its own.
    const other = (await api.call('POST', '/v1/response-sources', { name: 'CRM' })).body as Source;
    const theirs = await send({ to: other.path, secret: other.secret, body: reportOf('T-1') });
    expect(theirs.body).toMatchObject({ accepted: 1, repeated: 0 });
  });

  it('may be signed with several secrets, of which one fits', async () => {
    const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;
    const id = 'msg_several';
    const timestamp = String(Math.floor(Date.now() / 1000));
    const text = JSON.stringify(reportOf('several'));
    const key = Buffer.from(source.secret.replace('whsec_', ''), 'base64');
    const right = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
    const headers = { 'webhook-timestamp': timestamp, 'webhook-signature': `${wrong} v2,x ${right}` };
    expect((await send({ id, body: text, headers })).status).toBe(200);
  });

  it.each<[string, Message, string]>([
    ['not signed', { headers: { 'webhook-signature': '' } }, 'the message is not signed'],
    ['without an id', { headers: { 'webhook-id': '' } }, 'the message is not signed'],
    ['without a time', { headers: { 'webhook-timestamp': '' } }, 'the message is not signed'],
    [
      'signed with another secret',
      { secret: `whsec_${Buffer.alloc(32).toString('base64')}` },
      'does not fit',
    ],
    ['signed for another id', { headers: { 'webhook-id': 'msg_other' } }, 'does not fit'],
    ['signed in another form', { headers: { 'webhook-signature': 'sha256=abc' } }, 'does not fit'],
    ['of no time', { headers: { 'webhook-timestamp': 'now' } }, 'seconds since 1970'],
    ['from too long ago', { offset: -310 }, 's old, at most 300 s are taken; sign the message anew'],
    ['from the future', { offset: 310 }, 's ahead, at most 300 s'],
  ])('is refused with 401 when it is %s, and changes nothing', async (_what, message, detail) => {
    const before = await everything();
    const answer = await send(message);
    expect(answer).toMatchObject({
      status: 401,
      body: { type: '/problems/signature-refused', detail: expect.stringContaining(detail) },
    });
    expect(answer.headers.get('www-authenticate')).toBe('Signature realm="sluice"');
    expect(await everything()).toEqual(before);
  });

  it('is refused when a byte of its body was changed, before anybody looks into it', async () => {
    const before = await everything();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(source.secret.replace('whsec_', ''), 'base64');
    const text = JSON.stringify(reportOf('changed'));
    const signature = `v1,${createHmac('sha256', key).update(`m.${timestamp}.${text}`).digest('base64')}`;
    const headers = { 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    for (const body of [text.replace('changed', 'chanbed'), `${text} `, 'no JSON', ''])
      expect(await send({ id: 'm', body: body === '' ? '{}' : body, headers })).toMatchObject({
        status: 401,
      });
    expect(await everything()).toEqual(before);
  });

  it('that is replayed gets the first answer and changes nothing', async () => {
    const first = await send({ id: 'msg_again' });
    expect(first).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const before = await everything();
    // Sent again later, as helpdesks do when an answer was lost: another time, another signature.
    for (const offset of [0, -200]) {
      const again = await send({ id: 'msg_again', offset });
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
    expect(await everything()).toEqual(before);
    expect(await send({ id: 'msg_again', body: reportOf('something else') })).toMatchObject({
      status: 409,
      body: { type: '/problems/conflict', detail: expect.stringContaining('with another body before') },
    });
    expect(await everything()).toEqual(before);
  });

  it('that comes several times at once counts once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => send({ id: 'msg_at_once' })));
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(
      answers.map(() => ({ status: 200, body: { accepted: 1, repeated: 0, rejected: [] } })),
    );
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  });

  it('that could not be taken may come again', async () => {
    const unknown = { campaignId: '00000000-0000-4000-8000-000000000000', events: [] };
    expect(await send({ id: 'msg_unknown', body: unknown })).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found', detail: expect.stringContaining('no campaign') },
    });
    const draft = { campaignId: await addDraft(api.db), events: [{ eventId: 'a', state: 'opened' }] };
    expect(await send({ id: 'msg_draft', body: draft })).toMatchObject({
      status: 409,
      body: { state: 'draft' },
    });
    const { messages } = await everything();
    expect(messages.map(({ message_id: id }) => id)).not.toContain('msg_unknown');
    expect((await send({ id: 'msg_unknown' })).status).toBe(200);
  });

  it('is checked like any other body once it is proved', async () => {
    expect(await send({ body: 'no JSON' })).toMatchObject({ status: 400 });
    expect(await send({ body: { events: [] } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/campaignId' }] },
    });
    expect((await send({ headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
  });

  it('is answered without a fault whatever is signed', async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc
        .record({ campaignId: fc.oneof(fc.constant(campaignId), fc.string()), events: fc.jsonValue() })
        .map((body) => JSON.stringify(body)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect([200, 400, 404, 422]).toContain((await send({ body })).status);
      }),
      { numRuns: 60 },
    );
  });

  it('is remembered for some days, not for ever', async () => {
    await send({ id: 'msg_old' });
    await api.db
      .updateTable('response_webhook_message')
      .set({ at: new Date(Date.now() - 4 * 86_400_000) })
      .where('message_id', '=', 'msg_old')
      .execute();
    await forgetOldMessages(api.db);
    const { messages } = await everything();
    expect(messages.map(({ message_id: id }) => id)).not.toContain('msg_old');
    expect(messages.length).toBeGreaterThan(0);
    // Its events are known all the same.
    expect((await send({ id: 'msg_old' })).body).toEqual({ accepted: 0, repeated: 1, rejected: [] });
  });
});

describe('a response source', () => {
  it('shows its secret once, is listed without it and revoked for good', async () => {
    const made = await api.call('POST', '/v1/response-sources', { name: 'Old system' });
    const { secret, ...shown } = made.body as Source;
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Old system',
        createdBy: 'an admin',
        revokedAt: null,
        path: `/v1/response-webhooks/${shown.id}`,
      },
    });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const list = await api.call('GET', '/v1/response-sources');
    expect((list.body as { items: unknown[] }).items).toContainEqual(shown);
    expect(list.text).not.toContain('whsec_');
    const revoked = await api.call('DELETE', `/v1/response-sources/${shown.id}`);
    expect(revoked).toMatchObject({ status: 200, body: { id: shown.id, revokedAt: expect.any(String) } });
    expect((await api.call('DELETE', `/v1/response-sources/${shown.id}`)).body).toEqual(revoked.body);
    expect(await send({ to: shown.path, secret })).toMatchObject({
      status: 401,
      body: { type: '/problems/signature-refused', detail: expect.stringContaining('was revoked') },
    });
  });

  it('is an admin’s affair, and one that is not there is not found', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      const key = api.keys[role];
      expect((await api.call('POST', '/v1/response-sources', { name: 'x' }, { key })).status).toBe(403);
      expect((await api.call('GET', '/v1/response-sources', undefined, { key })).status).toBe(403);
    }
    const nowhere = '00000000-0000-4000-8000-000000000000';
    expect((await api.call('DELETE', `/v1/response-sources/${nowhere}`)).status).toBe(404);
    expect((await send({ to: `/v1/response-webhooks/${nowhere}` })).status).toBe(404);
    expect((await send({ to: '/v1/response-webhooks/helpdesk' })).status).toBe(404);
  });

  it('keeps its secret out of the log', () => {
    expect(api.logLines.join('')).not.toContain(source.secret.slice(6));
  });
});
