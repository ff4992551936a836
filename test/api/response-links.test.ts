import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { startCampaign } from '../../db/start.ts';
import { unknownPerson } from '../../domain/recipient.ts';
import { openTransport } from '../../mail/open-transport.ts';
import type { Transport } from '../../mail/transport.ts';
import { sendBatch } from '../activities/driving.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { openSender, type Sender } from '../support/world.ts';

const publicUrl = 'https://answers.example.com';
let peer: SmtpPeer;
let transport: Transport;
let api: TestApi;
let sender: Sender;
beforeAll(async () => {
  peer = await SmtpPeer.start({ keepMessages: true });
  transport = openTransport({ url: peer.url, connections: 1 });
  api = await startTestApi({ publicUrl, transport });
  sender = await openSender({ databaseUrl: api.databaseUrl, smtpUrl: peer.url, publicUrl });
  const people = [
    ['anna@example.com', 'Anna', 'de'],
    ['ben@example.com', 'Ben', 'en-GB'],
    ['kim@example.com', 'Kim', null],
  ] as const;
  for (const [email, name, language] of people)
    await api.db
      .insertInto('contact')
      .values({ address: email, email, first_name: name, language, attributes: '{}' })
      .execute();
});
afterAll(async () => {
  await sender.close();
  await api.close();
  await transport.close();
  await peer.stop();
});

const links = {
  subject: 'A new setting',
  html:
    '<p>Hello</p><a href="{{ links.done }}">Done</a> <a href="{{ links.needHelp }}">Help</a> <a href="{{ links.callMe }}">Call</a>' +
    '{% if contact.firstName == "Anna" %}<a href="{{ links.needHelp }}">Again</a>{% endif %}',
  text: 'Done: {{ links.done }}\nHelp: {{ links.needHelp }}\nCall: {{ links.callMe }}\n',
};
const callMe = { name: 'callMe', label: { en: 'Call <me>', de: 'Ruft mich an' } };
const body = campaignBody({ content: links, responseLinks: [callMe] });

interface Mail {
  readonly done: string;
  readonly needHelp: string;
  readonly callMe: string;
  readonly html: string;
}

/** A campaign that the worker has sent, and the links of each mail as its bytes have them. */
async function sendCampaign(
  change: Record<string, unknown> = {},
): Promise<{ id: string; mails: Map<string, Mail> }> {
  const created = await api.call('POST', '/v1/campaigns', { ...body, ...change });
  expect(created.status, created.text).toBe(201);
  const { id } = created.body as { id: string };
  await startCampaign(api.db, { campaignId: id, by: 'test', startAt: null, expectedVersion: null });
  await snapshotAudience(api.db, id);
  const before = peer.accepted.length;
  expect(await sendBatch(sender.deps, id)).toMatchObject({ sent: 3 });
  const mails = new Map<string, Mail>();
  for (const { to, message } of peer.accepted.slice(before)) mails.set(to, await readLinks(message));
  return { id, mails };
}

async function readLinks(message: Buffer): Promise<Mail> {
  const { text = '', html = '' } = await PostalMime.parse(message);
  const path = (label: string): string => {
    const [, url = ''] = new RegExp(`${label}: (\\S+)`).exec(text) ?? [];
    expect(url.startsWith(`${publicUrl}/r/`), text).toBe(true);
    expect(html).toContain(url);
    return url.slice(publicUrl.length);
  };
  return { done: path('Done'), needHelp: path('Help'), callMe: path('Call'), html };
}

async function page(method: string, path: string, headers: Record<string, string> = {}) {
  return api.call(method, path, undefined, { key: null, headers });
}

async function responsesOf(id: string) {
  const { body: list } = await api.call('GET', `/v1/campaigns/${id}/responses`);
  return (
    list as { items: { kind: string; state: string; email: string; source: string; eventId: string }[] }
  ).items;
}

describe('a response link in a mail', () => {
  it('is in text and HTML, plain and in logic, the same at every attempt and another one for everybody', async () => {
    const { id, mails } = await sendCampaign();
    const anna = mails.get('anna@example.com');
    const all = [...mails.values()].flatMap(({ done, needHelp, callMe: call }) => [done, needHelp, call]);
    expect(new Set(all).size).toBe(9);
    expect(anna?.html.split(anna.needHelp)).toHaveLength(3);
    expect(mails.get('ben@example.com')?.html).not.toContain('Again');
    const skeleton = await sender.deps.mails.skeletonOf(id);
    const input = { messageId: '<a@b>', date: 0 };
    const row = await api.db
      .selectFrom('contact')
      .select('id')
      .where('email', '=', 'anna@example.com')
      .executeTakeFirstOrThrow();
    const recipient = { ...unknownPerson('anna@example.com', row.id), firstName: 'Anna' };
    const [one, two] = [skeleton.fill({ recipient, ...input }), skeleton.fill({ recipient, ...input })];
    expect(one).toEqual(two);
    expect(JSON.stringify(all)).not.toMatch(/anna|example\.com|Anna/);
  });

  it('shows a page in the recipient’s language with one button, and counts nothing by being looked at', async () => {
    const { id, mails } = await sendCampaign();
    const [anna, ben, kim] = ['anna', 'ben', 'kim'].map((name) => mails.get(`${name}@example.com`));
    const german = await page('GET', anna?.needHelp ?? '');
    expect(german.status).toBe(200);
    expect(german.text).toContain('<html lang="de">');
    expect(german.text).toContain('<form method="post"><button>Ich brauche Hilfe</button></form>');
    expect(german.text).toContain('IT department');
    expect(german.text.match(/<button/g)).toHaveLength(1);
    expect((await page('GET', ben?.needHelp ?? '', { 'Accept-Language': 'de' })).text).toContain(
      '>I need help<',
    );
    expect(
      (await page('GET', kim?.done ?? '', { 'Accept-Language': 'fr, de;q=0.8, en;q=0.5' })).text,
    ).toContain('>Erledigt<');
    expect((await page('GET', kim?.done ?? '')).text).toContain('>Done<');
    // Declared by a person: escaped.
    expect((await page('GET', ben?.callMe ?? '')).text).toContain('<button>Call &lt;me&gt;</button>');
    const head = await page('HEAD', anna?.done ?? '');
    expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
    for (let i = 0; i < 5; i += 1) await page('GET', anna?.done ?? '', { Purpose: 'prefetch' });
    expect(await responsesOf(id)).toEqual([]);
  });

  it('has a page on which nothing comes from elsewhere and nothing runs', async () => {
    const { mails } = await sendCampaign();
    const { headers, text } = await page('GET', mails.get('ben@example.com')?.done ?? '');
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('set-cookie')).toBeNull();
    expect(text).not.toMatch(/<script|<img|<link|https?:|ben@|Ben/);
  });

  it('counts by its button, once for each recipient and link', async () => {
    const { id, mails } = await sendCampaign();
    const [anna, ben] = ['anna', 'ben'].map((name) => mails.get(`${name}@example.com`));
    for (let i = 0; i < 3; i += 1) {
      const thanks = await page('POST', anna?.done ?? '', {
        'Content-Type': 'application/x-www-form-urlencoded',
      });
      expect(thanks).toMatchObject({ status: 200, text: expect.stringContaining('Vielen Dank') });
    }
    await Promise.all(Array.from({ length: 5 }, () => page('POST', ben?.needHelp ?? '')));
    await page('POST', ben?.callMe ?? '');
    const responses = await responsesOf(id);
    expect(
      responses.map(({ email, kind, state, source }) => `${email} ${kind} ${state} ${source}`).sort(),
    ).toEqual([
      'anna@example.com link:done handled link',
      'ben@example.com link:callMe open link',
      'ben@example.com link:needHelp open link',
    ]);
    expect((await page('GET', ben?.needHelp ?? '')).text).not.toContain('<button');
    // The list must not hold what a viewer could answer for others with.
    const tokens = [...mails.values()].flatMap((mail) => [mail.done, mail.needHelp, mail.callMe]);
    for (const { eventId } of responses) expect(tokens.some((token) => token.includes(eventId))).toBe(false);
  });

  it('ends what the same person has opened when they say that it is done, and nobody else’s', async () => {
    const { id, mails } = await sendCampaign();
    const [anna, ben] = ['anna', 'ben'].map((name) => mails.get(`${name}@example.com`));
    for (const path of [anna?.needHelp, ben?.needHelp, anna?.done]) await page('POST', path ?? '');
    const open = (await responsesOf(id)).filter(({ state }) => state === 'open');
    expect(open.map(({ email, kind }) => [email, kind])).toEqual([['ben@example.com', 'link:needHelp']]);
    // Said again, it does not end what was opened since.
    await page('POST', anna?.callMe ?? '');
    await page('POST', anna?.done ?? '');
    expect((await responsesOf(id)).filter(({ state }) => state === 'open')).toHaveLength(2);
  });

  it('that nobody has made shows a page that says so, with 404', async () => {
    const { id, mails } = await sendCampaign();
    const real = mails.get('ben@example.com')?.done ?? '';
    const forged = `${real.slice(0, -1)}${real.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [
      forged,
      '/r/done',
      '/r/x',
      `/r/${'a'.repeat(3_000)}`,
      real.replace('done', 'needHelp'),
    ])
      for (const method of ['GET', 'POST']) {
        const answer = await page(method, path, { 'Accept-Language': 'de-AT' });
        expect(answer.status, path).toBe(404);
        expect(answer.text).toContain('Dieser Link funktioniert nicht');
        expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      }
    expect(await responsesOf(id)).toEqual([]);
    expect((await page('DELETE', real)).status).toBe(405);
    expect((await page('POST', real, { 'Idempotency-Key': 'x' })).status).toBe(200);
  });

  it('takes no body', async () => {
    const { id, mails } = await sendCampaign();
    const path = mails.get('ben@example.com')?.done ?? '';
    const answer = await api.call('POST', path, 'a=b', {
      key: null,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(400);
    expect(await responsesOf(id)).toEqual([]);
  });
});

describe('a response link of a test', () => {
  it('is in test mails and previews, shows the page, and its button counts nothing', async () => {
    const { id } = await sendCampaign();
    const before = peer.accepted.length;
    const sent = await api.call('POST', `/v1/campaigns/${id}/test-sends`, { to: ['anna@example.com'] });
    expect(sent.body).toMatchObject({ items: [{ outcome: 'accepted' }] });
    const mail = await readLinks(peer.accepted[before]?.message ?? Buffer.alloc(0));
    expect((await page('GET', mail.callMe)).text).toContain('<button>Call &lt;me&gt;</button>');
    expect((await page('POST', mail.callMe)).text).toContain('This was a test');
    const { identity, content, responseLinks } = body;
    const preview = await api.call('POST', '/v1/previews', { identity, content, responseLinks });
    expect(preview).toMatchObject({
      status: 200,
      body: { text: expect.stringContaining(`${publicUrl}/r/callMe.`) },
    });
    expect(await responsesOf(id)).toEqual([]);
  });
});

describe('a draft with response links', () => {
  it.each([
    [
      { content: { subject: 'x', text: '{{ links.unknown }}' } },
      'there is no response link "unknown"; there are done, needHelp, callMe',
    ],
    [
      { responseLinks: [] },
      'there is no response link "callMe"; there are done, needHelp; declare others in responseLinks',
    ],
    [{ content: { subject: 'x', text: '{{ links.done.url }}' } }, 'there is no response link "done.url"'],
    [{ content: { subject: 'x', text: '{% assign links = 1 %}' } }, '"links" cannot be given another value'],
  ])('is refused with %j', async (change, detail) => {
    expect(await api.call('POST', '/v1/campaigns', { ...body, ...change })).toMatchObject({
      status: 422,
      body: {
        type: '/problems/content-refused',
        errors: expect.arrayContaining([
          expect.objectContaining({ detail: expect.stringContaining(detail) }),
        ]),
      },
    });
  });

  it.each([
    [[{ name: 'a b', label: { en: 'x' } }], '/responseLinks/0/name'],
    [[{ name: 'ok', label: {} }], '/responseLinks/0/label'],
    [[{ name: 'ok', label: { en: 'x', fr: 'x' } }], '/responseLinks/0/label/fr'],
    [[{ name: 'ok', label: { en: '' } }], '/responseLinks/0/label/en'],
    [[callMe, callMe], '/responseLinks/1/name'],
  ])('is refused when it declares %j', async (responseLinks, pointer) => {
    expect(await api.call('POST', '/v1/campaigns', campaignBody({ responseLinks }))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });

  it('may give the built-in ones its own words, and is checked again when a link goes', async () => {
    const own = { name: 'done', label: { de: 'Fertig!' } };
    const { mails } = await sendCampaign({ responseLinks: [callMe, own] });
    expect((await page('GET', mails.get('ben@example.com')?.done ?? '')).text).toContain('>Fertig!<');
    const draft = (await api.call('POST', '/v1/campaigns', body)).body as {
      id: string;
      responseLinks: unknown;
    };
    expect(draft.responseLinks).toEqual([{ ...callMe, opens: true }]);
    const patched = await api.call('PATCH', `/v1/campaigns/${draft.id}`, { responseLinks: [] });
    expect(patched).toMatchObject({ status: 422, body: { type: '/problems/content-refused' } });
  });

  it('is refused while nobody knows an address for them, and its mail is not sent by a worker without one', async () => {
    const without = await startTestApi();
    try {
      const content = { subject: 'x', text: '{{ links.done }}' };
      expect(await without.call('POST', '/v1/campaigns', campaignBody({ content }))).toMatchObject({
        status: 422,
        body: {
          type: '/problems/content-refused',
          errors: [
            { pointer: '/content/text', line: 1, detail: expect.stringContaining('set SLUICE_PUBLIC_URL') },
          ],
        },
      });
      expect((await without.call('POST', '/v1/campaigns', campaignBody())).status).toBe(201);
    } finally {
      await without.close();
    }
    const poor = await openSender({ databaseUrl: api.databaseUrl, smtpUrl: peer.url });
    const created = await api.call('POST', '/v1/campaigns', body);
    const { id } = created.body as { id: string };
    await startCampaign(api.db, { campaignId: id, by: 'test', startAt: null, expectedVersion: null });
    await snapshotAudience(api.db, id);
    const before = peer.accepted.length;
    await expect(sendBatch(poor.deps, id)).rejects.toThrow('SLUICE_PUBLIC_URL');
    expect(peer.accepted.length).toBe(before);
    await poor.close();
  });
});

describe('requests for response pages', () => {
  it('are limited by address as those of a key are', async () => {
    const strict = await startTestApi({ publicUrl, requestsPerMinute: 3 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i += 1)
        statuses.push((await strict.call('GET', '/r/x', undefined, { key: null })).status);
      expect(statuses).toEqual([404, 404, 404, 429, 429]);
    } finally {
      await strict.close();
    }
  });
});
