import { describe, expect, it } from 'vitest';
import { compileMail, type MailToCompile } from '../../mail/compile.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import { decodeHtml } from '../../mail/content/html-charset.ts';
import { inlineCss } from '../../mail/content/inline-css.ts';
import { sanitiseHtml } from '../../mail/content/sanitise-html.ts';
import { bytesOf, fillFor, mailOf, readBack } from './example-mail.ts';

async function read(more: Partial<MailToCompile>) {
  const skeleton = await compileMail({ ...mailOf({ subject: 'x', text: 'unused' }), ...more });
  const { html, text } = await readBack(bytesOf(fillFor(skeleton)));
  return { html: html ?? '', text: text ?? '', notes: skeleton.options.notes };
}

describe('HTML of somebody else’s make', () => {
  it.each([
    ['<p onclick="x()" onmouseover=y>a</p>', '<p>a</p>'],
    ['<script>alert(1)</script>a', 'a'],
    ['<a href="java\tscript:alert(1)">a</a><a href=" JAVASCRIPT:x">b</a>', '<a>a</a><a>b</a>'],
    ['<a href="data:text/html,<script>x</script>">a</a>', '<a>a</a>'],
    ['<svg onload=alert(1)><script>1</script></svg>a', 'a'],
    ['<math><mi//xlink:href="data:x,<script>alert(4)</script>">', ''],
    ['<iframe srcdoc="<script>x</script>"></iframe><object data=x></object><embed src=x>', ''],
    ['<form action="https://e.example"><input name=p><button>b</button></form>', 'b'],
    [
      '<meta http-equiv="refresh" content="0;url=https://e.example">',
      '<meta content="0;url=https://e.example" />',
    ],
    ['<base href="https://e.example/"><link rel=stylesheet href="https://e.example/x.css">a', 'a'],
    ['<p style="color:red;width:expr/**/ession(alert(1))">a</p>', '<p style="color:red;">a</p>'],
    ['<p style="color:red;width:expr/*;*/ession(alert(1))">a</p>', '<p>a</p>'],
    [String.raw`<p style="background:url(java\73 cript:x)">a</p>`, '<p>a</p>'],
    [
      '<style>@import url(https://e.example/x.css);p{color:red;-moz-binding:url(x)}</style>',
      '<style>p{color:red;}</style>',
    ],
    [
      '<style><!--</style><img title="--><img src=x onerror=1>"></style>',
      '<style><!--</style><img title="--&gt;&lt;img src=x onerror=1&gt;" />',
    ],
    ['<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>a', 'a'],
    [
      '<table><tr><td bgcolor="#fff" width=1>ü &amp; &lt;</td></tr></table>',
      '<table><tr><td bgcolor="#fff" width="1">ü &amp; &lt;</td></tr></table>',
    ],
  ])('%s becomes %s', (given, clean) => {
    expect(sanitiseHtml(given).html).toBe(clean);
  });

  it('says what was taken out', () => {
    expect(sanitiseHtml('<script>1</script><script>2</script><p onclick=x>a').removed).toEqual([
      '2 × <script>',
      'the event handler "onclick"',
    ]);
  });

  it('becomes the body with its merge fields, and the text part what its reader sees', async () => {
    const { html, text, notes } = await read({
      bodyHtml:
        '<!doctype html><html><head><style>.n{color:#c00}</style></head><body><script>x</script><p class="n">Hello {{ contact.lastName }}</p>' +
        '<table>{% for i in (1..2) %}<tr><td>{{ i }} {{ customer.name }}</td></tr>{% endfor %}</table></body></html>',
    });
    expect(html).toContain('<p class="n" style="color: #c00;">Hello Müller</p>');
    expect(html).toContain('<tr><td>1 Muster &amp; Söhne</td></tr>');
    expect(html).not.toMatch(/script|unused/);
    expect(text).toMatch(/Hello Müller[\s\S]*1 Muster & Söhne/);
    expect(text).not.toContain('unused');
    expect(notes).toMatchObject([{ code: 'markupRemoved', text: expect.stringContaining('<script>') }]);
  });

  it.each([
    ['an unknown field', '<p>{{ contact.nope }}</p>', /"contact.nope"/],
    ['a depth that is a trap', '<div>'.repeat(300), /nested more than 256/],
    ['formatting that is never closed', '<i x=1>a</b>'.repeat(50_000), /nested more than 256/],
    ['more than a mail can be', 'x'.repeat(1_000_001), /at most 1000000 characters/],
  ])('is refused for %s', async (_, bodyHtml, why) => {
    const refused = compileMail({ ...mailOf({ subject: 'x', text: 'x' }), bodyHtml });
    await expect(refused).rejects.toThrow(ContentRefused);
    await expect(refused).rejects.toThrow(why);
  });

  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from('<p>Grüße</p>')],
    ['UTF-8 behind a mark', Buffer.from('\ufeff<p>Grüße</p>')],
    ['UTF-16', Buffer.from('\ufeff<p>Grüße</p>', 'utf16le')],
    ['what it declares', Buffer.from('<meta charset="iso-8859-15"><p>Grüße</p>', 'latin1')],
    ['Windows-1252 when nothing is said', Buffer.from('<p>Grüße</p>', 'latin1')],
  ])('is read as %s', (_, bytes) => {
    expect(decodeHtml(bytes)).toContain('<p>Grüße</p>');
  });
});

describe('styles of raw HTML', () => {
  it('go to the elements; media queries, hover and fonts stay in the head', () => {
    const { html } = inlineCss(
      '<html><head><style>p{color:red} a:hover{color:blue} @media (max-width:600px){p{margin:0 !important}} @font-face{font-family:x;src:url(https://e.example/x)}</style></head>' +
        '<body><p style="margin:1px">a</p></body></html>',
    );
    expect(html).toMatch(/<p style="color: red;margin: 1px;?">/);
    for (const kept of ['a:hover', '@media (max-width:600px)', '@font-face']) expect(html).toContain(kept);
  });

  it('leave the Liquid where it is, also between the rows of a table', async () => {
    const { html } = await read({
      content: {
        subject: 'x',
        html: '<style>td{color:red}</style><table>{% for i in (1..2) %}<tr><td title="{{ contact.lastName }}">{{ i }}</td></tr>{% endfor %}</table><!--[if mso]>{{ contact.lastName }}<![endif]-->',
      },
    });
    expect(html).toContain('<td title="Müller" style="color: red;">1</td>');
    expect(html).toMatch(/2<\/td><\/tr><\/tbody><\/table><!--\[if mso\]>Müller<!\[endif\]-->/);
  });

  it('stay where they are, with a note, when there are conditions inside of tags', async () => {
    const { html, notes } = await read({
      content: {
        subject: 'x',
        html: '<style>p{color:red}</style><p {% if contact.title %}class="a"{% endif %}>x</p>',
      },
    });
    expect(html).toContain('<style>p{color:red}</style><p >x</p>');
    expect(notes).toMatchObject([{ code: 'cssNotInlined' }]);
  });

  it('change nothing in HTML without any', () => {
    const plain = '<p>a<br>&nbsp;b';
    expect(inlineCss(plain)).toEqual({ html: plain, inlined: true });
  });
});

describe('documents to download', () => {
  const downloads = {
    items: [
      { documentId: 'd1', title: 'Prices <2026>', size: 1_234_567, linkMs: 86_400_000 },
      { documentId: 'd2', title: 'Terms', size: 900, linkMs: 1 },
    ],
    urlOf: (contactId: string, documentId: string, expiresAt: number) =>
      `https://e.example/d/${documentId}?${contactId.slice(-1)}&${expiresAt}`,
  };

  it('stand below the body, for each person with a link of their own that ends with the mail’s date', async () => {
    const { html, text } = await read({
      content: { subject: 'x', html: '<html><body><p>a</p></body></html>' },
      downloads,
    });
    expect(html).toContain(
      '<a href="https://e.example/d/d1?1&amp;1764658800000">Prices &lt;2026&gt;</a> (1,2 MB)',
    );
    expect(html.indexOf('d2?1&amp;1764572400001')).toBeLessThan(html.indexOf('</body>'));
    expect(text).toContain('Terms (1 kB): https://e.example/d/d2?1&1764572400001');
  });

  it('stand where the content says, and nowhere else', async () => {
    const content = { subject: 'x', html: '<div>{{ downloads }}</div><p>end</p>', text: '{{downloads}}end' };
    const { html, text } = await read({ content, downloads });
    expect(html).toMatch(/^<div><p [\s\S]*Terms<\/a>[\s\S]*<\/div><p>end<\/p>\s*$/);
    expect(text.trim()).toBe(
      'Prices <2026> (1,2 MB): https://e.example/d/d1?1&1764658800000\nTerms (1 kB): https://e.example/d/d2?1&1764572400001\nend',
    );
  });

  it.each([
    { subject: '{{ downloads }}', text: 'x' },
    { subject: 'x', text: '{% if contact.title %}{{ downloads }}{% endif %}' },
    { subject: 'x', text: '{{ downloads | upcase }}' },
    { subject: 'x', text: '{% assign downloads = "x" %}' },
  ])('are refused in another place: %j', async (content) => {
    await expect(compileMail({ ...mailOf(content), downloads })).rejects.toThrow(
      /stands alone|another value/,
    );
  });

  it('come before the signature', async () => {
    const signature = { html: '<p>Regards, {{ campaign.name }}</p>', text: 'Regards, {{ campaign.name }}' };
    const { html, text } = await read({
      content: { subject: 'x', html: '<p>{{ contact.lastName }}</p>' },
      downloads,
      signature,
    });
    expect(html).toMatch(/Müller[\s\S]*Terms[\s\S]*Regards, Upgrade/);
    expect(text).toMatch(/Müller[\s\S]*Terms[\s\S]*Regards, Upgrade/);
    const plain = await read({
      content: { subject: 'x', text: 'Dear {{ contact.lastName }}' },
      downloads,
      signature,
    });
    expect(plain.text).toMatch(/^Dear Müller\n\nPrices[\s\S]*Terms[\s\S]*\n-- \nRegards, Upgrade\s*$/);
    expect(plain.html).toBe('');
  });
});
