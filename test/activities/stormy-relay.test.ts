import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addContacts, addRunning, countsOf, ledgerOf, useDatabase } from '../support/campaigns.ts';
import { SmtpPeer } from '../support/smtp-peer.ts';
import { openSender, type Sender } from '../support/world.ts';
import { drive, expectHonest, t0, type Driven } from './driving.ts';

/**
 * One campaign to 1,000 people through a relay that does everything a relay can do: it defers, refuses for good, closes
 * with 421, drops connections before and after it has taken a mail, and is away for a while.
 */
const world = useDatabase();
const gapMs = 1_200_000;
let peer: SmtpPeer;
let sender: Sender;
let id: string;
let driven: Driven;

/** Number of the person in its address: user123@example.com. */
const numberOf = (address: string): number => Number(/\d+/.exec(address)?.[0]);
const isDeferred = (n: number): boolean => n % 10 === 0;
const isRefused = (n: number): boolean => n % 33 === 1;
const isDroppedAfterTheDot = (n: number): boolean => n % 100 === 7;
/** Before the relay says 354, no byte of the message can have left. */
const isDroppedBeforeData = (n: number): boolean => n % 100 === 59;

beforeAll(async () => {
  await addContacts(world.db, 1_000);
  const seen = new Map<number, number>();
  let mails = 0;
  peer = await SmtpPeer.start({
    script: (stage, { recipients }) => {
      const n = numberOf(recipients.at(-1) ?? '');
      if (stage === 'mail' && (mails += 1) % 97 === 0) return { reply: '421 4.3.2 shutting down' };
      if (stage === 'rcpt') {
        seen.set(n, (seen.get(n) ?? 0) + 1);
        if (isRefused(n)) return { reply: '550 5.1.1 no such user' };
        if (isDeferred(n) && seen.get(n) === 1) return { reply: '451 4.3.0 come back later' };
      }
      if (stage === 'data' && isDroppedBeforeData(n) && seen.get(n) === 1) return 'close';
      // Half of the dropped ones are taken all the same: nobody can tell from outside.
      if (stage === 'message' && isDroppedAfterTheDot(n) && n % 200 === 7) return 'close';
      if (stage === 'accepted' && isDroppedAfterTheDot(n)) return 'close';
      return undefined;
    },
  });
  sender = await openSender({ databaseUrl: world.url, smtpUrl: peer.url });
  id = await addRunning(world.db, { size: 50, gapMs });
  // The storm is what is looked at here: no guard shall end it, however unlucky a hundred mails in a row are.
  const off = { hardBounces: null, complaints: null, deferrals: null, overCapacity: null, behindPlan: null };
  await world.db
    .updateTable('campaign')
    .set({ guards: JSON.stringify(off) })
    .where('id', '=', id)
    .execute();
  driven = await drive(sender.deps, id, async (attempt) => {
    if (attempt === 7) await peer.goAway();
    if (attempt === 12) await peer.comeBack();
  });
});
afterAll(async () => {
  await sender.close();
  await peer.stop();
});

test('nobody is lost and nobody is mailed twice', async () => {
  expect(driven.ended).toBe('done');
  await expectHonest(world.db, id, peer);
  const { total, ...states } = await countsOf(world.db, id);
  expect(total).toBe(1_000);
  expect(Object.keys(states).toSorted()).toEqual(['failed', 'inDoubt', 'sent']);
});

test('who was refused for good has failed with the relay’s words, and nobody else has', async () => {
  const failed = (await ledgerOf(world.db, id)).filter(({ state }) => state === 'failed');
  expect(failed.map(({ email }) => numberOf(email)).every(isRefused)).toBe(true);
  expect(failed).toHaveLength(31);
  for (const row of failed)
    expect(row).toMatchObject({
      code: 550,
      enhanced: '5.1.1',
      reply: 'no such user',
      reason_code: 'userUnknown',
    });
});

test('in doubt are the ones whose reply was lost after the dot, and no others', async () => {
  const doubtful = (await ledgerOf(world.db, id)).filter(({ state }) => state === 'inDoubt');
  expect(doubtful.map(({ email }) => numberOf(email)).toSorted((a, b) => a - b)).toEqual(
    [7, 107, 207, 307, 407, 507, 607, 707, 807, 907].filter((n) => !isRefused(n)),
  );
  for (const row of doubtful) expect(row).toMatchObject({ reason_code: 'noReply', attempts: 1 });
});

test('who was deferred was tried again, at least five minutes later, in a later batch, and got it', async () => {
  const rows = (await ledgerOf(world.db, id)).filter(({ email }) => {
    const n = numberOf(email);
    return isDeferred(n) && !isRefused(n);
  });
  for (const { state, attempts } of rows) {
    expect(state).toBe('sent');
    expect(attempts).toBeGreaterThan(1);
  }
  const { rows: kept } = await sql<{ n: number }>`select count(distinct contact_id) as n from attempt
    where campaign_id = ${id} and outcome = 'deferred' and code = 451 and reply = 'come back later'`.execute(
    world.db,
  );
  expect(kept[0]?.n).toBe(rows.length);
});

test('a connection that ended before the message costs nobody their mail: it was certainly not accepted', async () => {
  const rows = (await ledgerOf(world.db, id)).filter(({ email }) => isDroppedBeforeData(numberOf(email)));
  expect(rows).toHaveLength(10);
  for (const { email, state } of rows) expect(state).toBe(isRefused(numberOf(email)) ? 'failed' : 'sent');
});

test('the relay’s absence cost attempts of the plan only; the interrupted batch went on first and nothing came in a burst', () => {
  const { attempts, failures } = driven;
  expect(failures.length).toBeGreaterThanOrEqual(5);
  expect(new Set(failures)).toEqual(new Set(['relayUnreachable']));
  for (const [i, { number, at, continues }] of attempts.entries()) {
    const before = attempts[i - 1];
    if (before === undefined) expect({ number, at }).toEqual({ number: 1, at: t0 });
    else if (continues) expect(number).toBe(before.number);
    else {
      expect(number).toBe(before.number + 1);
      expect(at - before.at).toBeGreaterThanOrEqual(gapMs);
    }
  }
});
