import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { startCampaign } from '../../db/start.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

/** Eight people, p1 to p8: the even ones ordered the newsletter, p1 to p4 belong to a customer of category A. */
beforeEach(async () => {
  await sql`truncate attribute, customer, contact, campaign, work_list, document, suppression, control cascade`.execute(
    api.db,
  );
  await sql`insert into attribute (owner, name, type, created_by) values ('customer', 'category', 'text', 'test')`.execute(
    api.db,
  );
  await sql`with c as (insert into customer (name, attributes) values ('Acme', '{"category": "A"}') returning id)
    insert into contact (address, email, newsletter, customer_id)
    select 'p' || i || '@example.com', 'p' || i || '@example.com', i % 2 = 0, case when i <= 4 then (select id from c) end
    from generate_series(1, 8) i`.execute(api.db);
});

async function idOf(name: string): Promise<string> {
  const { id } = await api.db
    .selectFrom('contact')
    .select('id')
    .where('address', '=', `${name}@example.com`)
    .executeTakeFirstOrThrow();
  return id;
}

async function post<T>(path: string, body: unknown, status = 201): Promise<T> {
  const answer = await api.call('POST', path, body, { key: api.keys.operator });
  expect(answer.status, answer.text).toBe(status);
  return answer.body as T;
}

async function draft(change: Record<string, unknown>): Promise<string> {
  return (await post<{ id: string }>('/v1/campaigns', campaignBody(change))).id;
}

async function frozenPeople(campaignId: string): Promise<string> {
  await startCampaign(api.db, { campaignId, by: 'anna', startAt: null, expectedVersion: null });
  await snapshotAudience(api.db, campaignId);
  const rows = await api.db
    .selectFrom('delivery')
    .select('address')
    .where('campaign_id', '=', campaignId)
    .execute();
  return rows
    .map(({ address }) => address.split('@')[0] ?? '')
    .sort((one, other) => (one < other ? -1 : 1))
    .join(' ');
}

interface People {
  readonly items: readonly { readonly email: string }[];
  readonly next: string | null;
}
const names = ({ items }: People): string => items.map(({ email }) => email.split('@')[0]).join(' ');

describe("a campaign's audience", () => {
  it('is a filter, as text or as JSON, and its people are those for whom it holds at the start', async () => {
    const id = await draft({ audience: { filter: 'customer.category = A and not email starts with p1' } });
    const shown = await api.call('GET', `/v1/campaigns/${id}`);
    const filter = {
      and: [
        { field: 'customer.category', op: 'is', value: 'A' },
        { not: { field: 'contact.email', op: 'startsWith', value: 'p1' } },
      ],
    };
    expect(shown.body).toMatchObject({ audience: { filter } });
    expect((await api.call('PATCH', `/v1/campaigns/${id}`, { audience: { filter } })).status).toBe(200);
    const forecast = await api.call('GET', `/v1/campaigns/${id}/forecast`);
    expect(forecast.body).toMatchObject({ batches: [{ size: 3 }] });
    expect(await frozenPeople(id)).toBe('p2 p3 p4');
  });

  it('is a work list as it is at the start, which freezes it', async () => {
    const list = await post<{ id: string }>('/v1/work-lists', { name: 'A', filter: 'customer.category = A' });
    const id = await draft({ audience: { workList: list.id } });
    const path = `/v1/work-lists/${list.id}/contacts/${await idOf('p8')}`;
    expect((await api.call('PUT', path)).status).toBe(200);
    expect(await frozenPeople(id)).toBe('p1 p2 p3 p4 p8');
    expect((await api.call('GET', `/v1/work-lists/${list.id}`)).body).toMatchObject({
      frozenBy: 'anna',
      size: 5,
    });
    expect(await api.call('DELETE', path)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('was frozen by anna at 2') },
    });
  });

  it('combines with a follow-up: of those for whom it holds, those who have not responded', async () => {
    const first = await draft({});
    await frozenPeople(first);
    await sql`update delivery set state = 'sending' where campaign_id = ${first}`.execute(api.db);
    await sql`update delivery set state = 'sent' where campaign_id = ${first}`.execute(api.db);
    await sql`insert into response (campaign_id, contact_id, source, event_id, kind, opened_at)
      values (${first}, ${await idOf('p2')}, 'api', 'one', 'call', now())`.execute(api.db);
    await sql`update campaign set state = 'finished', ended_at = now() where id = ${first}`.execute(api.db);
    const follows = { campaign: first, after: '0s', only: 'notResponded' };
    const id = await draft({ audience: { filter: 'customer.category = A' }, follows });
    expect((await api.call('GET', `/v1/campaigns/${id}/audience-check`)).body).toMatchObject({ matched: 3 });
    expect(await frozenPeople(id)).toBe('p1 p3 p4');
  });

  it.each([
    [{ filter: 'customer.categry = A' }, '/audience/filter/field', 'did you mean customer.category?'],
    [{ filter: 'customer.category =' }, '/audience/filter', 'column 20: expected a text'],
    [
      { filter: { and: [{ bounced: false }, { bounced: true }] } },
      '/audience/filter/and/0/bounced',
      'expected true',
    ],
    [{ filter: 'received document "Price list"' }, '/audience/filter', 'there is no document "Price list"'],
    [
      { workList: '00000000-0000-4000-8000-000000000000' },
      '/audience/workList',
      'there is no work list 00000000',
    ],
    [{ all: true, filter: 'bounced' }, '/audience', 'an audience is {"all": true}'],
    [{ everybody: true }, '/audience/everybody', 'not known here'],
    [
      { filter: { or: Array(1000).fill({ bounced: true }) } },
      '/audience/filter',
      'at most 100 conditions (got 1000)',
    ],
  ])('is refused with %j', async (audience, pointer, detail) => {
    expect(await api.call('POST', '/v1/campaigns', campaignBody({ audience }))).toMatchObject({
      status: 422,
      body: { errors: expect.arrayContaining([{ pointer, detail: expect.stringContaining(detail) }]) },
    });
  });

  it('that names what has gone since, or is nobody, is refused before the start, with its name', async () => {
    const id = await draft({ audience: { filter: 'customer.category = Z' } });
    const start = async () => api.call('PUT', `/v1/campaigns/${id}/start`);
    expect(await start()).toMatchObject({
      status: 422,
      body: {
        type: '/problems/empty-audience',
        detail: expect.stringContaining('nobody is found by the filter customer.category = Z'),
      },
    });
    await sql`delete from attribute`.execute(api.db);
    for (const answer of [await start(), await api.call('GET', `/v1/campaigns/${id}/forecast`)])
      expect(answer).toMatchObject({
        status: 422,
        body: {
          type: '/problems/audience-refused',
          errors: [{ pointer: '/audience/filter/field', detail: expect.stringContaining('"category"') }],
        },
      });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({ state: 'draft' });
  });
});

describe('the counts before and after checking', () => {
  const everybody = { audience: { all: true } };

  it('follow one another, and each difference has its people', async () => {
    const { db } = api;
    await sql`insert into suppression (address, stream, reason, source) values
      ('p8@example.com', null, 'bounce', 'test'), ('p2@example.com', 'marketing', 'complaint', 'test'),
      ('p4@example.com', 'crm', 'complaint', 'test')`.execute(db);
    const { rows } = await sql<{
      id: string;
    }>`insert into document (title, version, name, type, size, sha256, origin, added_by)
      values ('List', 1, 'l.pdf', 'pdf', 1, 'x', 'upload', 'test') returning id`.execute(db);
    const document = rows[0]?.id ?? '';
    const campaign = await draft({});
    await sql`insert into document_receipt (document_id, contact_id, campaign_id) values (${document}, ${await idOf('p4')}, ${campaign})`.execute(
      db,
    );

    const asked = { ...everybody, stream: 'marketing', documents: [document] };
    expect(await post('/v1/audience-checks', asked, 200)).toEqual({
      audience: 'everybody',
      matched: 8,
      withUsableAddress: 7,
      consenting: 3,
      notSuppressed: 2,
      notAlreadySent: 1,
      remaining: 1,
      keptBack: { noAddress: 1, noConsent: 4, suppressed: 1, alreadySent: 1 },
    });
    const who = async (why: string) =>
      names(await post<People>('/v1/audience-checks/people', { ...asked, why }, 200));
    expect(await who('noAddress')).toBe('p8');
    expect(await who('noConsent')).toBe('p1 p3 p5 p7');
    expect(await who('suppressed')).toBe('p2');
    expect(await who('alreadySent')).toBe('p4');
    expect(await who('remaining')).toBe('p6');

    const all = { newsletter: false, reason: 'operational notice' };
    expect(await post('/v1/audience-checks', { ...asked, consent: all }, 200)).toMatchObject({
      consenting: 7,
      keptBack: { noConsent: 0 },
    });
    // The campaign's own settings: its stream, its consent, and no documents.
    const own = await draft({ stream: 'marketing', consent: { newsletter: true } });
    expect((await api.call('GET', `/v1/campaigns/${own}/audience-check`)).body).toMatchObject({
      remaining: 2,
    });
    await sql`insert into campaign_document (campaign_id, position, document_id, "as") values (${own}, 1, ${document}, 'attachment')`.execute(
      db,
    );
    const remaining = await api.call('GET', `/v1/campaigns/${own}/audience-check/people?why=remaining`);
    expect(names(remaining.body as People)).toBe('p6');
  });

  it('come in pages', async () => {
    const ask = { ...everybody, why: 'noConsent', limit: 3 };
    const first = await post<People>('/v1/audience-checks/people', ask, 200);
    const second = await post<People>('/v1/audience-checks/people', { ...ask, cursor: first.next }, 200);
    expect([names(first), names(second), second.next]).toEqual(['p1 p3 p5', 'p7', null]);
  });

  it('refuse what is not there', async () => {
    const nothing = '00000000-0000-4000-8000-000000000000';
    expect(
      await api.call('POST', '/v1/audience-checks', { ...everybody, documents: [nothing] }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/documents/0' }] },
    });
    const wrong = await api.call('POST', '/v1/audience-checks/people', { ...everybody, cursor: 'x' });
    expect(wrong.status).toBe(422);
  });
});
