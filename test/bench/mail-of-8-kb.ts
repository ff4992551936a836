import type { Content, Identity } from '../../domain/schema/content.ts';

const sentence =
  'On Saturday the central servers move to new machines; mail, calendar and files stay where they are.';

/** What a mailing looks like: MJML with text part, merge fields in subject, greeting, text and link; about 8 kB on the wire. */
export const mailOf8kB: Content = {
  subject: '{{ contact.firstName }}, your client needs a new setting',
  mjml: `<mjml><mj-body><mj-section><mj-column>
    <mj-text>{{ contact.salutation }}</mj-text>
    <mj-text>your account {{ contact.email }} is on server {{ contact.attributes.server }}.</mj-text>
    <mj-text>${sentence} ${sentence} ${sentence}</mj-text>
    <mj-button href="https://it.example.com/settings?room={{ contact.attributes.room }}">See my settings</mj-button>
    <mj-text>{{ contact.firstName }} {{ contact.lastName }}, room {{ contact.attributes.room }}</mj-text>
  </mj-column></mj-section></mj-body></mjml>`,
  text: `{{ contact.salutation }}\n\nyour account {{ contact.email }} is on server {{ contact.attributes.server }}.\n${sentence}\n`,
};

export const benchIdentity: Identity = {
  name: 'IT department',
  address: 'it@example.com',
  replyTo: 'help@example.com',
};
