import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotAudience } from '../../db/ledger/snapshot.ts';
import { startCampaign } from '../../db/start.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';
import { Batches } from '../support/claims.ts';
import { addDocument, attachDocuments } from '../support/documents.ts';

let api: TestApi;
const ids = new Map<string, string>();
beforeAll(async () => {
  api = await startTestApi();
  const file =
    'email,first_name,newsletter\nada@example.com,Ada,yes\nbob@example.com,Bob,\n=eve@example.com,Eve,\n';
  await api.call('POST', '/v1/contact-imports', file, { headers: { 'Content-Type': 'text/csv' } });
  for (const { email, id } of await api.db.selectFrom('contact').select(['email', 'id']).execute())
    ids.set(email, id);
});
afterAll(async () => api.close());

const contact = (name: string): string => `/v1/contacts/${ids.get(`${name}@example.com`)}`;

async function draft(change: Record<string, unknown>): Promise<string> {
  const made = await api.call('POST', '/v1/campaigns', campaignBody(change));
  expect(made.status).toBe(201);
  return (made.body as { id: string }).id;
}

/** Started by the database alone, with its first batch begun. */
async function begin(campaignId: string): Promise<Batches> {
  await startCampaign(api.db, { campaignId, by: 'test', startAt: null, expectedVersion: null });
  await snapshotAudience(api.db, campaignId);
  const batches = new Batches(api.db, campaignId);
  await batches.begin();
  return batches;
}

describe('consent', () => {
  it('is asked for unless somebody says why not; either way the draft says how many are concerned', async () => {
    const everybody = await draft({});
    const body = (await api.call('GET', `/v1/campaigns/${everybody}`)).body;
    expect(body).toMatchObject({
      consent: { newsletter: false, reason: 'operational notice', concerned: 2 },
    });
    const patch = { consent: { newsletter: true } };
    expect((await api.call('PATCH', `/v1/campaigns/${everybody}`, patch)).body).toMatchObject({
      consent: { newsletter: true, concerned: 2 },
    });
    const byDefault = await draft({ consent: undefined });
    expect((await api.call('GET', `/v1/campaigns/${byDefault}/forecast`)).body).toMatchObject({
      batches: [{ size: 1 }],
    });
    const without = await api.call('POST', '/v1/campaigns', campaignBody({ consent: { newsletter: false } }));
    expect(without).toMatchObject({
      status: 422,
      text: expect.stringContaining('why everybody is written to'),
    });
  });

  it('that is turned off is in the history, with the name and the number', async () => {
    const id = await draft({});
    await begin(id);
    expect((await api.call('GET', `/v1/campaigns/${id}/controls`)).body).toMatchObject({
      items: [
        { action: 'withoutConsent', by: 'an admin', reason: 'operational notice', to: { concerned: 2 } },
        { action: 'start' },
      ],
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({ consent: { concerned: 2 } });
  });

  it('is explained: whoever has not ordered the newsletter is skipped, with the proof', async () => {
    const id = await draft({ consent: { newsletter: true } });
    await begin(id);
    const bob = await api.call('GET', `/v1/campaigns/${id}/recipients/${ids.get('bob@example.com')}`);
    expect(bob.body).toMatchObject({
      state: 'skipped',
      sentence: expect.stringMatching(/^Skipped at .*: at the start, the newsletter was not ordered\.$/),
      reason: { code: 'noConsent' },
    });
    expect((bob.body as { checks: unknown[] }).checks).toContainEqual(
      expect.objectContaining({ check: 'consent', passed: false }),
    );
  });

  it('is noted with its proof; a change by hand leaves one, too, and a future one is refused', async () => {
    const path = `${contact('bob')}/consents`;
    const consent = {
      given: true,
      at: '2026-10-01T12:00:00+02:00',
      how: 'paper form',
      wording: 'Yes, send me news',
    };
    expect(await api.call('POST', path, consent, { key: api.keys.operator })).toMatchObject({
      status: 201,
      body: { ...consent, at: '2026-10-01T10:00:00Z', recordedBy: 'an operator' },
    });
    expect((await api.call('GET', contact('bob'))).body).toMatchObject({ newsletter: true });
    await api.call('PATCH', contact('bob'), { newsletter: false });
    await api.call('PATCH', contact('bob'), { newsletter: false, firstName: 'Rob' });
    const { items } = (await api.call('GET', `${path}?limit=1`)).body as { items: object[]; next: string };
    expect(items).toMatchObject([
      { given: false, how: 'changed by an admin through the API', wording: null },
    ]);
    const all = (await api.call('GET', path)).body as { items: object[] };
    expect(all.items).toHaveLength(2);
    const ahead = await api.call('POST', path, { given: true, how: 'x', at: '2999-01-01T00:00:00Z' });
    expect(ahead).toMatchObject({ status: 422, text: expect.stringContaining('lies ahead') });
  });

  it('is exported as CSV in which nothing is worked out as a formula', async () => {
    const how = '=HYPERLINK("http://x.example","click")';
    await api.call('POST', `${contact('=eve')}/consents`, {
      given: true,
      how,
      wording: ' @SUM(1)\nsecond "line"',
    });
    const { text, headers, status } = await api.call('GET', '/v1/consent-exports');
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/csv; charset=utf-8',
    });
    const [head, ...lines] = text.split('\r\n');
    expect(head?.replace('\uFEFF', '')).toBe('contact_id,email,given,at,how,wording,recorded_by,recorded_at');
    const eve = lines.find((line) => line.includes('eve@'));
    expect(eve).toContain(`,'=eve@example.com,yes,`);
    expect(eve).toContain(
      `,"'=HYPERLINK(""http://x.example"",""click"")",@SUM(1)`.replace(',@SUM', `,"'@SUM`),
    );
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

describe('force', () => {
  it('brings back who was skipped because of a document, says so, and never takes part without a reason', async () => {
    const prices = await addDocument(api.db, 'Price list');
    const [first, second] = [await draft({ name: 'Autumn' }), await draft({ name: 'Winter' })];
    for (const id of [first, second]) await attachDocuments(api.db, id, [prices]);
    const batches = await begin(first);
    await batches.record((await batches.claim()).intents, {});
    await (await begin(second)).claim();
    const path = `/v1/campaigns/${second}/recipients/${ids.get('ada@example.com')}`;
    expect((await api.call('GET', path)).body).toMatchObject({
      state: 'skipped',
      sentence: expect.stringMatching(
        /got "Price list" with campaign "Autumn" on .*; force it to send it all the same\.$/,
      ),
    });
    expect((await api.call('PUT', `${path}/force`, {})).status).toBe(422);
    const forced = await api.call(
      'PUT',
      `${path}/force`,
      { reason: 'asked for it' },
      { key: api.keys.operator },
    );
    expect(forced.body).toMatchObject({
      state: 'planned',
      sentence: expect.stringMatching(/forced by an operator at .*: asked for it\.$/),
    });
    expect((await api.call('PUT', `${path}/force`, { reason: 'once more' })).body).toMatchObject({
      sentence: expect.stringMatching(/forced by an operator at .*: asked for it\.$/),
    });
    const list = await api.call('PUT', `/v1/campaigns/${second}/force`, { reason: 'new prices' });
    expect(list).toMatchObject({ status: 200, body: { counts: { planned: 3, skipped: 0 } } });
    const { items } = (await api.call('GET', `/v1/campaigns/${second}/controls`)).body as { items: object[] };
    expect(items.slice(0, 2)).toMatchObject([
      { action: 'force', reason: 'new prices', to: { broughtBack: 2 } },
      { action: 'force', reason: 'asked for it', to: { state: 'planned' } },
    ]);
    await sql`update campaign set state = 'cancelled' where id = ${first}`.execute(api.db);
    expect(await api.call('PUT', `/v1/campaigns/${first}/force`, { reason: 'too late' })).toMatchObject({
      status: 409,
      text: expect.stringContaining('the campaign is cancelled'),
    });
  });
});

describe('frequency caps', () => {
  it('are set by an admin, listed and removed; who is put off is told until when, and cannot be sent at once', async () => {
    const cap = { count: 1, per: '7d' };
    expect((await api.call('PUT', '/v1/frequency-caps/news', cap, { key: api.keys.operator })).status).toBe(
      403,
    );
    const set = await api.call('PUT', '/v1/frequency-caps/news', cap);
    expect(set).toMatchObject({ status: 200, body: { stream: 'news', ...cap, changedBy: 'an admin' } });
    expect((await api.call('PUT', '/v1/frequency-caps/news', cap)).body).toEqual(set.body);
    expect((await api.call('PUT', '/v1/frequency-caps/news', { count: 0, per: '1s' })).status).toBe(422);
    expect((await api.call('GET', '/v1/frequency-caps')).body).toEqual({ items: [set.body], next: null });

    const now = Date.now();
    const first = await begin(await draft({ stream: 'news' }));
    await first.record((await first.claim(10, now)).intents, {});
    const second = await draft({ stream: 'news' });
    const batches = await begin(second);
    expect(await batches.claim(10, now)).toMatchObject({ putOff: 3, intents: [] });
    await sql`update batch set finished_at = now()`.execute(api.db);
    const path = `/v1/campaigns/${second}/recipients/${ids.get('ada@example.com')}`;
    const told = (await api.call('GET', path)).body as { sentence: string; checks: object[] };
    expect(told.sentence).toMatch(
      /^Will get it in batch 2 at about .*: the person has had 1 news mail in 7d, as many as the frequency cap allows until .*\.$/,
    );
    expect(told.checks).toContainEqual(expect.objectContaining({ check: 'cap', passed: false }));
    expect(await api.call('PUT', `${path}/send-now`, {})).toMatchObject({
      status: 409,
      text: expect.stringContaining('as many mails as the frequency cap allows'),
    });
    expect((await api.call('DELETE', '/v1/frequency-caps/news')).status).toBe(204);
    expect((await api.call('DELETE', '/v1/frequency-caps/news')).status).toBe(204);
  });
});
