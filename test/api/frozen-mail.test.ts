import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import type { Temporal } from '../../embedded/temporal.ts';
import { openTransport } from '../../mail/open-transport.ts';
import type { Transport } from '../../mail/transport.ts';
import { drive } from '../activities/driving.ts';
import { readBack } from '../mail/example-mail.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { countsOf } from '../support/campaigns.ts';
import { findVerifier, verifyDkim } from '../support/dkimpy.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { startTestTemporal } from '../support/temporal.ts';
import { openSender, type Sender } from '../support/world.ts';

let temporal: Temporal;
let peer: SmtpPeer;
let transport: Transport;
let api: TestApi;
let sender: Sender;
beforeAll(async () => {
  temporal = await startTestTemporal();
  peer = await SmtpPeer.start({ keepMessages: true });
  transport = openTransport({ url: peer.url, connections: 1 });
  api = await startTestApi({ temporal: temporal.address, transport });
  sender = await openSender({
    databaseUrl: api.databaseUrl,
    smtpUrl: peer.url,
    sign: async (message) =>
      Promise.resolve(Buffer.concat([Buffer.from('X-Configured-Key: yes\r\n'), message])),
  });
  await api.db
    .insertInto('contact')
    .values([
      { address: 'anna@example.org', email: 'anna@example.org', first_name: 'Anna', attributes: '{}' },
      { address: 'ben@other.example', email: 'ben@other.example', first_name: 'Ben', attributes: '{}' },
    ])
    .execute();
}, 120_000);
afterAll(async () => {
  await sender.close();
  await api.close();
  await transport.close();
  await peer.stop();
  await temporal.stop();
});

async function make(path: string, body: object): Promise<{ id: string; dkim?: Dkim }> {
  const made = await api.call('POST', path, body);
  expect(made.status, made.text).toBe(201);
  return made.body as { id: string; dkim?: Dkim };
}

interface Dkim {
  readonly record: { readonly name: string; readonly value: string };
}

/** Sends all of a started campaign; answers the mails that arrived. */
async function sendAll(campaignId: string) {
  peer.accepted.length = 0;
  await snapshotAudience(api.db, campaignId);
  expect(await drive(sender.deps, campaignId)).toMatchObject({ ended: 'done', failures: [] });
  return Promise.all(
    peer.accepted.map(async ({ to, message }) => {
      const raw = message.toString('latin1');
      return { to, raw, mail: await readBack(raw) };
    }),
  );
}

const sales = { label: 'Sales', name: 'Sales', address: 'sales@example.com' };

describe('a campaign made of a template, an identity and a signature', () => {
  it('is sent with what they say at its start, signed by the identity, only to the domains that it allows', async () => {
    const template = await make('/v1/templates', {
      name: 'Offer',
      content: { subject: 'Offer', html: '<p>Hi {{ contact.firstName }}</p>' },
    });
    await api.call('POST', `/v1/templates/${template.id}/versions`);
    const identity = await make('/v1/identities', sales);
    const { dkim } = (await api.call('POST', `/v1/identities/${identity.id}/dkim-keys`, { selector: 's1' }))
      .body as { dkim: Dkim };
    const signature = await make('/v1/signatures', { name: 'Sales', html: '<p>Old signature</p>' });
    const { id } = await make(
      '/v1/campaigns',
      campaignBody({
        content: { template: template.id },
        identity: { id: identity.id },
        signature: signature.id,
      }),
    );
    // Mended between saving and starting: this is what is sent.
    await api.call('PATCH', `/v1/signatures/${signature.id}`, { html: '<p>Mended signature</p>' });
    await api.call('PATCH', `/v1/identities/${identity.id}`, {
      name: 'Sales team',
      allowedDomains: ['example.org'],
    });
    const started = await api.call('PUT', `/v1/campaigns/${id}/start`);
    expect(started).toMatchObject({
      status: 200,
      body: {
        identity: { name: 'Sales team', address: 'sales@example.com' },
        signature: { html: '<p>Mended signature</p>', text: 'Mended signature' },
        template: { name: 'Offer', version: 1 },
      },
    });
    // Later edits, removals included: nothing of it is seen.
    await api.call('PATCH', `/v1/templates/${template.id}`, { content: { subject: 'Late', text: 'Late' } });
    await api.call('POST', `/v1/templates/${template.id}/versions`);
    await api.call('DELETE', `/v1/templates/${template.id}`);
    await api.call('PATCH', `/v1/signatures/${signature.id}`, { html: '<p>Late</p>' });
    await api.call('DELETE', `/v1/signatures/${signature.id}`);
    await api.call('PATCH', `/v1/identities/${identity.id}`, { name: 'Late', allowedDomains: [] });
    await api.call('DELETE', `/v1/identities/${identity.id}`);

    const mails = await sendAll(id);
    expect(mails.map(({ to }) => to)).toEqual(['anna@example.org']);
    const [first] = mails;
    expect(first?.mail).toMatchObject({
      subject: 'Offer',
      from: { name: 'Sales team', address: 'sales@example.com' },
      html: expect.stringMatching(
        /<p>Hi Anna<\/p><div class="sluice-signature"><p>Mended signature<\/p><\/div>/,
      ),
      text: expect.stringContaining('Hi Anna\n\n-- \nMended signature'),
    });
    expect(first?.raw).not.toContain('Late');
    expect(first?.raw).not.toContain('X-Configured-Key');
    expect(first?.raw).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.com;\r\n s=s1;/,
    );
    if (findVerifier()) {
      const { name, value } = dkim.record;
      expect(verifyDkim(first?.raw ?? '', value, name)).toBe(true);
      expect(verifyDkim((first?.raw ?? '').replace('Mended', 'Mendet'), value, name)).toBe(false);
    }

    expect(await countsOf(api.db, id)).toEqual({ sent: 1, skipped: 1, total: 2 });
    const ben = await api.db
      .selectFrom('contact')
      .select('id')
      .where('first_name', '=', 'Ben')
      .executeTakeFirstOrThrow();
    expect((await api.call('GET', `/v1/campaigns/${id}/recipients/${ben.id}`)).body).toMatchObject({
      state: 'skipped',
      reason: { code: 'domainNotAllowed' },
      sentence: expect.stringContaining('the identity "Sales" may not write to other.example'),
    });
  });

  it('does not start with what was archived or removed since, and says its name', async () => {
    const template = await make('/v1/templates', {
      name: 'Gone template',
      content: { subject: 'x', text: 'y' },
    });
    await api.call('POST', `/v1/templates/${template.id}/versions`);
    const identity = await make('/v1/identities', { ...sales, label: 'Gone identity' });
    const signature = await make('/v1/signatures', { name: 'Gone signature', html: '<p>x</p>' });
    const body = {
      content: { template: template.id },
      identity: { id: identity.id },
      signature: signature.id,
    };
    const { id } = await make('/v1/campaigns', campaignBody(body));
    await api.call('DELETE', `/v1/templates/${template.id}`);
    await api.call('DELETE', `/v1/identities/${identity.id}`);
    await api.call('DELETE', `/v1/signatures/${signature.id}`);
    const refused = await api.call('PUT', `/v1/campaigns/${id}/start`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        type: '/problems/conflict',
        errors: [
          {
            pointer: '/content/template',
            detail: expect.stringContaining('"Gone template" was archived by'),
          },
          {
            pointer: '/identity',
            detail: expect.stringContaining('"Gone identity" was removed by an admin'),
          },
          { pointer: '/signature', detail: expect.stringContaining('"Gone signature" was removed by') },
        ],
      },
    });
    const own = { content: { subject: 'x', text: 'y' }, identity: { name: 'IT', address: 'it@example.com' } };
    await api.call('PATCH', `/v1/campaigns/${id}`, { ...own, signature: null });
    expect((await api.call('PUT', `/v1/campaigns/${id}/start`)).status).toBe(200);
  });

  it('without an identity is signed by the configured key, as before', async () => {
    const { id } = await make('/v1/campaigns', campaignBody());
    await api.call('PUT', `/v1/campaigns/${id}/start`);
    const mails = await sendAll(id);
    expect(mails).toHaveLength(2);
    for (const { raw } of mails) expect(raw.startsWith('X-Configured-Key: yes')).toBe(true);
  });
});

describe('a test send', () => {
  it('goes out as the draft would be started now, signed, and not to a domain that is not allowed', async () => {
    const identity = await make('/v1/identities', {
      ...sales,
      label: 'Testing',
      allowedDomains: ['example.org'],
    });
    await api.call('POST', `/v1/identities/${identity.id}/dkim-keys`, { selector: 's2' });
    const signature = await make('/v1/signatures', { name: 'Testing', html: '<p>Before</p>' });
    const { id } = await make(
      '/v1/campaigns',
      campaignBody({ identity: { id: identity.id }, signature: signature.id }),
    );
    await api.call('PATCH', `/v1/signatures/${signature.id}`, { html: '<p>After</p>' });
    const path = `/v1/campaigns/${id}/test-sends`;
    const to = ['me@example.org', 'you@other.example'];
    peer.accepted.length = 0;
    expect(await api.call('POST', path, { to })).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: '/to/1', detail: expect.stringContaining('may write only to example.org') }],
      },
    });
    expect(peer.accepted).toEqual([]);
    expect((await api.call('POST', path, { to: ['me@example.org'] })).status).toBe(200);
    const raw = peer.accepted[0]?.message.toString('latin1') ?? '';
    expect(raw).toMatch(/^DKIM-Signature: [\s\S]*s=s2;/);
    expect((await readBack(raw)).text).toContain('-- \nAfter');
  });
});

describe('a campaign whose page is the mail', () => {
  it('keeps what its content speaks of: that is the mail of those who have got the page before', async () => {
    const response = await fetch(`${api.url}/v1/documents?name=page.html`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${api.keys.operator}`, 'Content-Type': 'text/html' },
      body: '<!doctype html><p>Nothing of anybody</p>',
    });
    const page = (await response.json()) as { id: string };
    const content = { subject: 'x', text: 'Yours, {{ agent.name | default: "us" }}' };
    const draft = campaignBody({ content, documents: [{ id: page.id }] });
    const { id } = await make('/v1/campaigns', draft);
    expect(await api.call('PUT', `/v1/campaigns/${id}/start`)).toMatchObject({ status: 200 });
    const kept = api.db.selectFrom('campaign').select('uses_linked').where('id', '=', id);
    expect(await kept.executeTakeFirst()).toEqual({ uses_linked: true });
  });
});
