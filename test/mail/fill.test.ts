import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, fillFor, messageId, readBack, skeletonOf } from './example-mail.ts';

const lines = (bytes: string) => bytes.split('\r\n');
const longest = (all: readonly string[]) => all.reduce((most, line) => Math.max(most, line.length), 0);

describe('a filled mail', () => {
  it('has these bytes', async () => {
    const skeleton = await skeletonOf({
      subject: 'Hallo {{ contact.firstName }}',
      html: '<p>{{ contact.salutation }} in {{ contact.attributes.city }}</p>',
      text: 'An {{ customer.name }} = alle ',
    });
    expect(lines(bytesOf(fillFor(skeleton)))).toEqual([
      'List-ID: <mailings.xn--bcher-kva.example>',
      'From: =?UTF-8?Q?B=C3=BCro=2C_=22IT=22?= <it@xn--bcher-kva.example>',
      'To: =?UTF-8?B?QW5uYSBNw7xsbGVy?=',
      ' <anna@example.org>',
      'Reply-To: helpdesk@example.com',
      'Subject: Hallo Anna',
      'Message-ID: <1.2@example.com>',
      'Date: Mon, 01 Dec 2025 07:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative;',
      ' boundary="=_sluice-6c70ae0fff952e3341f4a48b727164f7-Part_1"',
      '',
      '--=_sluice-6c70ae0fff952e3341f4a48b727164f7-Part_1',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'An =',
      'Muster & S=C3=B6hne=',
      ' =3D alle=20',
      '',
      '--=_sluice-6c70ae0fff952e3341f4a48b727164f7-Part_1',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<p>=',
      'Sehr geehrte Frau M=C3=BCller,=',
      ' in =',
      'K=C3=B6ln=',
      '</p>',
      '',
      '--=_sluice-6c70ae0fff952e3341f4a48b727164f7-Part_1--',
      '',
    ]);
  });

  it('is read by another make as it was meant', async () => {
    const skeleton = await skeletonOf({
      subject:
        'Grüße an {{ contact.firstName }}: ein ziemlich langer Betreff, der über mehrere Zeilen gehen muss 🎉',
      html: '<p>{{ customer.name }} <b>{{ contact.attributes.floor }}</b></p>',
    });
    const email = await readBack(bytesOf(fillFor(skeleton, { firstName: 'Jörg' })));
    expect(email.subject).toBe(
      'Grüße an Jörg: ein ziemlich langer Betreff, der über mehrere Zeilen gehen muss 🎉',
    );
    expect(email.from).toMatchObject({ name: 'Büro, "IT"', address: 'it@xn--bcher-kva.example' });
    expect(email.to).toMatchObject([{ name: 'Jörg Müller', address: 'anna@example.org' }]);
    expect(email.messageId).toBe(messageId);
    expect(email.date).toBe('2025-12-01T07:00:00.000Z');
    expect(email.html?.trimEnd()).toBe('<p>Muster &amp; Söhne <b>3</b></p>');
    expect(email.text?.trimEnd()).toBe('Muster & Söhne 3');
  });

  it('is the same on every fill, whatever was filled in between', async () => {
    const skeleton = await skeletonOf({
      subject: '{{ contact.firstName }}',
      html: '{% assign x = contact.lastName %}{% for i in (1..3) %}{{ x }}{{ i }}{% endfor %} {{ contact.attributes.city | upcase }}',
    });
    const first = bytesOf(fillFor(skeleton));
    fillFor(skeleton, { firstName: 'Otto', lastName: 'Other' });
    expect(bytesOf(fillFor(skeleton))).toBe(first);
    expect((await readBack(first)).html).toContain('Müller1Müller2Müller3 KÖLN');
  });

  it('goes to the ASCII form of the domain, and keeps an international local part', async () => {
    const skeleton = await skeletonOf({ subject: 'x', text: 'y' });
    const result = fillFor(skeleton, { email: 'jörg@bücher.example', firstName: null, lastName: null });
    expect(result).toMatchObject({
      envelope: { from: 'it@xn--bcher-kva.example', to: 'jörg@xn--bcher-kva.example' },
    });
    if (result.ok)
      expect(Buffer.from(result.message).toString('utf8')).toContain('To: jörg@xn--bcher-kva.example\r\n');
  });

  it('takes the default for a missing value, and is not filled without one', async () => {
    const skeleton = await skeletonOf({
      subject: '{{ contact.title | default: "Hi" }}',
      text: '{{ contact.attributes.town | default: \'a "town"\' }} {% if contact.title %}T{% else %}-{% endif %}',
    });
    const email = await readBack(bytesOf(fillFor(skeleton)));
    expect([email.subject, email.text?.trimEnd()]).toEqual(['Hi', 'a "town" -']);

    for (const text of [
      '{{ contact.attributes.town }}',
      '{{ contact.attributes.town | upcase }}',
      '{% if true %}{{ contact.attributes.town }}{% endif %}',
    ])
      expect(fillFor(await skeletonOf({ subject: 'x', text }))).toMatchObject({
        ok: false,
        reason: { code: 'mergeValueMissing', field: 'contact.attributes.town' },
      });
  });

  it('is not filled when a header value could end its line', async () => {
    const skeleton = await skeletonOf({ subject: 'For {{ customer.name }}', text: 'x' });
    for (const evil of ['a\r\nBcc: x@example.com', 'a\nb', 'a\rb', 'a\0b', 'a\u0085b', 'a\ud800'])
      expect(fillFor(skeleton, { customer: { name: evil, attributes: {} } })).toMatchObject({
        ok: false,
        reason: { code: 'unsafeHeaderValue', field: 'subject' },
      });
    expect(fillFor(skeleton, { lastName: 'a\r\nBcc: x@y.example' })).toMatchObject({
      reason: { code: 'unsafeHeaderValue', field: 'contact.lastName' },
    });
    for (const email of [
      'a@example.com\r\nBcc: x@y.example',
      'a@example.com>',
      'a b@example.com',
      'a\0@example.com',
    ])
      expect(fillFor(skeleton, { email }), email).toMatchObject({
        reason: { code: 'unsafeHeaderValue', field: 'contact.email' },
      });
  });

  it('stops a template that would run for ever or eat all memory', async () => {
    const loops = '{% for a in (1..100000) %}{% for b in (1..100000) %}{{ a }}{% endfor %}{% endfor %}';
    const memory = '{% for a in (1..100000000) %}x{% endfor %}';
    const doubling = `{% assign s = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}`;
    for (const text of [loops, memory, doubling]) {
      const started = performance.now();
      expect(fillFor(await skeletonOf({ subject: 'x', text }))).toMatchObject({
        reason: { code: 'renderFailed' },
      });
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '\r\n.\r\n',
    '\r\nBcc: x@example.com\r\n\r\n',
    '=',
    '=0D=0A',
    '..',
    '.',
    'a \r\n b ',
    '\t',
    ' ',
    '🎉'.repeat(40),
    '\u202eabc',
    '</p><script>',
    '{{ contact.email }}',
    '{% raw %}',
    '--=_sluice',
    'zqslot0zq',
    'From x',
    '=?UTF-8?Q?x?=',
  ),
  fc.constantFrom(
    'x'.repeat(5000),
    'ä'.repeat(5000),
    '&'.repeat(1000),
    `${' '.repeat(300)}x`,
    'a\n'.repeat(300),
  ),
);

const mailWithEveryPlace = {
  subject: 'S',
  html: '<p title="{{ contact.attributes.v }}">[{{ contact.attributes.v }}]{{ contact.attributes.v }}{% if true %}({{ contact.attributes.v }}){% endif %}</p>\n<pre> \n{{ customer.name }} \n</pre>',
  text: '[{{ contact.attributes.v }}]{{ contact.attributes.v }}{% if true %}({{ contact.attributes.v }}){% endif %}.\n',
};
const escaped = (value: string) =>
  value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');
/** What arrives: CRLF line ends, which the reader gives as LF, and no halves of surrogate pairs. */
const arrived = (text: string) =>
  Buffer.from(text, 'utf8')
    .toString('utf8')
    .replaceAll(/\r\n|\r/g, '\n');

describe('a hostile value', () => {
  it('arrives exactly as it is in the bodies, escaped in HTML, and breaks no line', async () => {
    const skeleton = await skeletonOf(mailWithEveryPlace);
    await fc.assert(
      fc.asyncProperty(hostile, async (v) => {
        fc.pre(v !== '');
        const bytes = bytesOf(
          fillFor(skeleton, { attributes: { v }, customer: { name: v, attributes: {} } }),
        );
        expect(bytes.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
        expect(bytes.indexOf('Bcc:') === -1 || bytes.indexOf('Bcc:') > bytes.indexOf('\r\n\r\n')).toBe(true);
        const [head = '', ...body] = bytes.split('\r\n\r\n');
        expect(longest(lines(head))).toBeLessThanOrEqual(998);
        expect(longest(lines(body.join('\r\n\r\n')))).toBeLessThanOrEqual(76);
        const [text, html] = decodedParts(bytes);
        expect(text).toBe(arrived(`[${v}]${v}(${v}).\n`));
        const e = escaped(v);
        expect(html).toBe(arrived(`<p title="${e}">[${e}]${e}(${e})</p>\n<pre> \n${e} \n</pre>\n`));
      }),
      { numRuns: 300 },
    );
  });

  it('in a subject or a name is refused or arrives exactly as it is, in lines of at most 78', async () => {
    const skeleton = await skeletonOf({ subject: '{{ contact.attributes.v }}', text: 'x' });
    await fc.assert(
      fc.asyncProperty(hostile, async (v) => {
        fc.pre(v.trim() !== '');
        const result = fillFor(skeleton, { attributes: { v }, firstName: v, lastName: null });
        if (!result.ok) {
          expect(result.reason.code).toBe('unsafeHeaderValue');
          return;
        }
        const bytes = bytesOf(result);
        const [head = ''] = bytes.split('\r\n\r\n');
        expect(longest(lines(head))).toBeLessThanOrEqual(78);
        expect(
          lines(head)
            .filter((line) => /^[A-Za-z-]+:/.test(line))
            .map((line) => line.split(':')[0]),
        ).toEqual([
          'Content-Transfer-Encoding',
          'List-ID',
          'From',
          'To',
          'Reply-To',
          'Subject',
          'Message-ID',
          'Date',
          'MIME-Version',
          'Content-Type',
        ]);
        const field = /\r\nSubject: ([\s\S]*?)\r\n(?![ \t])/.exec(head)?.[1] ?? '';
        expect(decodeField(field)).toBe(v);
      }),
      { numRuns: 300 },
    );
  });
});

/** The two bodies, decoded by the letter of RFC 2045 6.7; postal-mime trims more than that. */
function decodedParts(bytes: string): string[] {
  const boundary = /boundary="(.*?)"/.exec(bytes)?.[1] ?? '';
  return bytes
    .split(`--${boundary}`)
    .slice(1, 3)
    .map((part) => {
      const body = part.slice(part.indexOf('\r\n\r\n') + 4, -2);
      const octets = body
        .replaceAll('=\r\n', '')
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      return Buffer.from(octets, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
    });
}

function decodeField(field: string): string {
  const flat = field.replaceAll(/\?=\r\n =\?/g, '?==?').replaceAll('\r\n', '');
  if (!flat.startsWith('=?')) return flat;
  return flat.replaceAll(/=\?UTF-8\?B\?(.*?)\?=/g, (_, base64: string) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );
}
