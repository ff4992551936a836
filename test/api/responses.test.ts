import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaignWorkflowId } from '../../domain/temporal-names.ts';
import type { Temporal } from '../../embedded/temporal.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addDraft, addRunning, ledgerOf } from '../support/campaigns.ts';
import { startTestTemporal } from '../support/temporal.ts';

let temporal: Temporal;
let api: TestApi;
let campaignId = '';
beforeAll(async () => {
  temporal = await startTestTemporal();
  api = await startTestApi({ temporal: temporal.address });
  await addContacts(api.db, 3);
  campaignId = await addRunning(api.db);
}, 120_000);
afterAll(async () => {
  await api.close();
  await temporal.stop();
});

async function report(events: unknown, id = campaignId) {
  return api.call('POST', `/v1/campaigns/${id}/responses`, { events }, { key: api.keys.operator });
}

interface Shown {
  readonly id: string;
  readonly eventId: string;
  readonly state: string;
}

async function list(query = '', id = campaignId) {
  const { body } = await api.call('GET', `/v1/campaigns/${id}/responses${query}`, undefined, {
    key: api.keys.viewer,
  });
  return body as { items: Shown[]; next: string | null };
}

describe('a report of responses', () => {
  it('is taken event by event: what is new, what is known, what cannot be', async () => {
    const id = await addRunning(api.db);
    const ledger = await ledgerOf(api.db, id);
    const first = ledger.find(({ address }) => address === 'user1@example.com');
    const second = ledger.find(({ address }) => address === 'user2@example.com');
    const future = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await report(
      [
        {
          eventId: 'T-1',
          state: 'opened',
          at: '2020-12-01T10:00:00+01:00',
          kind: 'call',
          email: 'USER1@Example.com',
        },
        { eventId: 'T-2', state: 'opened', contactId: second?.contact_id },
        { eventId: 'T-1', state: 'opened' },
        { eventId: 'T-3', state: 'handled' },
        { eventId: 'T-4', state: 'opened', email: 'stranger@example.com' },
        { eventId: 'T-5', state: 'opened', contactId: '00000000-0000-4000-8000-000000000000' },
        { eventId: 'T-6', state: 'opened', at: future },
        { eventId: 'T-7', state: 'opened', email: 'no address' },
      ],
      id,
    );
    expect(answer).toMatchObject({ status: 200, body: { accepted: 3, repeated: 1 } });
    expect((answer.body as { rejected: unknown }).rejected).toEqual([
      { index: 4, reason: expect.stringContaining('nobody with this email is a recipient of the campaign') },
      {
        index: 5,
        reason: expect.stringContaining('contact 00000000-0000-4000-8000-000000000000 is no recipient'),
      },
      { index: 6, reason: expect.stringMatching(/^at .* is in the future; send when it happened/) },
      { index: 7, reason: expect.stringContaining('nobody with this email') },
    ]);
    const { items } = await list('', id);
    expect(items.toSorted((one, other) => one.eventId.localeCompare(other.eventId))).toEqual([
      {
        id: expect.any(String),
        eventId: 'T-1',
        source: 'api',
        kind: 'call',
        state: 'open',
        contactId: first?.contact_id,
        email: 'user1@example.com',
        openedAt: '2020-12-01T09:00:00Z',
        handledAt: null,
        reportedAt: expect.any(String),
      },
      expect.objectContaining({
        eventId: 'T-2',
        kind: 'other',
        contactId: second?.contact_id,
        state: 'open',
      }),
      expect.objectContaining({ eventId: 'T-3', contactId: null, openedAt: null, state: 'handled' }),
    ]);
  });

  it('may be repeated as a whole, and may be empty', async () => {
    const events = [{ eventId: 'again', state: 'opened' }];
    expect((await report(events)).body).toEqual({ accepted: 1, repeated: 0, rejected: [] });
    expect((await report(events)).body).toEqual({ accepted: 0, repeated: 1, rejected: [] });
    expect((await report([])).body).toEqual({ accepted: 0, repeated: 0, rejected: [] });
  });

  it.each([
    [[{ eventId: '', state: 'opened' }], '/events/0/eventId'],
    [[{ eventId: 'x'.repeat(201), state: 'opened' }], '/events/0/eventId'],
    [[{ eventId: 'a', state: 'reopened' }], '/events/0/state'],
    [[{ eventId: 'a', state: 'opened', kind: 'link:done' }], '/events/0/kind'],
    [[{ eventId: 'a', state: 'opened', at: 'yesterday' }], '/events/0/at'],
    [[{ eventId: 'a', state: 'opened', colour: 1 }], '/events/0/colour'],
    [
      [
        {
          eventId: 'a',
          state: 'opened',
          email: 'a@b.example',
          contactId: '00000000-0000-4000-8000-000000000000',
        },
      ],
      '/events/0/email',
    ],
    [Array.from({ length: 1_001 }, (_, i) => ({ eventId: `e${i}`, state: 'opened' })), '/events'],
  ])('of the wrong form is refused as a whole: %#', async (events, pointer) => {
    const before = await list();
    expect(await report(events)).toMatchObject({
      status: 422,
      body: { type: '/problems/invalid-body', errors: [{ pointer }] },
    });
    expect(await list()).toEqual(before);
  });

  it('takes a thousand events at once', async () => {
    const id = await addRunning(api.db);
    const events = Array.from({ length: 1_000 }, (_, i) => ({ eventId: `e${i}`, state: 'opened' }));
    expect((await report(events, id)).body).toEqual({ accepted: 1_000, repeated: 0, rejected: [] });
    expect((await report(events, id)).body).toEqual({ accepted: 0, repeated: 1_000, rejected: [] });
  });

  it('is refused for a campaign that is not there, and for one that has sent nothing', async () => {
    expect(await report([], '00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { type: '/problems/not-found' },
    });
    const draft = await addDraft(api.db);
    expect(await report([{ eventId: 'a', state: 'opened' }], draft)).toMatchObject({
      status: 409,
      body: { type: '/problems/wrong-state', state: 'draft', possible: ['start'] },
    });
    expect((await list('', draft)).items).toEqual([]);
    const key = api.keys.viewer;
    const path = `/v1/campaigns/${campaignId}/responses`;
    expect((await api.call('POST', path, { events: [] }, { key })).status).toBe(403);
  });
});

describe('the list of responses', () => {
  it('is paged, newest first, and can be asked for what is open or handled', async () => {
    const id = await addRunning(api.db);
    for (let i = 0; i < 5; i += 1) await report([{ eventId: `n${i}`, state: 'opened' }], id);
    await report([{ eventId: 'n3', state: 'handled' }], id);
    const first = await list('?limit=3', id);
    expect(first.items.map(({ eventId }) => eventId)).toEqual(['n4', 'n3', 'n2']);
    const second = await list(`?limit=3&cursor=${first.next ?? ''}`, id);
    expect(second).toMatchObject({ items: [{ eventId: 'n1' }, { eventId: 'n0' }], next: null });
    expect((await list('?state=handled', id)).items).toMatchObject([{ eventId: 'n3' }]);
    expect((await list('?state=open', id)).items).toHaveLength(4);
    expect((await api.call('GET', `/v1/campaigns/${id}/responses?state=new`)).status).toBe(422);
    const nowhere = '/v1/campaigns/00000000-0000-4000-8000-000000000000/responses';
    expect((await api.call('GET', nowhere)).status).toBe(404);
  });

  it('can be worked off by hand: handling is safe to repeat and stays as it was', async () => {
    const id = await addRunning(api.db);
    await report([{ eventId: 'by hand', state: 'opened' }], id);
    const responseId = (await list('', id)).items[0]?.id ?? '';
    const path = `/v1/campaigns/${id}/responses/${responseId}/handling`;
    const handled = await api.call('PUT', path);
    expect(handled).toMatchObject({ status: 200, body: { state: 'handled', handledAt: expect.any(String) } });
    expect((await api.call('PUT', path)).body).toEqual(handled.body);
    expect((await report([{ eventId: 'by hand', state: 'handled' }], id)).body).toMatchObject({
      repeated: 1,
    });
    const elsewhere = `/v1/campaigns/${campaignId}/responses/${responseId}/handling`;
    expect((await api.call('PUT', elsewhere)).status).toBe(404);
  });
});

describe('a campaign that is bound to a capacity', () => {
  it('hears of its responses, but not of each: many reports are few signals, and the last is not lost', async () => {
    const id = await addRunning(api.db);
    await api.db
      .updateTable('campaign')
      .set({ capacity: JSON.stringify({ open: 30 }) })
      .where('id', '=', id)
      .execute();
    await api.deps.temporal.start(id);
    const connection = await Connection.connect({ address: temporal.address });
    const handle = new Client({ connection }).workflow.getHandle(campaignWorkflowId(id));
    const signals = async (): Promise<number> => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
    };
    try {
      await report([{ eventId: 'first', state: 'opened' }], id);
      await expect.poll(signals, { timeout: 10_000 }).toBe(1);
      const begun = Date.now();
      for (let i = 0; i < 100; i += 1) await report([{ eventId: `e${i}`, state: 'opened' }], id);
      const before = await signals();
      await report([{ eventId: 'last', state: 'opened' }], id);
      await expect.poll(signals, { timeout: 10_000 }).toBeGreaterThan(before);
      // One at once, one for each second that has begun, one for the last.
      expect(await signals()).toBeLessThanOrEqual(3 + Math.ceil((Date.now() - begun) / 1_000));
    } finally {
      await connection.close();
    }
  });
});
