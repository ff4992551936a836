import PostalMime from 'postal-mime';
import { expect, it } from 'vitest';
import type { Recipient } from '../../domain/recipient.ts';
import type { Content } from '../../domain/schema/content.ts';
import { compileMail } from '../../mail/compile.ts';
import { renderPreview } from '../../mail/preview.ts';
import { hostileTexts } from '../support/hostile-text.ts';

const campaign = {
  campaignId: '00000000-0000-4000-8000-00000000000c',
  campaignName: 'Offer',
  identity: { name: 'Sales', address: 'sales@example.com' },
};
const person = {
  contactId: '00000000-0000-4000-8000-000000000001',
  email: 'anna@example.org',
  firstName: 'Anna',
  lastName: null,
  title: null,
  salutation: null,
  language: 'en',
  timeZone: null,
  attributes: {},
  customer: null,
} satisfies Recipient;
const content = {
  subject: '{{ record.property.title }} – {{ agent.name }}',
  html:
    '<p>{{ record.property.title }}, {{ record.property.attributes.rooms }} rooms</p>' +
    '<p><a href="{{ record.property.link }}">Look at it</a></p>' +
    '{% if agent.phone %}<p>Call {{ agent.phone | upcase }}</p>{% endif %}<p>{{ agent.attributes.room }}</p>',
};
const link = 'https://example.com/p?a=1&b="><script>alert(1)</script>'.replace(/["<>]/g, encodeURIComponent);

function linkedTo(text: string): Recipient {
  return {
    ...person,
    linked: {
      agent: { name: text, email: null, phone: text, attributes: { room: text } },
      records: { property: { externalId: '1', title: text, link, attributes: { rooms: text } } },
    },
  };
}

const preview = async (recipient: Recipient, of: Content = content) =>
  renderPreview({ ...campaign, content: of, recipient, messageId: '<1@example.com>', date: 0 });

it('a mail says what is linked with each recipient, whatever it is called, and nothing of it becomes markup', async () => {
  const skeleton = await compileMail({ ...campaign, content });
  expect(skeleton.options.usesLinked).toBe(true);
  for (const text of hostileTexts) {
    const filled = skeleton.fill({ recipient: linkedTo(text), messageId: '<1@example.com>', date: 0 });
    if (!filled.ok) throw new Error(filled.reason.text);
    const mail = await PostalMime.parse(filled.message);
    expect(mail.subject).toBe(`${text} – ${text}`);
    expect(mail.html).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
    expect(mail.html?.match(/<[a-z/]+/g)).toEqual(
      ['<p', '</p', '<p', '<a', '</a', '</p', '<p', '</p', '<p', '</p'], // of the template and of nobody else
    );
  }
});

it('who has nothing linked is skipped with the field, and the preview marks each', async () => {
  const skeleton = await compileMail({ ...campaign, content });
  const input = { recipient: person, messageId: '<1@example.com>', date: 0 };
  expect(skeleton.fill(input)).toMatchObject({
    ok: false,
    reason: { code: 'mergeValueMissing', field: 'record.property.title' },
  });
  const { subject, html, warnings } = await preview(person);
  expect(subject).toBe('⟨record.property.title⟩ – ⟨agent.name⟩');
  expect(html).toContain('⟨record.property.attributes.rooms⟩ rooms');
  expect(html).toContain('⟨agent.attributes.room⟩');
  expect(warnings.filter(({ code }) => code === 'mergeValueMissing').map(({ field }) => field)).toEqual([
    'record.property.title',
    'agent.name',
    'record.property.attributes.rooms',
    'record.property.link',
    'agent.attributes.room',
  ]);
});

it('a missing value inside of logic is named, too', async () => {
  const logic = { subject: 'x', text: '{{ record.order.title | upcase }} {{ agent.name | downcase }}' };
  const { text, warnings } = await preview({ ...person, linked: { agent: null, records: {} } }, logic);
  expect(text).toContain('⟨RECORD.ORDER.TITLE⟩ ⟨agent.name⟩');
  expect(warnings.map(({ field }) => field)).toEqual(['record.order', 'record.order.title', 'agent.name']);
});

it('control characters of linked values are shown in the preview as what they are', async () => {
  const { subject, warnings } = await preview(linkedTo('two\nlines'));
  expect(subject).toBe('two\uFFFDlines – two\uFFFDlines');
  expect(warnings[0]).toMatchObject({ code: 'unsafeHeaderValue', field: 'subject' });
});

it.each([
  ['{{ record.property.titel }}', 'did you mean "record.property.title"?'],
  ['{{ agent.mail }}', 'did you mean "agent.email"?'],
  ['{{ record.title }}', 'there is no merge field "record.title"'],
  ['{% assign agent = "x" %}', '"agent" cannot be given another value'],
  ['{{ record[contact.firstName].title }}', 'must be written out, not computed'],
])('%s is refused: %s', async (text, detail) => {
  await expect(compileMail({ ...campaign, content: { subject: 'x', text } })).rejects.toThrow(detail);
});

it.each([
  ['{{ contact.firstName }} agent.name', false],
  ['{{ agent.name | default: "us" }}', true],
  ['{% if record.order.title %}yes{% endif %}', true],
  ['{% assign line = record.order.title | upcase %}{{ line | default: "x" }}', true],
  ['{% unless contact.firstName %}{% if agent.phone %}x{% endif %}{% endunless %}', true],
  ['{% assign x = "agent" %}{{ x }}', false],
])('%s: linked values are needed: %s', async (text, uses) => {
  const { options } = await compileMail({ ...campaign, content: { subject: 'x', text } });
  expect(options.usesLinked).toBe(uses);
});
