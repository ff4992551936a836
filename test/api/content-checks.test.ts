import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { addContacts } from '../support/campaigns.ts';

let api: TestApi;
let path = '';
/** Of 2,500 people, in the order of their ids, every hundredth has no first name. */
let nameless: string[] = [];

beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 2_500);
  const people = await api.db.selectFrom('contact').select('id').orderBy('id').execute();
  nameless = people.filter((_, index) => index % 100 === 50).map(({ id }) => id);
  await api.db.updateTable('contact').set({ first_name: null }).where('id', 'in', nameless).execute();
  const content = {
    subject: 'Your client',
    html: '<p>{{ contact.firstName }} {{ contact.title | default: "" }}</p><a href="www.example.com">more</a>',
  };
  const made = await api.call('POST', '/v1/campaigns', campaignBody({ content }));
  path = `/v1/campaigns/${(made.body as { id: string }).id}`;
});
afterAll(async () => {
  await api.close();
});

describe('before a campaign starts', () => {
  it('everybody is looked at: who would be skipped, why, and what is wrong with the mail as such', async () => {
    const { status, body } = await api.call('GET', `${path}/content-check`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      recipients: 2_500,
      skipped: 25,
      findings: [
        { code: 'defaultUsed', field: 'contact.title', skips: false, count: 2_500 },
        { code: 'mergeValueMissing', field: 'contact.firstName', skips: true, count: 25 },
      ],
      warnings: [{ code: 'brokenLink', text: expect.stringContaining('www.example.com') }],
    });
  });

  it('the people of a finding are shown page by page', async () => {
    const query = 'code=mergeValueMissing&field=contact.firstName';
    const first = await api.call('GET', `${path}/content-check/people?${query}&limit=20`);
    const { items, next } = first.body as { items: { contactId: string }[]; next: string };
    const rest = await api.call('GET', `${path}/content-check/people?${query}&limit=20&cursor=${next}`);
    const second = rest.body as { items: { contactId: string }[]; next: null };
    expect(second.next).toBeNull();
    expect([...items, ...second.items].map(({ contactId }) => contactId)).toEqual(nameless);
  });

  it('one odd case leads to the next, until there is none', async () => {
    const plain = campaignBody({ content: { subject: 'x', text: '{{ contact.firstName }}' } });
    const made = await api.call('POST', '/v1/campaigns', plain);
    const odd = `/v1/campaigns/${(made.body as { id: string }).id}/odd-cases`;
    const seen: string[] = [];
    for (let after = ''; seen.length <= nameless.length;) {
      const { item } = (await api.call('GET', `${odd}${after}`)).body as {
        item: { contactId: string } | null;
      };
      if (item === null) break;
      seen.push(item.contactId);
      after = `?after=${item.contactId}`;
    }
    expect(seen).toEqual(nameless);
  });
});

describe('a page that is the body', () => {
  const check = async (name: string, html: string) => {
    const upload = await fetch(`${api.url}/v1/documents?name=${name}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': 'application/octet-stream' },
      body: html,
    });
    const { id } = (await upload.json()) as { id: string };
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ documents: [{ id }] }));
    expect(made.status, made.text).toBe(201);
    return api.call('GET', `/v1/campaigns/${(made.body as { id: string }).id}/content-check`);
  };

  it('is filled with the agents and records that it speaks of', async () => {
    const customer = await api.db
      .insertInto('customer')
      .values({ name: 'Analytical Ltd', attributes: JSON.stringify({ agent: 'Rossi' }) })
      .returning('id')
      .executeTakeFirstOrThrow();
    await api.db.updateTable('contact').set({ customer_id: customer.id }).execute();
    const { body } = await check('agent.html', '<!doctype html><p>{{ agent.name }}</p>');
    expect(body).toMatchObject({
      recipients: 2_500,
      findings: expect.not.arrayContaining([expect.objectContaining({ field: 'agent.name' })]),
    });
  });

  it('that cannot be filled is refused with its place', async () => {
    const { status, body } = await check('broken.html', '<!doctype html><p>{{ contact.firstName</p>');
    expect(status, JSON.stringify(body)).toBe(422);
    expect(body).toMatchObject({ type: expect.stringContaining('content') });
  });
});
