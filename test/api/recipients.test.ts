import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBatch } from '../../db/ledger/batch.ts';
import { claimNextRecipients } from '../../db/ledger/claim.ts';
import { recordOutcomes } from '../../db/ledger/outcomes.ts';
import type { Settlement } from '../../domain/settle.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { addContacts, addRunning, addDraft, ledgerOf } from '../support/campaigns.ts';

let api: TestApi;
let campaignId = '';
beforeAll(async () => {
  api = await startTestApi();
  await addContacts(api.db, 30);
});
afterAll(async () => {
  await api.close();
});
beforeEach(async () => {
  campaignId = await addRunning(api.db, { size: 10, gapMs: 1_200_000 });
});

interface Explanation {
  readonly sentence: string;
  readonly state: string;
  readonly attempts: unknown[];
  readonly expected: { batch: number; at: string } | null;
  readonly checks: { check: string; passed: boolean; evidence: string }[];
}

async function explain(contactId: string): Promise<Explanation> {
  const answer = await api.call('GET', `/v1/campaigns/${campaignId}/recipients/${contactId}`);
  expect(answer.status).toBe(200);
  return answer.body as Explanation;
}

async function contactAt(position: number): Promise<string> {
  return (await ledgerOf(api.db, campaignId))[position - 1]?.contact_id ?? '';
}

/** Claims the first `n` as batch 1, as a worker does. @returns the token. */
async function claim(n: number): Promise<number> {
  const now = Date.now();
  const opened = await openBatch(api.db, { campaignId, number: 1, size: 10, plannedAt: now, at: now });
  if (opened.kind !== 'open') throw new Error(`the batch is ${opened.kind}`);
  await claimNextRecipients(api.db, { campaignId, batch: 1, token: opened.token, limit: n, now });
  return opened.token;
}

async function settle(token: number, contactId: string, change: Partial<Settlement>): Promise<void> {
  const settlement: Settlement = { state: 'sent', reply: null, reason: null, nextAttemptAt: null, ...change };
  await recordOutcomes(api.db, campaignId, token, [{ contactId, settlement }]);
}

const path = (contactId: string): string => `/v1/campaigns/${campaignId}/recipients/${contactId}`;

describe('the ledger of a campaign', () => {
  it('is listed by position, in pages, and by state', async () => {
    const token = await claim(2);
    await settle(token, await contactAt(1), { reply: { code: 250, enhanced: '2.0.0', text: 'ok' } });
    const first = await api.call('GET', `/v1/campaigns/${campaignId}/recipients?limit=20`);
    const { items, next } = first.body as { items: { position: number }[]; next: string };
    const second = await api.call('GET', `/v1/campaigns/${campaignId}/recipients?limit=20&cursor=${next}`);
    const rest = second.body as { items: { position: number }[]; next: null };
    expect([...items, ...rest.items].map(({ position }) => position)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    );
    expect(rest.next).toBeNull();
    expect((await api.call('GET', `/v1/campaigns/${campaignId}/recipients?state=sent`)).body).toMatchObject({
      items: [
        {
          position: 1,
          state: 'sent',
          batch: 1,
          attempts: 1,
          name: expect.stringMatching(/^First\d+ Last\d+$/),
          messageId: expect.stringMatching(/^<[a-z0-9.]+@example\.com>$/),
          reply: { code: 250, enhanced: '2.0.0', text: 'ok' },
          reason: null,
        },
      ],
      next: null,
    });
    expect((await api.call('GET', `/v1/campaigns/${campaignId}/recipients?state=lost`)).status).toBe(422);
  });

  it('is empty for a draft, and one person of it is nobody yet', async () => {
    campaignId = await addDraft(api.db);
    expect((await api.call('GET', `/v1/campaigns/${campaignId}/recipients`)).body).toEqual({
      items: [],
      next: null,
    });
    const { id } = await api.db.selectFrom('contact').select('id').executeTakeFirstOrThrow();
    expect(await api.call('GET', path(id))).toMatchObject({
      status: 404,
      body: {
        detail:
          'the audience of this campaign is frozen when it starts (it is draft); until then nobody is its recipient',
      },
    });
  });
});

describe('the explanation of one recipient', () => {
  it('says the batch and the time by the plan', async () => {
    await claim(1);
    await sql`update batch set finished_at = now() where campaign_id = ${campaignId}`.execute(api.db);
    const { latest_start: start } = await api.db
      .selectFrom('batch')
      .select('latest_start')
      .where('campaign_id', '=', campaignId)
      .executeTakeFirstOrThrow();
    const wire = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
    expect((await explain(await contactAt(2))).expected).toEqual({
      batch: 2,
      at: wire(start.getTime() + 1_200_000),
    });
    expect((await explain(await contactAt(12))).expected).toEqual({
      batch: 3,
      at: wire(start.getTime() + 2_400_000),
    });
    expect((await explain(await contactAt(12))).sentence).toMatch(
      /^Will get it in batch 3 at about .*, at position 12\.$/,
    );
  });

  it('says what windows, limits and responses mean for it, by the code that decides', async () => {
    campaignId = await addRunning(api.db, {
      size: 10,
      gapMs: 1_200_000,
      // Every day but today, whatever day that is.
      holidays: [new Date().toISOString().slice(0, 10)],
      limits: [{ domain: 'example.com', count: 5, everyMs: 3_600_000 }],
      capacity: { open: 20, rate: 0.5 },
    });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { sentence, checks, expected } = await explain(await contactAt(7));
    // Five in an hour: the seventh is in the second batch that its limit allows.
    expect(expected).toEqual({ batch: 2, at: `${tomorrow}T01:00:00Z` });
    expect(sentence).toContain(`in batch 2 at about ${tomorrow}T01:00:00Z`);
    expect(sentence).toContain(`the next one opens at ${tomorrow}T00:00:00Z`);
    expect(checks.slice(-3)).toEqual([
      { check: 'window', passed: false, evidence: expect.stringContaining('no window is open') },
      {
        check: 'limit',
        passed: true,
        evidence: 'example.com gets at most 5 every 1 h, which leaves room now',
      },
      { check: 'capacity', passed: true, evidence: expect.stringContaining('0 of 20 open') },
    ]);
  });

  it('says who paused, and who closed the main gate', async () => {
    await api.call('PUT', `/v1/campaigns/${campaignId}/pause`, { reason: 'too many calls' });
    const paused = await explain(await contactAt(3));
    expect(paused.sentence).toMatch(
      /^Waits: not before the campaign is resumed \(paused by an admin at .*: too many calls\)\.$/,
    );
    expect(paused.expected).toBeNull();
    expect(paused.checks).toContainEqual({
      check: 'campaignGate',
      passed: false,
      evidence: expect.stringContaining('by an admin'),
    });
    await api.call('DELETE', `/v1/campaigns/${campaignId}/pause`);
    campaignId = await addRunning(api.db);
    await api.call('PUT', '/v1/main-gate', { open: false, reason: 'maintenance' });
    const closed = await explain(await contactAt(3));
    await api.call('PUT', '/v1/main-gate', { open: true });
    expect(closed.sentence).toMatch(
      /^Waits: not before the main gate is opened \(closed by an admin at .*: maintenance\)\.$/,
    );
  });

  it('tells every attempt with its reply, and when a deferred mail comes again', async () => {
    const contactId = await contactAt(1);
    const token = await claim(1);
    const at = Date.now() + 3_600_000;
    const reply = { code: 451, enhanced: '4.7.1', text: 'come again' };
    await settle(token, contactId, {
      state: 'deferred',
      reply,
      reason: { code: 'deferred', text: reply.text },
      nextAttemptAt: at,
    });
    const found = await explain(contactId);
    expect(found.sentence).toMatch(
      /^Was tried once and is deferred until .* because the relay replied 451 4\.7\.1 come again; the next attempt is in batch \d+ at about /,
    );
    expect(found.attempts).toMatchObject([{ outcome: 'deferred', reply, text: null }]);
    expect(Date.parse(found.expected?.at ?? '')).toBeGreaterThanOrEqual(Math.floor(at / 1000) * 1000);
  });

  it('tells a first attempt that was accepted', async () => {
    const contactId = await contactAt(1);
    const reply = { code: 250, enhanced: null, text: 'ok' };
    await settle(await claim(1), contactId, { reply });
    expect(await explain(contactId)).toMatchObject({
      sentence: expect.stringMatching(/^Sent at .* in batch 1; the relay replied 250 ok\.$/),
      attempts: [{ outcome: 'sent', reply }],
      expected: null,
    });
  });
});

describe('settling one in doubt', () => {
  async function doubt(): Promise<string> {
    const contactId = await contactAt(1);
    await settle(await claim(1), contactId, {
      state: 'inDoubt',
      reason: { code: 'noReply', text: 'the connection was lost after the dot' },
    });
    expect((await explain(contactId)).sentence).toMatch(
      /^In doubt since .*\(the connection was lost after the dot\)/,
    );
    return contactId;
  }

  it('counts it as sent, with who said so; twice the same is answered, the opposite is a conflict', async () => {
    const contactId = await doubt();
    const settlement = { as: 'sent', reason: 'seen in the log of the relay' };
    const first = await api.call('PUT', `${path(contactId)}/settlement`, settlement);
    expect(first).toMatchObject({ status: 200, body: { state: 'sent' } });
    const { sentence } = first.body as Explanation;
    expect(sentence).toMatch(
      /^Counts as sent: an admin settled it at .* \(seen in the log of the relay\)\.$/,
    );
    expect((await api.call('PUT', `${path(contactId)}/settlement`, settlement)).body).toMatchObject({
      state: 'sent',
      sentence,
    });
    expect(await api.call('PUT', `${path(contactId)}/settlement`, { as: 'notSent' })).toMatchObject({
      status: 409,
      body: {
        type: '/problems/conflict',
        state: 'sent',
        detail: 'this delivery is sent; only one that is inDoubt can be settled',
      },
    });
  });

  it('puts it back into the plan, also when Temporal is away', async () => {
    const contactId = await doubt();
    const answer = await api.call('PUT', `${path(contactId)}/settlement`, { as: 'notSent' });
    expect(answer).toMatchObject({ status: 200, body: { state: 'planned' } });
    expect((answer.body as Explanation).sentence).toContain('back in the plan: an admin settled it');
  });

  it('refuses one that is not in doubt, one that is not there, and a word that it does not know', async () => {
    const contactId = await contactAt(1);
    expect((await api.call('PUT', `${path(contactId)}/settlement`, { as: 'sent' })).status).toBe(409);
    expect((await api.call('PUT', `${path(campaignId)}/settlement`, { as: 'sent' })).status).toBe(404);
    expect(await api.call('PUT', `${path(contactId)}/settlement`, { as: 'lost' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/as' }] },
    });
    const asViewer = await api.call(
      'PUT',
      `${path(contactId)}/settlement`,
      { as: 'sent' },
      { key: api.keys.viewer },
    );
    expect(asViewer.status).toBe(403);
  });
});
