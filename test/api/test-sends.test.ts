import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTransport } from '../../mail/open-transport.ts';
import type { Transport } from '../../mail/transport.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addDraft, ledgerOf } from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';

let peer: SmtpPeer;
let transport: Transport;
let api: TestApi;
let campaignId = '';
beforeAll(async () => {
  peer = await SmtpPeer.start({ keepMessages: true });
  transport = openTransport({ url: peer.url, connections: 2 });
  api = await startTestApi({ transport });
  await addContacts(api.db, 1);
  campaignId = await addDraft(api.db);
});
afterAll(async () => {
  await api.close();
  await transport.close();
  await peer.stop();
});

async function send(to: unknown, id = campaignId) {
  return api.call('POST', `/v1/campaigns/${id}/test-sends`, { to });
}

describe('POST /v1/campaigns/{campaignId}/test-sends', () => {
  it('sends the draft to each address once, marked as test, outside of the ledger', async () => {
    const answer = await send(['USER1@example.com', 'user1@example.com', 'new@bücher.example']);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        items: [
          { to: 'user1@example.com', outcome: 'accepted', reply: { code: 250 }, warnings: [] },
          { to: 'new@bücher.example', outcome: 'accepted', warnings: [{ field: 'contact.firstName' }] },
        ],
      },
    });
    expect(peer.accepted.map(({ to }) => to)).toEqual(['user1@example.com', 'new@xn--bcher-kva.example']);
    const [known, unknown] = peer.accepted.map(({ message }) => message.toString('utf8'));
    expect(known).toMatch(/^Subject: \[Test\] Hello First1\r$/m);
    expect(known).toMatch(/^X-Sluice-Test: yes\r$/m);
    expect(unknown).not.toContain('First1');
    expect(new Set(peer.accepted.map(({ messageId }) => messageId)).size).toBe(2);
    expect(await ledgerOf(api.db, campaignId)).toEqual([]);
  });

  it('says for each address what the relay replied', async () => {
    peer.script = (stage, { recipients }) =>
      stage === 'rcpt' && recipients.at(-1) === 'gone@example.com'
        ? { reply: '550 5.1.1 no such user' }
        : undefined;
    expect((await send(['gone@example.com', 'there@example.com'])).body).toMatchObject({
      items: [
        { outcome: 'refused', reply: { code: 550, enhanced: '5.1.1', text: 'no such user' } },
        { outcome: 'accepted' },
      ],
    });
    peer.script = undefined;
  });

  it.each([
    [[], '/to'],
    [Array.from({ length: 21 }, (_, i) => `a${i}@example.com`), '/to'],
    [['ok@example.com', 'nobody'], '/to/1'],
  ])('refuses %j', async (to, pointer) => {
    expect(await send(to)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
  });

  it('sends nothing while the main gate is closed', async () => {
    await api.call('PUT', '/v1/main-gate', { open: false, reason: 'maintenance' });
    const answer = await send(['a@example.com']);
    await api.call('PUT', '/v1/main-gate', { open: true });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: '/problems/conflict',
        detail: expect.stringContaining('the main gate is closed by an admin'),
      },
    });
  });

  it('gives 404 for no campaign and 503 when there is no relay', async () => {
    expect((await send(['a@example.com'], '00000000-0000-4000-8000-000000000000')).status).toBe(404);
    const without = await startTestApi();
    try {
      const id = await addDraft(without.db);
      const answer = await without.call('POST', `/v1/campaigns/${id}/test-sends`, { to: ['a@example.com'] });
      expect(answer).toMatchObject({
        status: 503,
        body: { type: '/problems/relay-away', detail: expect.stringContaining('SMTP_URL') },
      });
    } finally {
      await without.close();
    }
  });

  it('gives 503 when the relay cannot be reached, and sends nothing', async () => {
    const dead = openTransport({ url: 'smtp://127.0.0.1:1', connections: 1 });
    const away = await startTestApi({ transport: dead });
    try {
      const id = await addDraft(away.db);
      const answer = await away.call('POST', `/v1/campaigns/${id}/test-sends`, { to: ['a@example.com'] });
      expect(answer).toMatchObject({
        status: 503,
        body: { type: '/problems/relay-away', detail: expect.stringContaining('relayUnreachable') },
      });
      expect(answer.headers.get('retry-after')).toBe('30');
    } finally {
      await away.close();
      await dead.close();
    }
  });
});
