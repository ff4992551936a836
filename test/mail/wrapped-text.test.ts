import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMail } from '../../mail/compile.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import { wrapText } from '../../mail/content/wrapped-text.ts';
import { bytesOf, fillFor, mailOf, readBack, skeletonOf } from './example-mail.ts';

/** What stands in the body of the wrapped text, filled. */
async function bodyOf(text: string, change = {}): Promise<string> {
  const skeleton = await skeletonOf({ subject: 'x', text, wrap: true });
  const { html } = await readBack(bytesOf(fillFor(skeleton, change)));
  return (
    /<body[^>]*>([\s\S]*)<\/body>/
      .exec(html ?? '')?.[1]
      ?.trim()
      .replaceAll(' style="margin:0 0 1em;"', '') ?? ''
  );
}

describe('a text wrapped in HTML', () => {
  it('goes out as text and as HTML that a phone can read', async () => {
    const mail = await readBack(
      bytesOf(fillFor(await skeletonOf({ subject: 'x', text: 'Hi {{ contact.firstName }}\n', wrap: true }))),
    );
    expect(mail.text?.trimEnd()).toBe('Hi Anna');
    expect(mail.html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(mail.html).toContain('<p style="margin:0 0 1em;">Hi Anna</p>');
  });

  it('takes nothing so long for a link that looking for its end would take for ever', async () => {
    for (const long of [`https://${')'.repeat(300_000)}`, `https://${'.'.repeat(300_000)}x`]) {
      const { html } = wrapText({ subject: 'x', text: long, wrap: true });
      expect(html).toContain(`;">${long}</p>`);
    }
  }, 5_000);

  it.each([
    ['a\nb\n\n\nc', '<p>a<br>\nb</p>\n<p>c</p>'],
    ['a\r\nb\r\n \r\nc\r\n', '<p>a<br>\nb</p>\n<p>c</p>'],
    ['<b>1 & 2</b> "x"', '<p>&lt;b&gt;1 &amp; 2&lt;/b&gt; &quot;x&quot;</p>'],
    [
      'See https://example.com/a?b=1&c=2.',
      '<p>See <a href="https://example.com/a?b=1&amp;c=2">https://example.com/a?b=1&amp;c=2</a>.</p>',
    ],
    [
      '(https://example.com/a_(b))',
      '<p>(<a href="https://example.com/a_(b)">https://example.com/a_(b)</a>)</p>',
    ],
    ['<https://example.com>', '<p>&lt;<a href="https://example.com">https://example.com</a>&gt;</p>'],
    ['to it@example.com, now', '<p>to <a href="mailto:it@example.com">it@example.com</a>, now</p>'],
    ['https:// and http://', '<p>https:// and http://</p>'],
    ['javascript:alert(1)', '<p>javascript:alert(1)</p>'],
    [
      'https://x.example/{{ contact.lastName | url_encode }}!',
      '<p><a href="https://x.example/M%C3%BCller">https://x.example/M%C3%BCller</a>!</p>',
    ],
    ['{{ contact.attributes.evil }}', '<p>&lt;img src=x onerror=&#34;y&#34;&gt;</p>'],
    ['{% if contact.title %}a\n\nb{% endif %}c', '<p>c</p>'],
    [
      'https://x.example/{% if contact.title %}t{% else %}u{% endif %}',
      '<p><a href="https://x.example/">https://x.example/</a>u</p>',
    ],
    ['{% assign a = "x" %}{{ a }}  y', '<p>x&nbsp; y</p>'],
  ])('makes of %j %j', async (text, html) => {
    expect(await bodyOf(text, { attributes: { evil: '<img src=x onerror="y">' } })).toBe(html);
  });

  it('makes a link of a response link', async () => {
    const links = { names: ['done'], urlOf: () => 'https://example.com/r/1?a&b' };
    const mail = { ...mailOf({ subject: 'x', text: 'Click {{ links.done }}', wrap: true }), links };
    const { html } = await readBack(bytesOf(fillFor(await compileMail(mail))));
    expect(html).toContain(
      'Click <a href="https://example.com/r/1?a&amp;b">https://example.com/r/1?a&amp;b</a>',
    );
  });

  it('ends with the signature, in each form', async () => {
    const content = { subject: 'x', text: 'Hi', wrap: true } as const;
    const signature = { html: '<p><b>IT</b></p>', text: 'IT' };
    const mail = await readBack(bytesOf(fillFor(await compileMail({ ...mailOf(content), signature }))));
    expect(mail.html).toMatch(
      /<p[^>]*>Hi<\/p>\s*<div class="sluice-signature"><p><b>IT<\/b><\/p><\/div><\/body>/,
    );
    expect(mail.text?.trimEnd()).toBe('Hi\n\n-- \nIT');
  });

  it.each([
    ['{{ contact.nope }}'],
    ['{% if %}'],
    ['{{ contact.firstName'],
    ['{{ contact.firstName | nope }}'],
  ])('with the fault %j is refused once, where the text has it', async (fault) => {
    const made = compileMail(mailOf({ subject: 'x', text: `a\n${fault}`, wrap: true }));
    const error: unknown = await made.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ContentRefused);
    expect(error instanceof ContentRefused && error.faults).toMatchObject([
      { pointer: '/content/text', line: 2 },
    ]);
  });

  it('has no tags but its own, whatever is typed', () => {
    const typed = fc.stringMatching(/^[<>&"'a@.:/()h tps\n-]{0,80}$/);
    fc.assert(
      fc.property(typed, (text) => {
        const html = wrapText({ subject: 'x', text, wrap: true }).html ?? '';
        const tags = [...(/<body[^>]*>([\s\S]*)<\/body>/.exec(html)?.[1] ?? '').matchAll(/<[^>]*>/g)];
        for (const [tag] of tags)
          expect(tag).toMatch(
            /^(?:<\/?p(?: style="margin:0 0 1em;")?>|<br>|<a href="(?:https?:\/\/|mailto:)[^"<>]+">|<\/a>)$/,
          );
      }),
      { numRuns: 300 },
    );
  });
});
