import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { addContacts } from '../support/campaigns.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 1);
});
afterAll(async () => {
  await api.close();
});

const identity = { name: 'IT', address: 'it@example.com' };
const content = {
  subject: 'Hello {{ contact.firstName }}',
  html: '<p>{{ contact.salutation }} {{ contact.attributes.city }}</p>',
};

async function preview(change: Record<string, unknown>) {
  return api.call('POST', '/v1/previews', { identity, content, ...change });
}

describe('POST /v1/previews', () => {
  it('fills a mail for a known person and warns of what is missing', async () => {
    const { id } = await api.db.selectFrom('contact').select('id').executeTakeFirstOrThrow();
    expect(await preview({ contactId: id })).toMatchObject({
      status: 200,
      body: {
        subject: 'Hello First1',
        html: expect.stringContaining('⟨contact.attributes.city⟩'),
        text: expect.any(String),
        headers: expect.arrayContaining([{ name: 'From', value: 'IT <it@example.com>' }]),
        sizeBytes: expect.any(Number),
        warnings: [{ code: 'mergeValueMissing', field: 'contact.attributes.city' }],
      },
    });
  });

  it('fills it for a made-up person, escaped', async () => {
    const contact = {
      firstName: 'A & B',
      language: 'de',
      salutation: 'Frau',
      lastName: 'Müller',
      attributes: { city: '<b>' },
    };
    expect((await preview({ contact })).body).toMatchObject({
      subject: 'Hello A & B',
      html: expect.stringContaining('<p>Sehr geehrte Frau Müller, &lt;b&gt;</p>'),
      warnings: [],
    });
  });

  it('marks every value when nobody is given', async () => {
    expect((await preview({})).body).toMatchObject({ subject: 'Hello ⟨contact.firstName⟩' });
  });

  it('refuses what cannot be sent with line and column, and both kinds of person at once', async () => {
    const wrong = { subject: 'x', html: '<p>\n  {{ contact.firstNam }}</p>' };
    expect(await preview({ content: wrong })).toMatchObject({
      status: 422,
      body: {
        type: '/problems/content-refused',
        errors: [{ pointer: '/content/html', line: 2, detail: expect.stringContaining('contact.firstName') }],
      },
    });
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await preview({ contactId: id, contact: { title: 'Dr.' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/contact' }] },
    });
    expect(await preview({ contactId: id })).toMatchObject({ status: 404 });
    expect(await preview({ contact: { email: 'nobody' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/contact/email' }] },
    });
  });

  it('has the time zone and the name of the campaign that it is for', async () => {
    const event = { summary: 'Upgrade', start: '2026-12-05T18:00:00+01:00', duration: '2h' };
    const zoned = { subject: '{{ campaign.name }}: {{ event.start }}', text: 'x', calendar: event };
    const made = await api.call(
      'POST',
      '/v1/campaigns',
      campaignBody({ content: zoned, timeZone: 'America/New_York' }),
    );
    const campaignId = (made.body as { id: string }).id;
    expect(await preview({ content: zoned, campaignId })).toMatchObject({
      status: 200,
      body: { subject: expect.stringMatching(/^Server upgrade: .*12:00.PM EST$/u) },
    });
  });
});
