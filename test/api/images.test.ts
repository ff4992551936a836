import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MailSource } from '../../activities/sending/mail-source.ts';
import { storeDocumentBytes } from '../../db/document-bytes.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import { openTransport } from '../../mail/open-transport.ts';
import { wholeMessage } from '../../mail/shared-tail.ts';
import type { Transport } from '../../mail/transport.ts';
import { recipient } from '../mail/example-mail.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addDraft } from '../support/campaigns.ts';
import { pngOf } from '../support/sample-image.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';

let peer: SmtpPeer;
let transport: Transport;
let api: TestApi;
let campaignId = '';
const logo = pngOf(7);
const publicUrl = 'https://mail.example.com';

beforeAll(async () => {
  peer = await SmtpPeer.start({ keepMessages: true });
  transport = openTransport({ url: peer.url, connections: 2 });
  api = await startTestApi({ transport, publicUrl });
  await addContacts(api.db, 1);
  campaignId = await addDraft(api.db);
});
afterAll(async () => {
  await api.close();
  await transport.close();
  await peer.stop();
});

async function upload(name: string, bytes: Buffer, type = 'image/png') {
  const response = await fetch(`${api.url}/v1/images?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.keys.operator}`, 'Content-Type': type },
    body: bytes,
  });
  // The API's answers are objects.
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

async function change(content: object) {
  return api.call('PATCH', `/v1/campaigns/${campaignId}`, { content: { subject: 'x', ...content } });
}

async function sentTest() {
  expect(
    (await api.call('POST', `/v1/campaigns/${campaignId}/test-sends`, { to: ['user1@example.com'] })).body,
  ).toMatchObject({
    items: [{ outcome: 'accepted' }],
  });
  return PostalMime.parse(peer.accepted.at(-1)?.message ?? '', { attachmentEncoding: 'arraybuffer' });
}

describe('POST /v1/images', () => {
  it('stores an image once under its name and never another one', async () => {
    expect(await upload('logo.png', logo)).toMatchObject({
      status: 201,
      body: {
        name: 'logo.png',
        type: 'image/png',
        size: logo.length,
        url: expect.stringMatching(/^https:\/\/mail\.example\.com\/i\/[0-9a-f]{64}\.png$/),
      },
    });
    expect(await upload('logo.png', logo)).toMatchObject({ status: 200 });
    expect(await upload('logo.png', pngOf(8))).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('never change') },
    });
    expect(await upload('other.png', logo)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('"logo.png"') },
    });
    expect(await api.call('GET', '/v1/images')).toMatchObject({
      body: { items: [{ name: 'logo.png' }], next: null },
    });
  });

  it.each<[string, string, Buffer, string, number, RegExp]>([
    [
      'a script that calls itself an image',
      'x.png',
      Buffer.from('<script>alert(1)</script>'),
      'image/png',
      422,
      /no png, jpeg, gif or webp/,
    ],
    [
      'an SVG',
      'x.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'application/octet-stream',
      422,
      /no png/,
    ],
    ['another type than it says', 'x.gif', pngOf(1), 'image/gif', 422, /the bytes are image\/png/],
    [
      'more pixels than a reader can hold',
      'x.png',
      pngOf(1, 60_000, 60_000),
      'image/png',
      422,
      /60000 × 60000/,
    ],
    ['more than 2 MB', 'x.png', Buffer.alloc(2_000_001), 'image/png', 413, /at most 2 MB/],
    ['a name that is a path', '../x.png', pngOf(1), 'image/png', 422, /query/i],
    ['a type that is no image', 'x.png', pngOf(1), 'text/plain', 415, /Content-Type/],
  ])('refuses %s', async (_, name, bytes, type, status, why) => {
    const answer = await upload(name, bytes, type);
    expect(answer.status).toBe(status);
    expect(`${answer.body['title'] ?? ''} ${answer.body['detail'] ?? ''}`).toMatch(why);
  });
});

describe('a content that shows a stored image', () => {
  const html =
    '<p style="background:url(image:logo.png)"><img src="image:logo.png" alt="a"><img src=\'image:logo.png\' alt="b"></p>';

  it('is refused for a name that nobody stored, with its place', async () => {
    expect(await change({ html: '<p>\n<img src="image:none.png" alt=""></p>' })).toMatchObject({
      status: 422,
      body: {
        errors: [
          { pointer: '/content/html', line: 2, column: 11, detail: expect.stringContaining('"none.png"') },
        ],
      },
    });
  });

  it('carries it once, and the HTML finds it by its Content-ID', async () => {
    expect(await change({ html })).toMatchObject({ status: 200 });
    const mail = await sentTest();
    expect(mail.attachments).toMatchObject([
      { filename: 'logo.png', mimeType: 'image/png', disposition: 'inline', related: true },
    ]);
    expect(Buffer.from(mail.attachments[0]?.content as ArrayBuffer)).toEqual(logo);
    const cid = mail.attachments[0]?.contentId?.slice(1, -1) ?? '';
    expect(mail.html?.split(`cid:${cid}`)).toHaveLength(4);
    expect(mail.html).not.toContain('image:');
    const bytes = peer.accepted.at(-1)?.message.toString('latin1') ?? '';
    expect(bytes).toMatch(/^Content-Type: multipart\/related; type="text\/html";\r\n/m);
  });

  it('links it where it is hosted, and everybody can load it there for a year', async () => {
    expect(await change({ html, images: 'hosted' })).toMatchObject({ status: 200 });
    const mail = await sentTest();
    expect(mail.attachments).toEqual([]);
    const [url = ''] = /https:\/\/mail\.example\.com\/i\/[0-9a-f]{64}\.png/.exec(mail.html ?? '') ?? [];
    const answer = await fetch(url.replace(publicUrl, api.url));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(logo);
    for (const wrong of [url.replace('.png', '.gif'), url.replace(/\/i\/./, '/i/x'), `${publicUrl}/i/..%2f`])
      expect((await fetch(wrong.replace(publicUrl, api.url))).status).toBe(404);
  });

  it('keeps it from being deleted; one that nothing shows goes', async () => {
    const { body } = await api.call('GET', '/v1/images');
    const [stored] = (body as { items: { id: string }[] }).items;
    expect(await api.call('DELETE', `/v1/images/${stored?.id ?? ''}`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('campaign "') },
    });
    const { body: spare } = await upload('spare.png', pngOf(9));
    expect(await api.call('DELETE', `/v1/images/${spare['id'] ?? ''}`)).toMatchObject({ status: 204 });
    expect(await api.call('DELETE', `/v1/images/${spare['id'] ?? ''}`)).toMatchObject({ status: 404 });
  });
});

interface File {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  readonly as: 'attachment' | 'link' | 'body';
}

describe('the mails of a campaign with documents', () => {
  const prices = Buffer.from(Array.from({ length: 90_000 }, (_, index) => (index * 7_919) % 251));
  const page = Buffer.from(
    '<html><body><script>x</script><p>Dear {{ contact.lastName }}</p><img src="image:logo.png" alt="x"></body></html>',
  );
  const ids: string[] = [];

  beforeAll(async () => {
    expect(await change({ text: 'Dear {{ contact.lastName }}' })).toMatchObject({ status: 200 });
    const files = [
      { name: 'Seite.html', type: 'text/html', bytes: page, as: 'body' },
      { name: 'Preise für März.pdf', type: 'application/pdf', bytes: prices, as: 'attachment' },
      { name: 'Terms.pdf', type: 'application/pdf', bytes: Buffer.from('terms'), as: 'link' },
    ] as const;
    for (const [index, file] of files.entries()) ids.push(await addDocument(campaignId, index + 1, file));
  });

  async function addDocument(campaign: string, position: number, { bytes, as, ...named }: File) {
    const sha256 = createHash('sha256').update(bytes).digest();
    await api.db.transaction().execute((trx) =>
      storeDocumentBytes(
        trx,
        sha256,
        (async function* () {
          yield bytes;
        })(),
      ),
    );
    const { id } = await api.db
      .insertInto('document')
      .values({
        title: named.name,
        version: 1,
        ...named,
        size: bytes.length,
        sha256,
        origin: 'upload',
        added_by: 'x',
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await api.db
      .insertInto('campaign_document')
      .values({ campaign_id: campaign, position, document_id: id, as })
      .execute();
    return id;
  }

  async function mailWith(source: MailSource, documents?: readonly string[]) {
    const skeleton = await source.skeletonOf(campaignId, documents);
    const filled = skeleton.fill({ recipient, messageId: '<a@b.example>', date: 1_764_572_400_000 });
    if (!filled.ok) throw new Error(filled.reason.text);
    return wholeMessage(filled);
  }

  it('have the page as body, the files byte-equal, and links that are each person’s own', async () => {
    const mail = await PostalMime.parse(await mailWith(new MailSource(api.db, publicUrl)), {
      attachmentEncoding: 'arraybuffer',
    });
    expect(mail.html).toContain('<p>Dear Müller</p>');
    expect(mail.html).not.toContain('script');
    expect(mail.html).toMatch(
      /<a href="https:\/\/mail\.example\.com\/d\/[\w-]{92}">Terms\.pdf<\/a> \(1 kB\)/,
    );
    expect(mail.text).toContain('Dear Müller');
    const attached = mail.attachments.filter(({ disposition }) => disposition === 'attachment');
    expect(attached.map(({ filename }) => filename)).toEqual(['Preise für März.pdf']);
    expect(Buffer.from(attached[0]?.content as ArrayBuffer).equals(prices)).toBe(true);
  });

  it('carry those documents only that their intent names, and share what they share', async () => {
    const source = new MailSource(api.db, publicUrl);
    const [, file = ''] = ids;
    const only = await PostalMime.parse(await mailWith(source, [file]));
    expect(only.html).toBeUndefined();
    expect(only.text?.trim()).toBe('Dear Müller');
    expect(only.attachments).toHaveLength(1);
    expect((await PostalMime.parse(await mailWith(source, []))).attachments).toEqual([]);
    const [all, some] = await Promise.all([
      source.skeletonOf(campaignId),
      source.skeletonOf(campaignId, [file]),
    ]);
    expect(all).not.toBe(some);
    expect(await source.skeletonOf(campaignId, [file])).toBe(some);
  });

  it('keep an image that only their page shows from being deleted', async () => {
    const { body: flag } = await upload('flag.png', pngOf(11));
    const bytes = Buffer.from('<html><body><img src="image:flag.png" alt="x"></body></html>', 'utf16le');
    const page = Buffer.concat([Buffer.from([0xff, 0xfe]), bytes]);
    const sent = await addDraft(api.db);
    await addDocument(sent, 1, { name: 'Wide.html', type: 'text/html', bytes: page, as: 'body' });
    const path = `/v1/images/${flag['id'] ?? ''}`;
    expect(await api.call('DELETE', path)).toMatchObject({ status: 409 });
    await api.db.deleteFrom('campaign_document').where('campaign_id', '=', sent).execute();
    expect(await api.call('DELETE', path)).toMatchObject({ status: 204 });
  });

  it('are the same in every process', async () => {
    const [one, other] = await Promise.all([
      mailWith(new MailSource(api.db, publicUrl)),
      mailWith(new MailSource(api.db, publicUrl)),
    ]);
    expect(Buffer.compare(one, other)).toBe(0);
  });

  it('cannot be made without an address for the links', async () => {
    await expect(new MailSource(api.db, null).skeletonOf(campaignId)).rejects.toThrow(ContentRefused);
  });

  it('go out as test mails with all of it', async () => {
    const mail = await sentTest();
    expect(mail.html).toContain('<p>Dear');
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['logo.png', 'Preise für März.pdf']);
  });
});
