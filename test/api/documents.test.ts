import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLinkSecret } from '../../db/signing-secret.ts';
import { createDocumentLinks } from '../../mail/document-link.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { docx, pdf, xlsx } from '../support/office-files.ts';

const publicUrl = 'https://answers.example.com';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ publicUrl });
});
afterAll(async () => api.close());

interface Document {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly sha256: string;
  readonly removedAt: string | null;
}

async function upload(
  name: string,
  bytes: Buffer,
  headers: Record<string, string> = {},
  key = api.keys.operator,
) {
  const response = await fetch(`${api.url}/v1/documents?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/octet-stream', ...headers },
    body: new Uint8Array(bytes),
  });
  const body = (await response.json()) as Document & { detail: string; code: string; type: string };
  return { status: response.status, headers: response.headers, body };
}

async function countAll(): Promise<number> {
  const { n } = await api.db
    .selectFrom('document_chunk')
    .select((select) => select.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();
  return n;
}

describe('an upload', () => {
  it('makes a document that is known by its bytes, and gives them back as they were', async () => {
    const bytes = Buffer.concat([pdf('large'), Buffer.alloc(2_500_000, ' '), Buffer.from('%%EOF\n')]);
    const made = await upload('Preisliste – März.pdf', bytes);
    expect(made).toMatchObject({
      status: 201,
      body: {
        title: 'Preisliste – März.pdf',
        name: 'Preisliste – März.pdf',
        version: 1,
        type: 'application/pdf',
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        origin: 'upload',
        path: null,
        addedBy: 'an operator',
        removedAt: null,
      },
    });
    const { id } = made.body;
    expect(made.headers.get('location')).toBe(`/v1/documents/${id}`);
    const got = await fetch(`${api.url}/v1/documents/${id}/content`, {
      headers: { Authorization: `Bearer ${api.keys.viewer}` },
    });
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(bytes.length),
      'content-disposition':
        'attachment; filename="Preisliste _ Marz.pdf"; filename*=UTF-8\'\'Preisliste%20%E2%80%93%20M%C3%A4rz.pdf',
      'x-content-type-options': 'nosniff',
    });
  });

  it('of the same bytes is the same document, of other bytes under the name its next version', async () => {
    const first = await upload('offer.pdf', pdf('one'));
    const again = await upload('another name.pdf', pdf('one'));
    const second = await upload('offer.pdf', pdf('two'));
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, title: 'offer.pdf', version: 1 } });
    expect(second).toMatchObject({ status: 201, body: { title: 'offer.pdf', version: 2 } });
    const list = await api.call('GET', '/v1/documents?title=offer.pdf');
    expect((list.body as { items: Document[] }).items.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('many at once gives each version once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => upload('race.pdf', pdf(`race ${i % 4}`))),
    );
    expect(
      made
        .filter(({ status }) => status === 201)
        .map(({ body }) => body.version)
        .sort((a, b) => a - b),
    ).toEqual([1, 2, 3, 4]);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(4);
  });

  it.each<[string, Buffer, string, string]>([
    ['offer.pdf', Buffer.from('MZ\0\0'), 'type', 'is a Windows program by its content'],
    ['offer.pdf', Buffer.alloc(0), 'empty', '"offer.pdf" is empty'],
    ['offer.exe', pdf('exe'), 'name', 'has no ending of a document'],
    ['../offer.pdf', pdf('up'), 'name', 'has a slash'],
    ['a\u202Efdp.pdf', pdf('bidi'), 'name', '\\u{202E}'],
    ['offer.docx', docx([{ name: 'word/vbaProject.bin', text: 'x' }]), 'macros', 'without macros'],
    [
      'bomb.xlsx',
      xlsx([{ name: 'xl/a.xml', text: Buffer.alloc(12_000_000) }]),
      'bomb',
      'would unpack to 12 MB',
    ],
  ])('of %j is refused and keeps nothing (%#)', async (name, bytes, code, detail) => {
    const before = await countAll();
    expect(await upload(name, bytes)).toMatchObject({
      status: 422,
      body: { type: '/problems/document-refused', code, detail: expect.stringContaining(detail) },
    });
    expect(await countAll()).toBe(before);
  });

  it('says its type rightly or not at all', async () => {
    expect((await upload('typed.pdf', pdf('typed'), { 'Content-Type': 'application/pdf' })).status).toBe(201);
    expect(await upload('typed.pdf', pdf('x'), { 'Content-Type': 'text/html' })).toMatchObject({
      status: 415,
      body: { detail: expect.stringContaining('application/pdf') },
    });
    expect((await upload('typed.pdf', pdf('x'), { 'Content-Type': 'image/png' })).status).toBe(415);
    expect((await upload('typed.pdf', pdf('x'), {}, api.keys.viewer)).status).toBe(403);
  });

  it('that is too large is refused when it is announced, and when it turns out to be', async () => {
    const send = async (headers: Record<string, string>, pieces: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request(
          `${api.url}/v1/documents?name=big.pdf`,
          {
            method: 'POST',
            headers: {
              Authorization: `Bearer ${api.keys.operator}`,
              'Content-Type': 'application/pdf',
              ...headers,
            },
          },
          (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
            sent.destroy();
          },
        );
        sent.on('error', (error) => (sent.destroyed ? undefined : reject(error)));
        for (let i = 0; i < pieces; i += 1) sent.write(i === 0 ? pdf() : Buffer.alloc(1_000_000));
        if (pieces > 0) sent.end();
        else sent.flushHeaders();
      });
    expect(await send({ 'Content-Length': '100000001' }, 0)).toBe(413);
    expect(await send({ 'Transfer-Encoding': 'chunked' }, 102)).toBe(413);
  });

  it('that breaks off keeps nothing', async () => {
    const before = await countAll();
    const sent = request(`${api.url}/v1/documents?name=broken.pdf`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${api.keys.operator}`,
        'Content-Type': 'application/pdf',
        'Content-Length': '5000',
      },
    });
    sent.on('error', () => undefined);
    const lines = api.logLines.length;
    await new Promise<void>((resolve) => sent.write(pdf('broken'), () => resolve()));
    sent.destroy();
    const ended = (): boolean => api.logLines.slice(lines).some((line) => line.includes('/v1/documents'));
    await expect.poll(ended, { timeout: 20_000 }).toBe(true);
    expect((await api.call('GET', '/v1/documents?title=broken.pdf')).body).toMatchObject({ items: [] });
    expect(api.logLines.slice(lines).join('')).not.toContain('met a fault');
    expect(await countAll()).toBe(before);
  });
});

describe('a document that is withdrawn', () => {
  it('is listed as removed, keeps its bytes, and comes back with an upload', async () => {
    const { body } = await upload('withdrawn.pdf', pdf('withdrawn'));
    const path = `/v1/documents/${body.id}`;
    const first = await api.call('DELETE', path, undefined, { key: api.keys.operator });
    expect(first).toMatchObject({ status: 200, body: { removedBy: 'an operator' } });
    expect(await api.call('DELETE', path)).toMatchObject({ status: 200, body: first.body });
    const listed = async (query: string): Promise<number> => {
      const answer = await api.call('GET', `/v1/documents?title=withdrawn.pdf&${query}`);
      return (answer.body as { items: unknown[] }).items.length;
    };
    expect([await listed(''), await listed('removed=true'), await listed('removed=any')]).toEqual([0, 1, 1]);
    expect((await api.call('GET', `${path}/content`)).status).toBe(200);
    expect(await upload('withdrawn.pdf', pdf('withdrawn'))).toMatchObject({
      status: 200,
      body: { id: body.id, removedAt: null, removedBy: null },
    });
  });

  it('takes the name of its upload while nothing has gone out with it', async () => {
    const { body } = await upload('mistyped.pdf', pdf('renamed'));
    await api.call('DELETE', `/v1/documents/${body.id}`);
    expect(await upload('typed well.pdf', pdf('renamed'))).toMatchObject({
      status: 200,
      body: { id: body.id, name: 'typed well.pdf', title: 'typed well.pdf', version: 1 },
    });
  });
});

describe('lists of documents', () => {
  it('are cut into pages, newest first, and searched by a part of the title', async () => {
    for (let i = 0; i < 5; i += 1) await upload(`Page ${i}.pdf`, pdf(`page ${i}`));
    const titles: string[] = [];
    let cursor = '';
    do {
      const query = `/v1/documents?q=page&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { items, next } = (await api.call('GET', query)).body as {
        items: Document[];
        next: string | null;
      };
      titles.push(...items.map(({ title }) => title));
      cursor = next ?? '';
    } while (cursor !== '');
    expect(titles).toEqual([4, 3, 2, 1, 0].map((i) => `Page ${i}.pdf`));
  });
});

describe('a download link', () => {
  const ids = {
    campaign: '3b241101-e2bb-4255-8caf-4136c566a962',
    contact: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
  };
  async function pathOf(documentId: string, expiresAt: number): Promise<string> {
    const secret = await readLinkSecret(api.db);
    const links = createDocumentLinks({ secret, publicUrl, campaignId: ids.campaign });
    return links.urlOf(ids.contact, documentId, expiresAt).slice(publicUrl.length);
  }
  const get = async (path: string, method = 'GET') => api.call(method, path, undefined, { key: null });

  it('gives the file without a key, also of a document that was withdrawn since, and nothing to a look at its head', async () => {
    const { body } = await upload('Katalog.html', Buffer.from('<!doctype html><script>alert(1)</script>'));
    const path = await pathOf(body.id, Date.now() + 60_000);
    await api.call('DELETE', `/v1/documents/${body.id}`);
    const got = await get(path);
    expect({ status: got.status, text: got.text }).toEqual({
      status: 200,
      text: '<!doctype html><script>alert(1)</script>',
    });
    expect(got.headers.get('content-disposition')).toContain('attachment');
    expect(got.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    const head = await get(path, 'HEAD');
    expect({ status: head.status, text: head.text, size: head.headers.get('content-length') }).toEqual({
      status: 200,
      text: '',
      size: '40',
    });
  });

  it('ends when its time is over, and a wrong one is nobody’s; neither page says whose it was', async () => {
    const { body } = await upload('ended.pdf', pdf('ended'));
    const ended = await get(await pathOf(body.id, Date.now() - 1_000));
    expect(ended).toMatchObject({ status: 410, text: expect.stringContaining('This link has ended') });
    const path = await pathOf(body.id, Date.now() + 60_000);
    const wrong = await get(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`);
    expect(wrong).toMatchObject({ status: 404, text: expect.stringContaining('does not work') });
    const gone = await get(await pathOf(ids.contact, Date.now() + 60_000));
    expect(gone.text).toBe(wrong.text);
    for (const { text, headers } of [ended, wrong]) {
      expect(text).not.toMatch(/ended\.pdf|example|anna/i);
      expect(headers.get('content-type')).toContain('text/html');
    }
  });

  it('is limited by address as response pages are', async () => {
    const strict = await startTestApi({ publicUrl, requestsPerMinute: 2 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 4; i += 1)
        statuses.push((await strict.call('GET', '/d/x', undefined, { key: null })).status);
      expect(statuses).toEqual([404, 404, 429, 429]);
    } finally {
      await strict.close();
    }
  });
});
