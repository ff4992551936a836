import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAligned } from '../../domain/dkim-alignment.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

function pem(type: 'rsa' | 'ed25519' | 'ec', bits = 2_048, passphrase = ''): string {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  const cipher = passphrase === '' ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }).toString();
}

const sales = { label: 'Sales', name: 'Sales', address: 'sales@example.com' };
interface Shown {
  readonly id: string;
  readonly dkim: { readonly record: { readonly value: string; readonly zoneLine: string } };
}

describe('an identity', () => {
  it('is made, changed and listed; of its key only the public half is ever shown', async () => {
    const key = pem('rsa');
    const made = await api.call('POST', '/v1/identities', {
      ...sales,
      allowedDomains: ['Example.com', 'example.org', 'example.org'],
      dkim: { domain: 'example.com', selector: 's1', privateKey: key },
    });
    const published = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
    const value = `v=DKIM1; k=rsa; p=${published.toString('base64')}`;
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...sales,
        version: 1,
        replyTo: null,
        allowedDomains: ['example.com', 'example.org'],
        warnings: [],
        dkim: {
          domain: 'example.com',
          selector: 's1',
          algorithm: 'rsa',
          record: { name: 's1._domainkey.example.com', type: 'TXT', value },
        },
      },
    });
    const { id, dkim } = made.body as Shown;
    const pieces = [...dkim.record.zoneLine.matchAll(/"([^"]*)"/g)].map(([, piece = '']) => piece);
    expect(pieces.every((piece) => piece.length <= 255)).toBe(true);
    expect(pieces.join('')).toBe(value);
    const changed = await api.call('PATCH', `/v1/identities/${id}`, { replyTo: 'answers@example.com' });
    expect(changed.body).toMatchObject({ version: 2, replyTo: 'answers@example.com', dkim });
    expect((await api.call('PATCH', `/v1/identities/${id}`, { replyTo: null })).body).toMatchObject({
      replyTo: null,
    });
    const seen = [made.text, changed.text, (await api.call('GET', '/v1/identities')).text, ...api.logLines];
    const secret = key.split('\n')[3] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    for (const text of seen) expect(text).not.toContain(secret);
    expect((await api.call('PATCH', `/v1/identities/${id}`, { dkim: null })).body).toMatchObject({
      dkim: null,
    });
  });

  it('gets a key of its own, with the record to publish', async () => {
    const { body } = await api.call('POST', '/v1/identities', { ...sales, label: 'Keyed' });
    const { id } = body as Shown;
    const keyed = await api.call('POST', `/v1/identities/${id}/dkim-keys`, { selector: '2026-12' });
    expect(keyed).toMatchObject({
      status: 201,
      body: {
        version: 2,
        dkim: {
          domain: 'example.com',
          record: {
            name: '2026-12._domainkey.example.com',
            value: expect.stringMatching(/^v=DKIM1; k=rsa; p=MII/),
          },
        },
      },
    });
    expect(keyed.text).not.toContain('PRIVATE');
    const again = await api.call('POST', `/v1/identities/${id}/dkim-keys`, { selector: '2027-01' });
    expect((again.body as Shown).dkim.record.value).not.toBe((keyed.body as Shown).dkim.record.value);
  });

  it('is warned of a key of another domain, and shows an Ed25519 key as RFC 8463 has it', async () => {
    const { body } = await api.call('POST', '/v1/identities', {
      ...sales,
      label: 'Foreign key',
      dkim: { domain: 'example.net', selector: 's', privateKey: pem('ed25519') },
    });
    expect(body).toMatchObject({
      dkim: {
        algorithm: 'ed25519',
        record: { value: expect.stringMatching(/^v=DKIM1; k=ed25519; p=.{44}$/) },
      },
      warnings: [{ code: 'dkimNotAligned', text: expect.stringContaining('signed by example.net') }],
    });
  });

  it.each([
    ['example.com', 'a@example.com', true],
    ['example.com', 'a@news.Example.com', true],
    ['news.example.com', 'a@example.com', true],
    ['example.com', 'a@badexample.com', false],
    ['example.org', 'a@example.com', false],
  ])('a key of %s signs for %s: %s', (domain, address, aligned) => {
    expect(isAligned(domain, address)).toBe(aligned);
  });

  it.each([
    ['/dkim/privateKey', 'no private key', () => 'hello'],
    ['/dkim/privateKey', 'without a passphrase', () => pem('rsa', 2_048, 'secret')],
    ['/dkim/privateKey', 'at least 2048 bits (got 1024', () => pem('rsa', 1_024)],
    ['/dkim/privateKey', 'got ec', () => pem('ec')],
  ])('is refused at %s: %s', async (pointer, detail, key) => {
    const privateKey = key();
    const refused = await api.call('POST', '/v1/identities', {
      ...sales,
      label: 'Refused',
      dkim: { domain: 'example.com', selector: 's1', privateKey },
    });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer, detail: expect.stringContaining(detail) }] },
    });
    expect(refused.text).not.toContain(privateKey.slice(40, 80) || 'hello');
    expect((await api.call('GET', '/v1/identities')).text).not.toContain('Refused');
  });

  it.each([
    [{ label: 'SALES' }, 409, ''],
    [{ address: 'no address' }, 422, '/address'],
    [{ replyTo: 'x@' }, 422, '/replyTo'],
    [{ allowedDomains: ['not a domain'] }, 422, '/allowedDomains/0'],
    [{ dkim: { domain: 'example.com', selector: 'a b', privateKey: 'x' } }, 422, '/dkim/selector'],
    [{ colour: 'red' }, 422, '/colour'],
  ])('with %j is refused', async (change, status, pointer) => {
    const refused = await api.call('POST', '/v1/identities', { ...sales, label: 'Refused', ...change });
    expect(refused.status, refused.text).toBe(status);
    if (pointer !== '') expect(refused.body).toMatchObject({ errors: [{ pointer }] });
  });
});

describe('a campaign', () => {
  it('is from an identity by its id, as a copy that a change of the draft can replace', async () => {
    const made = await api.call('POST', '/v1/identities', {
      ...sales,
      label: 'Press',
      replyTo: 'press@example.com',
    });
    const { id } = made.body as Shown;
    const campaign = await api.call('POST', '/v1/campaigns', campaignBody({ identity: { id } }));
    const copy = { name: 'Sales', address: 'sales@example.com', replyTo: 'press@example.com' };
    expect(campaign.body).toMatchObject({ identity: copy, namedIdentity: { id, label: 'Press' } });
    const path = `/v1/campaigns/${(campaign.body as Shown).id}`;
    await api.call('DELETE', `/v1/identities/${id}`);
    expect((await api.call('GET', `/v1/identities/${id}`)).status).toBe(404);
    expect((await api.call('GET', path)).body).toMatchObject({ namedIdentity: { label: 'Press' } });
    const own = { name: 'IT', address: 'it@example.com' };
    expect((await api.call('PATCH', path, { identity: own })).body).toMatchObject({
      identity: own,
      namedIdentity: null,
    });
    expect(await api.call('PATCH', path, { identity: { id } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/identity/id', detail: expect.stringContaining('GET /v1/identities') }] },
    });
  });

  it('that is removed frees its name and forgets its key', async () => {
    const made = await api.call('POST', '/v1/identities', {
      ...sales,
      label: 'Short-lived',
      dkim: { domain: 'example.com', selector: 's', privateKey: pem('ed25519') },
    });
    const { id } = made.body as Shown;
    expect(
      (await api.call('DELETE', `/v1/identities/${id}`, undefined, { headers: { 'If-Match': '"9"' } }))
        .status,
    ).toBe(412);
    expect((await api.call('DELETE', `/v1/identities/${id}`)).status).toBe(204);
    expect((await api.call('DELETE', `/v1/identities/${id}`)).status).toBe(404);
    const row = await api.db
      .selectFrom('identity')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ dkim_key: null, removed_by: 'an admin' });
    expect((await api.call('POST', '/v1/identities', { ...sales, label: 'Short-lived' })).status).toBe(201);
  });
});
