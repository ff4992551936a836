import { describe, expect, it } from 'vitest';
import type { Content, Signature } from '../../domain/schema/content.ts';
import { compileMail } from '../../mail/compile.ts';
import { contentKey } from '../../mail/content-key.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import { withSignature } from '../../mail/content/signature.ts';
import { bytesOf, fillFor, mailOf, readBack } from './example-mail.ts';

const signature: Signature = {
  html: '<p>Team of {{ customer.name }}<br>\n<a href="https://example.com">example.com</a></p>',
  text: 'Team of {{ customer.name }}\nhttps://example.com/text',
};

async function sent(content: Content, own: Signature | null = signature) {
  return readBack(bytesOf(fillFor(await compileMail({ ...mailOf(content), signature: own }))));
}

async function faultsOf(content: Content, own: Signature) {
  try {
    await compileMail({ ...mailOf(content), signature: own });
  } catch (error) {
    if (error instanceof ContentRefused) return error.faults;
    throw error;
  }
  return [];
}

const block =
  '<div class="sluice-signature"><p>Team of Muster &amp; Söhne<br> <a href="https://example.com">example.com</a></p></div>';
const below = '\n\n-- \nTeam of Muster & Söhne\nhttps://example.com/text';

describe('a signature', () => {
  it.each<[string, string, RegExp]>([
    ['before the end of the body', '<html><body><p>Hi</p></body></html>', /<p>Hi<\/p>BLOCK<\/body><\/html>/],
    ['at the end of a fragment', '<p>Hi</p>', /<p>Hi<\/p>BLOCK/],
    ['past a comment', '<body>Hi</body><!-- </body> -->', /HiBLOCK<\/body><!--/],
    ['where the content says so', '<div>{{ signature }}</div><p>Legal</p>', /<div>BLOCK<\/div><p>Legal<\/p>/],
  ])('stands in HTML %s, and in the derived text below the delimiter', async (_where, html, expected) => {
    const mail = await sent({ subject: 'x', html });
    expect((mail.html ?? '').replace(block, 'BLOCK')).toMatch(expected);
    expect(mail.text?.trimEnd().endsWith(below)).toBe(true);
    // Its HTML is not read a second time into the text.
    expect(mail.text?.match(/Team of/g)).toHaveLength(1);
  });

  it('stands in MJML at the end of the body or in the place of its marker', async () => {
    const frame = (more: string) =>
      `<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ contact.firstName }}</mj-text>${more}</mj-column></mj-section></mj-body></mjml>`;
    const last = await sent({ subject: 'x', mjml: frame('') });
    expect(last.html).toMatch(/Hi Anna[\s\S]*sluice-signature[\s\S]*Team of Muster &amp; Söhne/);
    expect(last.text?.trimEnd()).toBe(`Hi Anna${below}`);
    const placed = await sent({
      subject: 'x',
      mjml: frame('<mj-text>{{signature}}</mj-text><mj-text>Legal</mj-text>'),
    });
    expect(placed.html).toMatch(/Hi Anna[\s\S]*Team of Muster[\s\S]*Legal/);
    expect(placed.html?.match(/sluice-signature/g)).toHaveLength(1);
  });

  it('stands in a text that is given after the delimiter, or plainly where its marker is', async () => {
    expect((await sent({ subject: 'x', text: 'Hi\n\n' })).text?.trimEnd()).toBe(`Hi${below}`);
    expect((await sent({ subject: 'x', text: 'Hi\n{{ signature }}\nLegal' })).text?.trimEnd()).toBe(
      'Hi\nTeam of Muster & Söhne\nhttps://example.com/text\nLegal',
    );
  });

  it('that is none takes the marker out and nothing else', async () => {
    const html = '<p>Hi</p><div>{{ signature }}</div>';
    expect((await sent({ subject: 'x', html }, null)).html?.trimEnd()).toBe('<p>Hi</p><div></div>');
    const untouched: Content = { subject: 'x', html: '<p>Hi</p>', text: 'Hi' };
    expect(withSignature(untouched, null)).toEqual(untouched);
  });

  it('leaves the faults of the content where they are', async () => {
    const html = '<p>{{ signature }}</p>\n<p>{{ contact.nope }}</p>';
    expect(await faultsOf({ subject: 'x', html }, signature)).toMatchObject([
      { pointer: '/content/html', line: 2, column: 7 },
    ]);
  });

  it.each([
    ['<p>{{ contact.nope }}</p>', 'there is no merge field "contact.nope"'],
    ['<p>a</p>\n<script>x</script>', '<script> is not allowed'],
    ['<p onclick="x()">a</p>', 'the event handler "onclick" is not allowed'],
    ['<a href="javascript:x">a</a>', 'may not hold a script'],
    ['<body><p>a</p></body>', 'leave <body> out'],
    ['<mj-text>a</mj-text>', 'leave <mj-text> out'],
    ['{% if contact.firstName %}', 'not closed'],
    ['<p>{{ signature }}</p>', 'there is no merge field "signature"'],
  ])('with %j is refused by its own name', async (html, detail) => {
    const faults = await faultsOf({ subject: 'x', html: '<p>Hi</p>' }, { html, text: 'a' });
    expect(faults[0]).toMatchObject({
      pointer: '/signature/html',
      detail: expect.stringContaining(detail),
    });
    expect(faults.every(({ pointer }) => pointer.startsWith('/signature'))).toBe(true);
  });

  it('makes another mail: the key of a mail without one is what it always was', () => {
    const mail = mailOf({ subject: 'x', text: 'y' });
    expect(contentKey(mail)).toBe(contentKey({ ...mail, signature: null }));
    expect(contentKey({ ...mail, signature })).not.toBe(contentKey(mail));
    expect(contentKey({ ...mail, signature: { ...signature, text: 'other' } })).not.toBe(
      contentKey({ ...mail, signature }),
    );
    // As before there were signatures: it is also the boundary of mails that may be built again.
    expect(contentKey(mail)).toBe('9cc25179cfb0fe0c0ac22516e8b52e58');
  });
});
