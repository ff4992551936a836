import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addDraft, addRunning, ledgerOf } from '../support/campaigns.ts';

let api: TestApi;
let id = '';
let people: string[] = [];
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 6);
});
afterAll(async () => api.close());
beforeEach(async () => {
  id = await addRunning(api.db, { size: 2, gapMs: 1_200_000 });
  people = (await ledgerOf(api.db, id)).map(({ contact_id }) => contact_id);
});

const path = (n: number): string => `/v1/campaigns/${id}/recipients/${people[n]}`;
const put = (n: number, act: string, body?: object, options?: object) =>
  api.call('PUT', `${path(n)}/${act}`, body, options);

describe('one recipient', () => {
  it('is taken out, with who and why in the explanation and in the history; twice is once', async () => {
    const skipped = await put(1, 'skip', { reason: 'asked on the phone' }, { key: api.keys.operator });
    expect(skipped).toMatchObject({
      status: 200,
      body: {
        state: 'skipped',
        sentence: expect.stringMatching(
          /^Skipped at .*: taken out by an operator at .*: asked on the phone\.$/,
        ),
      },
    });
    expect(skipped.headers.get('etag')).toBe('"3"');
    expect((await put(1, 'skip', { reason: 'again' })).body).toEqual(skipped.body);
    expect((await api.call('GET', `/v1/campaigns/${id}/controls`)).body).toMatchObject({
      items: [
        {
          action: 'skip',
          by: 'an operator',
          from: { contactId: people[1], state: 'planned' },
          to: { contactId: people[1], state: 'skipped' },
          reason: 'asked on the phone',
        },
        { action: 'start' },
      ],
    });
  });

  it('is sent at once, also with Temporal away: it leaves when the worker looks', async () => {
    expect(await put(5, 'send-now')).toMatchObject({
      status: 200,
      body: {
        state: 'planned',
        expected: { batch: 0 },
        sentence: expect.stringMatching(/^Leaves at once out of turn \(wanted by an admin at .*\)\.$/),
      },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      next: { batch: 0, size: 1, because: 'due' },
    });
  });

  it('is not sent at once while something stands against it: 409 with the reason', async () => {
    await api.call('PUT', `/v1/campaigns/${id}/pause`, {});
    expect(await put(5, 'send-now')).toMatchObject({
      status: 409,
      body: {
        type: '/problems/conflict',
        state: 'paused',
        detail: 'the campaign is paused: nothing leaves; resume it, then send',
      },
    });
    expect((await api.call('GET', path(5))).body).toMatchObject({ state: 'planned', expected: null });
  });

  it('is moved to the end, and expected there', async () => {
    const moved = await put(0, 'to-end', { reason: 'on holiday' });
    expect(moved).toMatchObject({
      status: 200,
      body: {
        position: 7,
        expected: { batch: 3 },
        sentence: expect.stringMatching(
          /^Will get it in batch 3 at about .*, at position 7 \(moved to the end by an admin at .*: on holiday\)\.$/,
        ),
      },
    });
    const { items } = (await api.call('GET', `/v1/campaigns/${id}/recipients`)).body as {
      items: { contactId: string }[];
    };
    expect(items.at(-1)?.contactId).toBe(people[0]);
  });

  it('that is nobody here is 404; of a draft, too; a viewer may not', async () => {
    expect(await api.call('PUT', `/v1/campaigns/${id}/recipients/${id}/skip`)).toMatchObject({ status: 404 });
    const draft = await addDraft(api.db);
    expect(await api.call('PUT', `/v1/campaigns/${draft}/recipients/${people[0]}/skip`)).toMatchObject({
      status: 404,
    });
    expect(await put(0, 'skip', {}, { key: api.keys.viewer })).toMatchObject({ status: 403 });
    expect(await put(0, 'skip', { why: 'x' })).toMatchObject({ status: 422 });
  });

  it('of a campaign that has ended stays as it is', async () => {
    await sql`update delivery set state = 'cancelled' where campaign_id = ${id}`.execute(api.db);
    await api.db.updateTable('campaign').set({ state: 'cancelled' }).where('id', '=', id).execute();
    for (const act of ['skip', 'send-now', 'to-end'])
      expect(await put(0, act)).toMatchObject({
        status: 409,
        body: {
          state: 'cancelled',
          detail: 'the campaign is cancelled: its recipients cannot be changed any more',
        },
      });
  });

  it.each(['skip', 'send-now', 'to-end'])('%s of somebody who saw an older version is 412', async (act) => {
    await put(3, 'skip', {}, { key: api.keys.operator });
    expect(await put(0, act, {}, { headers: { 'If-Match': '"2"' } })).toMatchObject({
      status: 412,
      body: {
        type: '/problems/stale-version',
        expected: { version: 2 },
        current: { version: 3, state: 'running' },
        changedBy: 'an operator',
        detail: expect.stringContaining('the last act was skip by an operator'),
      },
    });
    expect((await api.call('GET', path(0))).body).toMatchObject({ state: 'planned', position: 1 });
  });
});
