import { describe, expect, it } from 'vitest';
import type { Recipient } from '../../domain/recipient.ts';
import type { Content } from '../../domain/schema/content.ts';
import { compileMail } from '../../mail/compile.ts';
import { ContentRefused } from '../../mail/content/faults.ts';
import { renderPreview, type Preview } from '../../mail/preview.ts';
import { sampleContentWithLogic } from '../bench/sample-content.ts';
import {
  bytesOf,
  date,
  fillFor,
  mailOf,
  messageId,
  readBack,
  recipient,
  skeletonOf,
} from './example-mail.ts';

const complete = { ...recipient.attributes, server: 'm1', token: 't', room: 1 };

async function previewOf(content: Content, change: Partial<Recipient> = {}, test = false): Promise<Preview> {
  return await renderPreview({
    ...mailOf(content),
    test,
    recipient: { ...recipient, ...change },
    messageId,
    date,
  });
}
const codes = (preview: Preview) =>
  preview.warnings.map(({ code }) => code).sort((one, other) => one.localeCompare(other));

describe('a preview', () => {
  it('is byte for byte the mail that is sent', async () => {
    const preview = await previewOf(sampleContentWithLogic, { attributes: complete });
    const sent = bytesOf(fillFor(await skeletonOf(sampleContentWithLogic), { attributes: complete }));
    expect(Buffer.from(preview.message).toString('latin1')).toBe(sent);
    expect(preview.sizeBytes).toBe(sent.length);
    const email = await readBack(sent);
    expect(preview.html?.trimEnd()).toBe(email.html?.trimEnd());
    expect(preview.text?.trimEnd()).toBe(email.text?.trimEnd());
    expect(preview.subject).toBe(email.subject);
    expect(preview.headers).toContainEqual({ name: 'Message-ID', value: messageId });
    expect(preview.headers.map(({ name }) => name)).toEqual(
      email.headers.map(({ originalKey }) => originalKey),
    );
  });

  it('of a test send differs from the real mail in its marks only', async () => {
    const content: Content = { subject: 'Hi {{ contact.firstName }}', text: 'x' };
    const preview = await previewOf(content, {}, true);
    expect(preview.subject).toBe('[Test] Hi Anna');
    expect(preview.headers).toContainEqual({ name: 'X-Sluice-Test', value: 'yes' });
    const real = bytesOf(fillFor(await skeletonOf(content)));
    const unmarked = Buffer.from(preview.message)
      .toString('latin1')
      .replace('X-Sluice-Test: yes\r\n', '')
      .replace('[Test] ', '');
    expect(unmarked).toBe(real);
    const skeleton = await compileMail({ ...mailOf(content), test: true });
    expect(bytesOf(fillFor(skeleton))).toBe(Buffer.from(preview.message).toString('latin1'));
  });

  it('shows each missing value and warns that the person would be skipped', async () => {
    const preview = await previewOf(
      {
        subject: '{{ contact.title | default: "Hello" }}',
        html: '<p>{{ contact.lastName }} {{ contact.attributes.town | upcase }} {{ customer.name }} {{ customer.attributes.group }}</p>',
      },
      { lastName: null, customer: null },
    );
    const missing = preview.warnings
      .filter(({ code }) => code === 'mergeValueMissing')
      .map(({ field }) => field);
    expect(missing.map(String).sort((one, other) => one.localeCompare(other))).toEqual([
      'contact.attributes.town',
      'contact.lastName',
      'customer.attributes.group',
      'customer.name',
    ]);
    expect(preview.html).toContain('⟨contact.lastName⟩');
    expect(preview.html).toContain('⟨CONTACT.ATTRIBUTES.TOWN⟩');
    expect(preview.warnings).toContainEqual(
      expect.objectContaining({ code: 'defaultUsed', field: 'contact.title' }),
    );
  });

  it('warns of a value that no header may hold, and shows the rest', async () => {
    const preview = await previewOf(
      { subject: 'x', text: 'y' },
      { lastName: 'Müller\r\nBcc: a@example.com' },
    );
    expect(codes(preview)).toEqual(['unsafeHeaderValue']);
    expect(preview.headers.map(({ name }) => name)).not.toContain('Bcc');
  });

  it('warns of a value that would make a link run a program, and shows the rest', async () => {
    const attributes = { page: 'javascript:alert(1)' };
    const html = '<a href="{{ contact.attributes.page }}">{{ contact.firstName }}</a>';
    const preview = await previewOf({ subject: 'x', html }, { attributes });
    expect(codes(preview)).toEqual(['brokenLink', 'unsafeLink']);
    expect(preview.html).not.toContain('javascript');
    expect(preview.html).toContain('>Anna</a>');
  });

  it.each<[string, string, string | null]>([
    ['an address without a host', '<a href="https://">x</a>', 'brokenLink'],
    ['a jump to a place that is there', '<a href="#x">x</a><p id="x">y</p>', null],
    ['a jump to nowhere', '<a href="#y">x</a>', 'brokenLink'],
    ['localhost', '<a href="http://localhost:8080/x">x</a>', 'brokenLink'],
    ['a private host', '<a href="https://192.168.1.5/x">x</a>', 'brokenLink'],
    ['a host without a domain', '<a href="https://intranet/x">x</a>', 'brokenLink'],
    ['mailto without an address', '<a href="mailto:">x</a>', 'brokenLink'],
    ['mailto with a subject', '<a href="mailto:a@example.com?subject=x">x</a>', null],
    [
      'a link that lacks its value',
      '<a href="{{ contact.attributes.page }}">x</a>',
      'brokenLink mergeValueMissing',
    ],
    ['an image over http', '<img src="http://example.com/a.png" alt="a">x', 'insecureImage'],
    ['an image on the author’s disk', '<img src="logo.png" alt="a">x', 'brokenImage'],
    ['a webp image', '<img src="https://example.com/a.webp" alt="a">x', 'imageNotEverywhere'],
    ['an honest link', '<a href="https://example.com/a?b=1&amp;c=2">x</a>', null],
  ])('looks at %s', async (_, html, expected) => {
    expect(codes(await previewOf({ subject: 'x', html })).join(' ')).toBe(expected ?? '');
  });

  it('warns of a mail that many mailboxes refuse, and of too many files', async () => {
    const bytes = Buffer.alloc(1_400_000, 7);
    const attachments = Array.from({ length: 6 }, (_, n) => ({
      name: `${n}.bin`,
      type: 'application/pdf',
      bytes,
    }));
    const request = { ...mailOf({ subject: 'x', text: 'x' }), attachments, recipient, messageId, date };
    expect(codes(await renderPreview(request))).toEqual(['mailLarge', 'manyAttachments']);
  });

  it('warns of links that lead nowhere, images without alt and HTML that Gmail clips', async () => {
    const html = `<a href="https://example.com/a?b=1&amp;c=2">ok</a><a href="mailto:a@example.com">ok</a><a href="#top">ok</a>
      <a href="www.example.com">1</a><a href="https://">2</a><a href="">3</a><a href="https://exa mple.com">4</a>
      <img src="https://example.com/a.png"><img src="https://example.com/b.png" alt="b"><img src="https://example.com/c.png" width="1">`;
    const preview = await previewOf({ subject: 'x', html });
    expect(codes(preview)).toEqual([
      'brokenLink',
      'brokenLink',
      'brokenLink',
      'brokenLink',
      'imageWithoutAlt',
    ]);
    expect(codes(await previewOf({ subject: 'x', html: `<p>${'x'.repeat(103_000)}</p>` }))).toEqual([
      'htmlClipped',
    ]);
    expect(
      codes(await previewOf({ subject: 'x', html: '<img src="https://example.com/a.png" alt="a">' })),
    ).toEqual(['noText']);
    expect(codes(await previewOf({ subject: 'x', html: '<p>fine</p>' }))).toEqual([]);
  });

  it('refuses a template that fails in filling', async () => {
    const content = { subject: 'x', text: '{% for i in (1..100000000) %}x{% endfor %}' };
    await expect(previewOf(content)).rejects.toThrow(ContentRefused);
  });
});
