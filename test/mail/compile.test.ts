import { describe, expect, it } from 'vitest';
import type { Content } from '../../domain/schema/content.ts';
import { compileMail } from '../../mail/compile.ts';
import { contentKey } from '../../mail/content-key.ts';
import { ContentRefused, type ContentFault } from '../../mail/content/faults.ts';
import { SkeletonCache } from '../../mail/skeleton-cache.ts';
import { sampleContentWithLogic, sampleIdentity, sampleRecipient } from '../bench/sample-content.ts';
import { bytesOf, fillFor, mailOf, readBack, skeletonOf } from './example-mail.ts';

async function faultsOf(
  content: Omit<Content, 'subject'> & { subject?: string },
): Promise<readonly ContentFault[]> {
  try {
    await compileMail(mailOf({ subject: 'x', ...content }));
    return [];
  } catch (error) {
    if (error instanceof ContentRefused) return error.faults;
    throw error;
  }
}

const body = (inside: string) =>
  `<mjml><mj-body><mj-section><mj-column>\n<mj-text>a</mj-text>\n${inside}\n</mj-column></mj-section></mj-body></mjml>`;

describe('a content is refused with line and column of', () => {
  it.each<[string, Omit<Content, 'subject'>, string, number, number, RegExp]>([
    [
      'an unknown filter',
      { text: 'a\n b {{ contact.email | nope }}' },
      '/content/text',
      2,
      4,
      /filter "nope".*upcase/,
    ],
    ['the raw filter', { html: '<p>{{ contact.email | raw }}</p>' }, '/content/html', 1, 4, /always escaped/],
    ['the escape filter', { html: '{{ contact.email | escape }}' }, '/content/html', 1, 1, /escape twice/],
    [
      'a filter that is random',
      { text: '{{ contact.email | split: "" | sample }}' },
      '/content/text',
      1,
      1,
      /"sample"/,
    ],
    [
      'include',
      { text: 'x\n\n{% include "/etc/passwd" %}' },
      '/content/text',
      3,
      1,
      /\{% include %\} is not available/,
    ],
    ['render', { text: '{% render "x" %}' }, '/content/text', 1, 1, /not available/],
    ['layout', { text: '{% layout "x" %}' }, '/content/text', 1, 1, /not available/],
    ['raw', { text: 'a {% raw %}{{ x }}{% endraw %}' }, '/content/text', 1, 3, /not available/],
    [
      'a block that is not closed',
      { text: 'a\n{% if contact.email %}' },
      '/content/text',
      2,
      1,
      /not closed/,
    ],
    ['an output that is not closed', { text: 'a\n  {{ contact.email' }, '/content/text', 2, 3, /not closed/],
    ['an end of nothing', { text: 'ab{% endif %}' }, '/content/text', 1, 3, /nothing that it belongs to/],
    [
      'an unknown field',
      { text: 'a\nb {{ contact.firstname }}' },
      '/content/text',
      2,
      6,
      /"contact.firstname"; did you mean "contact.firstName"/,
    ],
    [
      'an unknown field in logic',
      { text: '{% if contact.vip == 1 %}x{% endif %}' },
      '/content/text',
      1,
      7,
      /"contact.vip"/,
    ],
    ['an unknown root', { text: '{{ user.name }}' }, '/content/text', 1, 4, /"user.name"/],
    [
      'a computed field',
      { text: '{{ contact.attributes[contact.email] }}' },
      '/content/text',
      1,
      4,
      /written out/,
    ],
    [
      'a field given another value',
      { text: '{% assign contact = "x" %}' },
      '/content/text',
      1,
      11,
      /another value/,
    ],
    [
      'a script',
      { html: '<p>x</p>\n <script>alert(1)</script>' },
      '/content/html',
      2,
      2,
      /<script> is not allowed/,
    ],
    [
      'a script behind what is a comment to nobody',
      { html: '<p>x</p><!--><script>alert(1)</script>-->' },
      '/content/html',
      1,
      14,
      /<script> is not allowed/,
    ],
    [
      'a script in MJML',
      { mjml: body(' <mj-text><script>x</script></mj-text>') },
      '/content/mjml',
      3,
      11,
      /<script>/,
    ],
    ['an event handler', { html: '<p\n onclick="x">y</p>' }, '/content/html', 2, 2, /"onclick"/],
    ['a script in a link', { html: '<a href="javascript:x">y</a>' }, '/content/html', 1, 4, /script/],
    [
      'a field in an attribute without quotes',
      { html: '<a href={{ contact.email }}>y</a>' },
      '/content/html',
      1,
      4,
      /put quotes around \{\{ contact.email \}\}/,
    ],
    [
      'a field in a style',
      { html: '<style>p { color: {{ contact.email }} }</style>' },
      '/content/html',
      1,
      1,
      /inside <style>/,
    ],
    [
      'an unknown MJML element',
      { mjml: body('  <mj-foo>x</mj-foo>') },
      '/content/mjml',
      3,
      3,
      /mj-foo.*exist/,
    ],
    [
      'an unknown MJML attribute',
      { mjml: body('<mj-text bad="1">x</mj-text>') },
      '/content/mjml',
      3,
      1,
      /bad is illegal/,
    ],
    [
      'a wrong MJML value that is a field',
      { mjml: body('<mj-text color="{{ contact.title }}">x</mj-text>') },
      '/content/mjml',
      3,
      1,
      /\{\{ contact.title \}\}/,
    ],
    [
      'an MJML element that is not closed',
      { mjml: '<mjml>\n<mj-body>' },
      '/content/mjml',
      2,
      1,
      /<mj-body> is not closed/,
    ],
    [
      'an MJML element that is closed in the wrong place',
      { mjml: '<mjml><mj-body>\n</mjml></mj-body>' },
      '/content/mjml',
      2,
      1,
      /comes before <\/mj-body>/,
    ],
    [
      'an include',
      { mjml: body('<mj-include path="/etc/passwd" type="html" />') },
      '/content/mjml',
      3,
      1,
      /<mj-include>/,
    ],
    [
      'Liquid that MJML drops',
      { mjml: body('{% if contact.title %}<mj-text>x</mj-text>{% endif %}') },
      '/content/mjml',
      3,
      1,
      /mj-raw/,
    ],
    ['no MJML at all', { mjml: 'hello' }, '/content/mjml', 1, 1, /MJML/],
  ])('%s', async (_, content, pointer, line, column, detail) => {
    const [fault] = await faultsOf(content);
    expect(fault).toMatchObject({ pointer, line, column });
    expect(fault?.detail).toMatch(detail);
  });

  it('a place behind Liquid that spans lines', async () => {
    const mjml = body('<mj-text>{{\n contact.email\n }}</mj-text>\n<mj-foo/>');
    expect(await faultsOf({ mjml })).toMatchObject([{ line: 6, column: 1 }]);
    expect(await faultsOf({ html: 'a  \n\n {{- contact.email -}} \n\n<script></script>' })).toMatchObject([
      { line: 5, column: 1 },
    ]);
  });

  it('what would take its readers for ever', async () => {
    for (const html of ['<p><li>'.repeat(140_000), `<table>${'<thead>'.repeat(140_000)}`])
      expect(await faultsOf({ html })).toMatchObject([{ detail: expect.stringContaining('1000 deep') }]);
    expect(await faultsOf({ html: '<base>'.repeat(160_000) })).toHaveLength(100);
    const spaced = { subject: 'x', mjml: body(`<mj-text>a${' '.repeat(500_000)}b</mj-text>`) };
    expect((await skeletonOf(spaced)).options.html).not.toBeNull();
  }, 15_000);

  it('every fault at once', async () => {
    const faults = await faultsOf({
      subject: '{{ contact.x }}',
      html: '<script></script>{{ contact.y }}',
      text: '{{ z }}',
    });
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/content/subject',
      '/content/html',
      '/content/html',
      '/content/text',
    ]);
  });
});

describe('a compiled content', () => {
  it('keeps Liquid that is no MJML through the MJML compiler', async () => {
    const skeleton = await skeletonOf({
      subject: 'x',
      mjml: body(
        `<mj-text>{% if contact.lastName < "N" and contact.firstName == 'Anna' %}yes & "so"{% else %}no{% endif %}</mj-text>
         <mj-raw>{% if contact.title %}</mj-raw><mj-text>hidden</mj-text><mj-raw>{% endif %}</mj-raw>
         <mj-button href="https://example.com/?c={{ contact.attributes.city | url_encode }}&amp;d={{ contact.attributes['floor'] }}">go</mj-button>`,
      ),
    });
    const email = await readBack(bytesOf(fillFor(skeleton)));
    expect(email.html).toContain('yes & "so"');
    expect(email.html).not.toContain('hidden');
    expect(email.html).toContain('href="https://example.com/?c=K%C3%B6ln&amp;d=3"');
    expect(email.html).not.toContain('googleapis');
    expect(email.text).toMatch(/^a\s+yes & "so"\s+go <https:\/\/example.com\/\?c=K%C3%B6ln&d=3>\s*$/);
  });

  it('trims white space as Liquid asks for', async () => {
    const skeleton = await skeletonOf({
      subject: 'x',
      text: 'a  {{- contact.firstName -}}  b\n{%- if true -%} c {%- endif -%}\n d',
    });
    expect((await readBack(bytesOf(fillFor(skeleton)))).text?.trimEnd()).toBe('aAnnabcd');
  });

  it('does not take derived text for Liquid', async () => {
    const skeleton = await skeletonOf({
      subject: 'x',
      html: '<p>{% if true %}&#123;&#123; contact.email }}{% endif %}&#123;% if %}</p>',
    });
    expect((await readBack(bytesOf(fillFor(skeleton)))).text?.trimEnd()).toBe('{{ contact.email }}{% if %}');
  });

  it('has no text part when nothing can be read in it, and only one for a text', async () => {
    const image = bytesOf(
      fillFor(await skeletonOf({ subject: 'x', html: '<img src="https://example.com/x.png" alt="x">' })),
    );
    expect(image).toContain('Content-Type: text/html');
    expect(image).not.toContain('multipart');
    const text = bytesOf(fillFor(await skeletonOf({ subject: 'x', text: 'plain ü' })));
    expect(text).toContain('Content-Type: text/plain; charset=utf-8');
    expect((await readBack(text)).text?.trimEnd()).toBe('plain ü');
  });

  it('refuses "now", which would change with a retry', async () => {
    const skeleton = await skeletonOf({ subject: 'x', text: '{{ "now" | date: "%Y" }}' });
    expect(fillFor(skeleton)).toMatchObject({ ok: false, reason: { code: 'renderFailed' } });
    const fixed = await skeletonOf({
      subject: 'x',
      text: '{{ "2026-12-05T08:00:00Z" | date: "%d %B %Y %H:%M" }}',
    });
    expect((await readBack(bytesOf(fillFor(fixed)))).text?.trimEnd()).toBe('05 December 2026 08:00');
  });

  it('fills a whole mail for many people', async () => {
    const skeleton = await compileMail({ ...mailOf(sampleContentWithLogic), identity: sampleIdentity });
    for (let index = 0; index < 20; index++) {
      const person = sampleRecipient(index);
      const input = { recipient: person, messageId: '<1@example.com>', date: 0 };
      const email = await readBack(bytesOf(skeleton.fill(input)));
      expect(email.html).toContain(
        `person${index}@example.org at Muster &amp; Söhne is on server mail${index % 7}.`,
      );
      expect(email.text).toContain(
        `person${index}@example.org at Muster & Söhne is on server mail${index % 7}.`,
      );
      expect(email.html).toContain(index % 5 === 0 ? `You work from home: MAIL${index % 7}.` : 'See you.');
    }
  });
});

describe('the skeleton cache', () => {
  it('compiles the same mail once, other content anew, and keeps no more than it may', async () => {
    const cache = new SkeletonCache(2);
    const one = mailOf({ subject: 'one', text: 'x' });
    const two = mailOf({ subject: 'two', text: 'x' });
    const [first, again] = await Promise.all([cache.get(one), cache.get({ ...one })]);
    expect(again).toBe(first);
    expect(await cache.get(two)).not.toBe(first);
    expect(await cache.get(one)).toBe(first);
    await cache.get(mailOf({ subject: 'three', text: 'x' }));
    expect(await cache.get(one)).toBe(first);
    expect(contentKey(one)).not.toBe(contentKey({ ...one, test: true }));
  });

  it('does not keep what was refused', async () => {
    const cache = new SkeletonCache(2);
    const bad = mailOf({ subject: 'x', text: '{{ nope }}' });
    await expect(cache.get(bad)).rejects.toThrow(ContentRefused);
    await expect(cache.get(bad)).rejects.toThrow(ContentRefused);
  });
});
