import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { safeFileName } from '../../mail/attachment.ts';
import { compileMail } from '../../mail/compile.ts';
import { readTags } from '../../mail/content/markup.ts';
import { escapeHtml } from '../../mail/escape-html.ts';
import { noPython, readInPython } from '../support/python-mail.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { fillFor, identity, mailOf, recipient } from './example-mail.ts';
import { always, never, openPool } from './smtp/sending.ts';

const strings = [
  'Anna',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</p></body></html><!--',
  '{{ contact.email }}{% for i in (1..9) %}x{% endfor %}',
  'zqslot0zq zqframehtmlzq zqicaluidzq',
  '=?utf-8?q?=0D=0ABcc=3A_victim=40example.com?=',
  '=?UTF-8?B?PHNjcmlwdD4=?=',
  '=0D=0ABcc: victim@example.com',
  '--=_sluice-00000000000000000000000000000000-Part_1--',
  '"quoted" \\backslash\\ (comment) <a@b.example>, c@d.example; group:;',
  'a@evil.example>, <b@evil.example',
  'ENDE\u2028\u2029zeile',
  '\u202egnp.exe\u202c \u200b\ufeff\u00a0',
  'Ünïcödé 日本語 العربية עברית 🎉👩‍👩‍👧',
  `${'ä'.repeat(400)} ${'x'.repeat(1_500)}`,
  '  leading, trailing and   many blanks  ',
  '. \u0020\t.',
  "%0d%0aBcc:%20x %s %n ${7*7} $(id) `id` '; drop table delivery; --",
];
/** These cannot be in a header at all: such people are skipped where they would be, and bodies carry them as they are. */
const breaking = [
  'a\r\nBcc: victim@example.com',
  'a\nX-Evil: 1\n\nbody',
  'a\r.\r\n.\r\nMAIL FROM:<x@y.example>\r\n',
  '.\r\n..\r\n.x\r\nFrom me',
  'nul\0 bell\u0007 next\u0085line',
];

const inBody = {
  html: '<p id="a">{{ contact.firstName }}</p><p title="{{ customer.name }}">{% if true %}<b>{{ contact.attributes.city }}</b>{% endif %}</p>',
  text: '[[{{ contact.firstName }}]]\n[[{{ customer.name }}{{ contact.attributes.city | append: "" }}]]\n',
};

interface Sent {
  readonly value: string;
  readonly message: Buffer;
}

describe('whatever stands in a field', () => {
  let peer: SmtpPeer;
  const sent: Sent[] = [];
  const sentInBody: Sent[] = [];
  beforeAll(async () => {
    peer = await SmtpPeer.start({ keepMessages: true });
    for (const value of strings) sent.push({ value, message: await send(value, true) });
    for (const value of [...strings, ...breaking])
      sentInBody.push({ value, message: await send(value, false) });
  }, 120_000);
  afterAll(() => peer.stop());

  /** Over a socket, dots stuffed and all. In the body alone, or in every header, name and part that takes values too. */
  async function send(value: string, everywhere: boolean): Promise<Buffer> {
    const entry = {
      start: '2026-10-25T01:30:00Z',
      duration: '1h',
      summary: value,
      location: value,
      description: value,
    };
    const skeleton = await compileMail({
      ...mailOf({
        subject: everywhere ? 'For {{ contact.lastName }}' : 'x',
        ...inBody,
        ...(everywhere ? { calendar: entry } : {}),
      }),
      ...(everywhere
        ? {
            campaignName: value,
            identity: { ...identity, name: value },
            attachments: [{ name: value, type: value, bytes: Buffer.from(value) }],
            downloads: {
              items: [{ documentId: 'd', title: value, size: 1, linkMs: 1 }],
              urlOf: () => 'https://e.example/d',
            },
          }
        : {}),
    });
    const person = { attributes: { city: value }, customer: { name: value, attributes: {} } };
    const named = everywhere ? { firstName: value, lastName: value } : {};
    const filled = fillFor(skeleton, { ...person, ...named });
    if (!filled.ok) throw new Error(`${JSON.stringify(value)}: ${filled.reason.text}`);
    const pool = openPool(peer.url, { connections: 1 });
    const lane = await pool.acquire(never);
    const { envelope, message, tail } = filled;
    expect(await lane.send({ ...envelope, message, tail }, always)).toMatchObject({ kind: 'accepted' });
    lane.release();
    await pool.close();
    return peer.accepted.at(-1)?.message ?? Buffer.alloc(0);
  }

  const names = [
    'content-type',
    'date',
    'from',
    'list-id',
    'message-id',
    'mime-version',
    'reply-to',
    'subject',
    'to',
  ];
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

  it('makes no header, no recipient and no part, and arrives as it was', async () => {
    for (const { value, message } of sent) {
      const mail = await PostalMime.parse(message, { attachmentEncoding: 'arraybuffer' });
      expect(mail.headers.map(({ key }) => key).sort(), value).toEqual(names);
      expect(
        mail.to?.map(({ address }) => address),
        value,
      ).toEqual([recipient.email]);
      expect(mail.from?.address, value).toBe('it@xn--bcher-kva.example');
      expect(flat(mail.subject ?? ''), value).toBe(flat(`For ${value}`));
      expect(mail.html, value).toContain(`<p id="a">${escapeHtml(value)}</p>`);
      expect(mail.html, value).toContain(`title="${escapeHtml(value)}"><b>${escapeHtml(value)}</b>`);
      expect(mail.text, value).toContain(`[[${value}]]\n[[${value}${value}]]`);
      expect(
        mail.attachments.map(({ filename }) => filename),
        value,
      ).toEqual([null, 'invite.ics', safeFileName(value)]);
      expect(Buffer.from(mail.attachments[2]?.content as ArrayBuffer).toString(), value).toBe(value);
    }
  });

  it('is no markup: there are as many tags as in the mail of anybody', async () => {
    const counts = await Promise.all(
      sent.map(async ({ message }) => [...readTags((await PostalMime.parse(message)).html ?? '')].length),
    );
    expect(new Set(counts).size).toBe(1);
  });

  it('arrives in the body even where it could not be in a header', async () => {
    for (const { value, message } of sentInBody) {
      const mail = await PostalMime.parse(message);
      const plain = value.replaceAll(/\r\n?/g, '\n');
      expect(mail.headers.map(({ key }) => key).sort(), value).toEqual(names);
      expect(mail.text?.replaceAll(/\r\n?/g, '\n'), value).toContain(`${plain}${plain}]]`);
    }
  });

  it.skipIf(noPython !== null)(`is the same for Python${noPython === null ? '' : ` (${noPython})`}`, () => {
    const read = readInPython(sent.map(({ message }) => message));
    for (const [index, mail] of read.entries()) {
      const { value = '' } = sent[index] ?? {};
      expect(mail.headers.map(([name]) => name.toLowerCase()).sort(), value).toEqual(names);
      expect(mail.multiparts, value).toEqual(['multipart/mixed', 'multipart/alternative']);
      const [text, html, , file, document] = mail.parts;
      expect(text?.bytes.toString('utf8').replaceAll('\r\n', '\n'), value).toContain(
        `[[${value}]]\n[[${value}${value}]]`,
      );
      expect(html?.bytes.toString('utf8'), value).toContain(`<p id="a">${escapeHtml(value)}</p>`);
      expect(file?.filename).toBe('invite.ics');
      expect(document?.bytes.toString(), value).toBe(value);
      expect(
        mail.defects.filter((name) => name !== 'InvalidHeaderDefect'),
        value,
      ).toEqual([]);
    }
    const bodies = readInPython(sentInBody.map(({ message }) => message));
    expect(bodies.map(({ headers }) => headers.map(([name]) => name.toLowerCase()).sort())).toEqual(
      bodies.map(() => names),
    );
  });

  it.each(breaking)('%j skips the person where it would be in a header', async (value) => {
    const skeleton = await compileMail(mailOf({ subject: 'For {{ contact.lastName }}', text: 'x' }));
    expect(fillFor(skeleton, { lastName: value })).toMatchObject({
      ok: false,
      reason: { code: 'unsafeHeaderValue' },
    });
  });

  it.each([
    'javascript:alert(1)',
    ' JaVa\tScript\u0000:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
  ])('%j never becomes a link that runs', async (value) => {
    for (const html of [
      '<a href="{{ customer.name }}">x</a>',
      '<a href="{% if true %}{{ customer.name }}{% endif %}">x</a>',
      '{% if true %}<a href="{{ customer.name }}">x</a>{% endif %}',
      '<a href="{{ customer.name }}{{ contact.attributes.city }}">x</a>',
    ]) {
      const skeleton = await compileMail(mailOf({ subject: 'x', html }));
      const filled = fillFor(skeleton, {
        customer: { name: value, attributes: {} },
        attributes: { city: 'x' },
      });
      if (filled.ok)
        expect((await PostalMime.parse(filled.message)).html, html).not.toMatch(/href="\s*(?:j|d|v)/i);
      else expect(filled.reason.code).toBe('unsafeLink');
    }
    const harmless = await compileMail(mailOf({ subject: 'x', html: '<a href="{{ customer.name }}">x</a>' }));
    expect(fillFor(harmless, { customer: { name: 'https://e.example/', attributes: {} } }).ok).toBe(true);
  });
});
