import type { Recipient } from '../../domain/recipient.ts';
import type { Content, Identity } from '../../domain/schema/content.ts';

const paragraph =
  'On Saturday the central servers move to new machines. Mail, calendar and files stay where they are; your client, however, ' +
  'asks for the new address once, and the old one is switched off at noon. The steps below take about three minutes and need no ' +
  'help from us; whoever gets stuck calls the number at the end, and somebody will sit down with you.';

const card = (title: string): string => `
    <mj-section background-color="#ffffff" padding="12px 24px">
      <mj-column>
        <mj-text font-size="18px" font-weight="bold" color="#1f2937">${title}</mj-text>
        <mj-text line-height="1.5">${paragraph}</mj-text>
        <mj-text line-height="1.5">${paragraph}</mj-text>
      </mj-column>
    </mj-section>`;

const mjml = (extra: string): string => `<mjml>
  <mj-head>
    <mj-title>Server upgrade</mj-title>
    <mj-preview>{{ contact.salutation }} a new setting for your mail client</mj-preview>
    <mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes>
  </mj-head>
  <mj-body background-color="#f3f4f6">
    <mj-section><mj-column>
      <mj-image src="https://it.example.com/logo.png" alt="IT department" width="160px" />
      <mj-text>{{ contact.salutation }}</mj-text>
      <mj-text>your account {{ contact.email }} at {{ customer.name | default: "your company" }} is on server {{ contact.attributes.server }}.</mj-text>
      ${extra}
    </mj-column></mj-section>${['What changes', 'What to do', 'When it happens', 'Who helps'].map(card).join('')}
    <mj-section><mj-column>
      <mj-button href="https://it.example.com/settings?who={{ contact.attributes.token }}">See my settings</mj-button>
      <mj-text>{{ contact.firstName | default: "Your" }} {{ contact.lastName | default: "colleague" }}, room {{ contact.attributes.room }}</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>`;

/** A mail of about 4 kB of MJML and 18 kB on the wire with eight merge fields, as the measurements use it; the second one has a condition too. */
export const sampleContent: Content = {
  subject: '{{ contact.firstName | default: "Hello" }}, your client needs a new setting',
  mjml: mjml(''),
};

export const sampleContentWithLogic: Content = {
  ...sampleContent,
  mjml: mjml(
    '<mj-text>{% if contact.attributes.remote %}You work from home: {{ contact.attributes.server | upcase }}.{% else %}See you.{% endif %}</mj-text>',
  ),
};

export const sampleIdentity: Identity = {
  name: 'IT department',
  address: 'it@example.com',
  replyTo: 'helpdesk@example.com',
};

export function sampleRecipient(index: number): Recipient {
  return {
    contactId: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    email: `person${index}@example.org`,
    firstName: index % 3 === 0 ? 'Jörg' : 'Anna',
    lastName: `Muster${index}`,
    title: null,
    salutation: index % 2 === 0 ? 'Frau' : null,
    language: index % 4 === 0 ? 'de' : 'en',
    timeZone: null,
    attributes: {
      server: `mail${index % 7}`,
      token: `t${index * 7919}`,
      room: index % 400,
      remote: index % 5 === 0,
    },
    customer: { name: 'Muster & Söhne', attributes: {} },
  };
}
