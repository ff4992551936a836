/** What the demo sends: a merge field in the subject, a personal salutation, attributes of the CSV file, a plain text part. */
export const demoContent = {
  subject: 'Your {{ contact.attributes.device }} moves to the new mail server on 5 December',
  mjml: `<mjml>
  <mj-head>
    <mj-preview>Your mail client needs one new setting.</mj-preview>
    <mj-attributes>
      <mj-all font-family="Helvetica, Arial, sans-serif" />
      <mj-text font-size="16px" line-height="24px" color="#1b1f24" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f3f5f7">
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
        <mj-text font-size="20px" font-weight="bold">A new mail server</mj-text>
        <mj-text>{{ contact.salutation }}</mj-text>
        <mj-text>on 5 December the mail server is replaced. The client on your {{ contact.attributes.device }}
          in room {{ contact.attributes.room | default: "(not known)" }} then needs one new setting.</mj-text>
        <mj-raw>{% if customer.name %}</mj-raw>
        <mj-text>Everybody at {{ customer.name }} gets this mail, a few at a time, so that the
          help desk can answer each call.</mj-text>
        <mj-raw>{% endif %}</mj-raw>
        <mj-button href="https://help.example.com/mail" background-color="#0b5cad">What to change</mj-button>
        <mj-text font-size="13px" color="#5a6470">Sent to {{ contact.email }} in the campaign {{ campaign.name }}.</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`,
  text: `{{ contact.salutation }}

on 5 December the mail server is replaced. The client on your {{ contact.attributes.device }} in room {{ contact.attributes.room | default: "(not known)" }} then needs one new setting: https://help.example.com/mail

Sent to {{ contact.email }} in the campaign {{ campaign.name }}.
`,
};

export const demoIdentity = {
  name: 'IT department',
  address: 'it@example.com',
  replyTo: 'helpdesk@example.com',
};
