import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBatch, settleAttempt } from '../../../db/ledger/batch.ts';
import { claimNextRecipients, type Claim } from '../../../db/ledger/claim.ts';
import { recordOutcomes } from '../../../db/ledger/outcomes.ts';
import { setMainGate } from '../../../db/main-gate.ts';
import { pauseCampaign } from '../../../db/pause.ts';
import {
  addContacts,
  addRunning,
  countsOf,
  ledgerOf,
  useDatabase,
  workflowTime,
} from '../../support/campaigns.ts';

const world = useDatabase();
const now = workflowTime;

let id: string;
let token: number;

beforeEach(async () => {
  await addContacts(world.db, 20);
  id = await addRunning(world.db);
  token = await begin(1, 50);
});
afterEach(async () => {
  await sql`delete from campaign`.execute(world.db);
  await sql`delete from contact`.execute(world.db);
  await sql`delete from suppression`.execute(world.db);
});

async function begin(number: number, size: number): Promise<number> {
  const opened = await openBatch(world.db, { campaignId: id, number, size, plannedAt: now, at: now });
  if (opened.kind !== 'open') throw new Error('the gate is closed');
  return opened.token;
}

const claim = (limit: number, change: { token?: number; now?: number } = {}): Promise<Claim> =>
  claimNextRecipients(world.db, { campaignId: id, batch: 1, token, limit, now, ...change });

function contactsOf(claim: Claim): string[] {
  return claim.kind === 'claimed' ? claim.intents.map(({ recipient }) => recipient.contactId) : [];
}

async function defer(contactIds: readonly string[], dueAt: (index: number) => number): Promise<void> {
  const settled = contactIds.map((contactId, i) => ({
    contactId,
    settlement: { state: 'deferred' as const, reply: null, reason: null, nextAttemptAt: dueAt(i) },
  }));
  await recordOutcomes(world.db, id, token, settled);
}

async function suppress(address: string, stream: string | null = null): Promise<void> {
  const at = new Date('2026-11-01T10:00:00Z');
  await world.db
    .insertInto('suppression')
    .values({ address, stream, reason: 'asked not to be mailed', source: 'import', at })
    .execute();
}

test('a claim takes the next ones by position, commits the intent and answers what a mail is filled with', async () => {
  const first = await claim(3);
  expect(first).toMatchObject({ kind: 'claimed', skipped: 0 });
  const rows = await ledgerOf(world.db, id);
  expect(contactsOf(first).toSorted()).toEqual(
    rows
      .slice(0, 3)
      .map((row) => row.contact_id)
      .toSorted(),
  );
  expect(rows[0]).toMatchObject({
    state: 'sending',
    batch: 1,
    token,
    attempts: 1,
    first_attempt_at: new Date(now),
  });
  expect(await countsOf(world.db, id)).toEqual({ planned: 17, sending: 3, total: 20 });
  if (first.kind !== 'claimed') return;
  const { email, firstName } = first.intents[0]?.recipient ?? {};
  expect(email).toMatch(/^user\d+@example\.com$/);
  expect(firstName).toBe(`First${/\d+/.exec(email ?? '')?.[0]}`);
});

test('claims that follow each other never give a row twice, and the last one says that nobody is left', async () => {
  const all = [await claim(8), await claim(8), await claim(8), await claim(8)];
  expect(all.map((one) => contactsOf(one).length)).toEqual([8, 8, 4, 0]);
  expect(new Set(all.flatMap(contactsOf)).size).toBe(20);
});

test('due deferred mails go first, by their due time; others wait until they are due', async () => {
  const [a = '', b = '', c = ''] = contactsOf(await claim(3));
  await defer([a, b, c], (i) => [now + 2_000, now + 1_000, now + 60_000][i] ?? 0);
  const two = contactsOf(await claim(2, { now: now + 2_000 }));
  expect(two.toSorted()).toEqual([a, b].toSorted());
  const rest = contactsOf(await claim(50, { now: now + 59_999 }));
  expect(rest).toHaveLength(17);
  expect(rest).not.toContain(c);
  expect(contactsOf(await claim(50, { now: now + 60_000 }))).toEqual([c]);
});

test('deferred mails count into the limit: the rest of it is filled with new ones', async () => {
  const some = contactsOf(await claim(3));
  await defer(some, () => now);
  const next = contactsOf(await claim(5));
  expect(next).toHaveLength(5);
  expect(some.every((contact) => next.includes(contact))).toBe(true);
});

test('a mail that is tried again keeps its first attempt and its Date', async () => {
  const [one = ''] = contactsOf(await claim(1));
  const before = (await ledgerOf(world.db, id))[0];
  await defer([one], () => now);
  await claim(1, { now: now + 300_000 });
  const after = (await ledgerOf(world.db, id))[0];
  expect(after).toMatchObject({
    attempts: 2,
    first_attempt_at: before?.first_attempt_at,
    mail_date: before?.mail_date,
    next_attempt_at: null,
  });
});

describe('people who must not be mailed', () => {
  test('are skipped with who decided what and when, and do not count as claimed', async () => {
    const [first, second] = await ledgerOf(world.db, id);
    await suppress(first?.address ?? '');
    const answer = await claim(2);
    expect(answer).toMatchObject({ kind: 'claimed', skipped: 1 });
    expect(contactsOf(answer)).toEqual([second?.contact_id]);
    expect((await ledgerOf(world.db, id))[0]).toMatchObject({
      state: 'skipped',
      batch: null,
      attempts: 0,
      reason_code: 'suppressed',
      reason_text: 'asked not to be mailed (import, 2026-11-01)',
    });
  });

  test('are skipped for their stream, not for another one', async () => {
    const [first, second] = await ledgerOf(world.db, id);
    await suppress(first?.address ?? '', 'campaign');
    await suppress(second?.address ?? '', 'welcome');
    expect(contactsOf(await claim(2))).toEqual([second?.contact_id]);
  });

  test('are skipped also when only a deferred attempt is left', async () => {
    const [one = ''] = contactsOf(await claim(1));
    await defer([one], () => now);
    await suppress((await ledgerOf(world.db, id))[0]?.address ?? '');
    expect(await claim(1)).toEqual({ kind: 'claimed', skipped: 1, putOff: 0, intents: [] });
  });
});

describe('nothing is claimed and the answer says why', () => {
  const nothing = { planned: 20, total: 20 };

  test('when the campaign is paused', async () => {
    await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
    expect(await claim(5)).toEqual({ kind: 'closed' });
    expect(await countsOf(world.db, id)).toEqual(nothing);
  });

  test('when the main gate is closed', async () => {
    await setMainGate(world.db, { open: false, by: 'anna', reason: null });
    expect(await claim(5)).toEqual({ kind: 'closed' });
    await setMainGate(world.db, { open: true, by: 'anna', reason: null });
    expect(await countsOf(world.db, id)).toEqual(nothing);
  });

  test('when a newer attempt has begun', async () => {
    await begin(1, 50);
    expect(await claim(5)).toEqual({ kind: 'fenced' });
    expect(await countsOf(world.db, id)).toEqual(nothing);
  });

  test('when the attempt was ended from outside', async () => {
    await settleAttempt(world.db, id);
    expect(await claim(5)).toEqual({ kind: 'fenced' });
    expect(await countsOf(world.db, id)).toEqual(nothing);
  });

  test('also when nobody is left: a closed gate is not mistaken for an empty ledger', async () => {
    await claim(50);
    await pauseCampaign(world.db, { campaignId: id, by: 'anna', reason: null, expectedVersion: null });
    expect(await claim(5)).toEqual({ kind: 'closed' });
  });
});

test('claims of many connections at the same moment never give a row twice', async () => {
  const claims = await Promise.all(Array.from({ length: 10 }, () => claim(3)));
  const given = claims.flatMap(contactsOf);
  expect(new Set(given).size).toBe(given.length);
  expect(await countsOf(world.db, id)).toMatchObject({ sending: given.length, total: 20 });
});
