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

  it('a first person whose mail cannot be made is a finding like others', async () => {
    const [first] = await api.db.selectFrom('contact').select('id').orderBy('id').limit(1).execute();
    await api.db
      .updateTable('contact')
      .set({ attributes: JSON.stringify({ page: 'javascript:alert(1)' }) })
      .where('id', '=', first?.id ?? '')
      .execute();
    const html = '<a href="{{ contact.attributes.page | default: "https://example.com" | strip }}">x</a>';
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ content: { subject: 'x', html } }));
    const checked = `/v1/campaigns/${(made.body as { id: string }).id}/content-check`;
    expect(await api.call('GET', checked)).toMatchObject({
      status: 200,
      body: { skipped: 1, findings: [{ code: 'unsafeLink', skips: true, count: 1 }], warnings: [] },
    });
  });

  async function draftWithPage(body: string): Promise<string> {
    const response = await fetch(`${api.url}/v1/documents?name=page.html`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${api.keys.operator}`, 'Content-Type': 'text/html' },
      body: `<!doctype html><p>${body}</p>`,
    });
    const { id } = (await response.json()) as { id: string };
    const made = await api.call('POST', '/v1/campaigns', campaignBody({ documents: [{ id }] }));
    return `/v1/campaigns/${(made.body as { id: string }).id}`;
  }

  it('a page that speaks of records finds those of the campaign', async () => {
    const path = '/v1/records/order/7';
    expect((await api.call('PUT', path, { title: 'Pumps' })).status).toBeLessThan(300);
    const { body } = await api.call('GET', path);
    const draft = await draftWithPage('{{ record.order.title }}');
    const records = [(body as { id: string }).id];
    expect((await api.call('PATCH', draft, { records })).status).toBe(200);
    expect(await api.call('GET', `${draft}/content-check`)).toMatchObject({ body: { skipped: 0 } });
  });

  it('a page that cannot be the mail is refused with its place', async () => {
    const draft = await draftWithPage('{{ contact.firstNam }}');
    for (const path of ['content-check', 'odd-cases', 'content-check/people?code=noName'])
      expect(await api.call('GET', `${draft}/${path}`)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/documents/0', detail: expect.stringContaining('contact.firstName') }] },
      });
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
