import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { SendingWindow, Weekday } from '../../domain/calendar.ts';
import { addContacts } from '../support/campaigns.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const minute = 60_000;
const hour = 60 * minute;
const everyDay: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A window of every day in UTC that begins at the full hour after now and lasts so many hours, and its next opening. */
function windowAfter(now: number, hours: number): { opens: number; windows: SendingWindow[] } {
  // Not over midnight: a window belongs to one day.
  const next = Math.ceil(now / hour) * hour;
  const hourOfDay = (next / hour) % 24;
  const opens = hourOfDay + hours > 24 ? next + (24 - hourOfDay) * hour : next;
  const from = new Date(opens).toISOString().slice(11, 16);
  const end = ((opens / hour) % 24) + hours;
  return { opens, windows: [{ days: everyDay, from, to: `${String(end).padStart(2, '0')}:00` }] };
}

test('nothing leaves outside the windows; when one opens one batch goes, then the gap counts', async () => {
  const play = await stage.open({ contacts: 250 });
  const { opens, windows } = windowAfter(await play.env.currentTimeMs(), 1);
  const campaign = await play.start({ size: 50, gapMs: 20 * minute, windows });
  await campaign.end();
  const day = 24 * 60;
  const first = campaign.minute(opens);
  expect(await campaign.starts()).toEqual(
    [0, 20, 40, day, day + 20].map((later) => expect.closeTo(first + later, 0)),
  );
});

test('the rest of a batch that is under way when its window ends leaves when the next one opens', async () => {
  const slow = (stage: string): Promise<undefined> | undefined =>
    stage === 'accepted' ? new Promise((resolve) => setTimeout(() => resolve(undefined), 100)) : undefined;
  const play = await stage.open({ contacts: 80, peer: { script: slow } });
  const { opens, windows } = windowAfter(await play.env.currentTimeMs(), 1);
  const startAt = new Date(opens + hour - 400);
  const campaign = await play.start({ size: 50, gapMs: 20 * minute, windows, startAt });
  await campaign.reach(campaign.minute(opens) + 120);
  const before = play.peer.accepted.length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(50);
  await campaign.end();
  expect(play.peer.accepted).toHaveLength(80);
  const again = campaign.minute(opens) + 24 * 60;
  expect(await campaign.starts()).toEqual(
    [campaign.minute(opens + hour - 400), again, again + 20].map((at) => expect.closeTo(at, 0)),
  );
  const [first, ...others] = await campaign.batches();
  expect(first).toMatchObject({ number: 1, size: 50 });
  expect(others).toMatchObject([{ number: 2, size: 30 }]);
});

test('a holiday is skipped as a whole', async () => {
  const play = await stage.open({ contacts: 60 });
  const now = await play.env.currentTimeMs();
  const today = new Date(now).toISOString().slice(0, 10);
  const midnight = Date.parse(`${today}T00:00:00Z`) + 24 * hour;
  const campaign = await play.start({ size: 50, gapMs: 20 * minute, holidays: [today] });
  await campaign.end();
  const opens = campaign.minute(midnight);
  expect(await campaign.starts()).toEqual([opens, opens + 20].map((at) => expect.closeTo(at, 0)));
});

test('a limit of a domain delays its recipients only', async () => {
  const play = await stage.open({ contacts: 100 });
  await addContacts(play.db, 30, 'limited');
  await sql`update contact set email = replace(email, 'example.com', 'slow.example'),
    address = replace(address, 'example.com', 'slow.example') where address like 'limited%'`.execute(play.db);
  const campaign = await play.start({
    size: 40,
    gapMs: 20 * minute,
    limits: [{ domain: 'slow.example', count: 6, everyMs: 30 * minute }],
  });
  await campaign.end();
  const perBatch = new Map<number, { slow: number; others: number }>();
  const rows = await play.db
    .selectFrom('delivery')
    .select(['batch', 'address', 'state'])
    .where('campaign_id', '=', campaign.id)
    .execute();
  for (const { batch, address } of rows) {
    const of = perBatch.get(batch ?? 0) ?? { slow: 0, others: 0 };
    if (address.endsWith('@slow.example')) of.slow += 1;
    else of.others += 1;
    perBatch.set(batch ?? 0, of);
  }
  expect(rows.every(({ state }) => state === 'sent')).toBe(true);
  // Batches at 0, 20, 40: the limit has room at 0 and again after 30 minutes; the others fill the batches.
  expect([...perBatch].sort(([a], [b]) => a - b).map(([, of]) => of)).toEqual([
    { slow: 6, others: 34 },
    { slow: 0, others: 40 },
    { slow: 6, others: 26 },
    { slow: 6, others: 0 },
    { slow: 6, others: 0 },
    { slow: 6, others: 0 },
  ]);
  expect(await campaign.starts()).toEqual([0, 20, 40, 70, 100, 130]);
});

test('a ramp begins small and grows to the size of the pace', async () => {
  const play = await stage.open({ contacts: 200 });
  const campaign = await play.start({
    size: 80,
    gapMs: 20 * minute,
    paceForm: { ramp: { from: 10, factor: 2, since: 0 } },
  });
  await campaign.end();
  expect((await campaign.attempts()).map(({ size }) => size)).toEqual([10, 20, 40, 80, 50]);
});

test('jitter lengthens gaps, each by another part, and shortens none', async () => {
  const play = await stage.open({ contacts: 100 });
  const campaign = await play.start({ size: 10, gapMs: 20 * minute, paceForm: { jitter: 0.5 } });
  await campaign.end();
  const starts = await campaign.starts();
  const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  expect(gaps.every((gap) => gap >= 19.9 && gap <= 30.1)).toBe(true);
  expect(new Set(gaps.map((gap) => gap.toFixed(1))).size).toBeGreaterThan(4);
});

test('"so many an hour" and "finish by", asked for while it runs, come into force at once', async () => {
  const play = await stage.open({ contacts: 170 });
  const campaign = await play.start({ size: 50, gapMs: 60 * minute });
  await campaign.reach(5);
  // 60 an hour are one a minute.
  await campaign.act('setPace', { perHour: 60 });
  await campaign.reach(24.5);
  const by = campaign.zero + 124.5 * minute;
  await campaign.act('setPace', { finishBy: by });
  await campaign.end();
  const starts = await campaign.starts();
  expect(starts.slice(0, 4)).toEqual([0, 5, 6, 7]);
  expect(starts.filter((at) => at < 24.5)).toHaveLength(1 + 20);
  // The test server's clock goes on while activities run.
  expect(Math.max(...starts)).toBeLessThanOrEqual(125.5);
  expect(Math.max(...starts)).toBeGreaterThan(110);
  expect(await campaign.history()).toMatchObject([
    { action: 'setPace', from: { size: 50, gapMs: 3_600_000 }, to: { size: 1, gapMs: minute, perHour: 60 } },
    { action: 'setPace', from: { perHour: 60 }, to: { size: 1, finishBy: by } },
  ]);
});

test('a draft that must be finished by an instant is spread over the open hours until then', async () => {
  const play = await stage.open({ contacts: 120 });
  const { opens, windows } = windowAfter(await play.env.currentTimeMs(), 2);
  // Two windows of two hours; the pace of the draft is not yet worked out.
  const finishBy = opens + 26 * hour;
  const campaign = await play.start({ size: 1_000, gapMs: minute, windows, paceForm: { finishBy } });
  await campaign.end();
  const starts = (await campaign.starts()).map((at) => at - campaign.minute(opens));
  // The test server's clock goes on while activities run: what 120 batches take of it comes on top.
  expect(Math.max(...starts)).toBeLessThanOrEqual(26 * 60 + 1.5);
  const firstDay = starts.filter((at) => at < 24 * 60).length;
  // Half of the open time is on the first day: so is about half of the batches.
  expect(firstDay / starts.length).toBeGreaterThan(0.4);
  expect(firstDay / starts.length).toBeLessThan(0.6);
});

test('deferred mails of a domain whose limit is used up wait for its room: no batch begins that takes nobody', async () => {
  const deferred = new Set<string>();
  const policy = { backoffMs: [5 * minute], limitMs: 48 * hour };
  const play = await stage.open({
    contacts: 3,
    policy,
    peer: {
      script: (at, { recipients }) => {
        const to = recipients.at(-1) ?? '';
        if (at !== 'rcpt' || deferred.has(to)) return undefined;
        deferred.add(to);
        return { reply: '451 4.7.1 greylisted' };
      },
    },
  });
  const limits = [{ domain: 'example.com', count: 1, everyMs: hour }];
  const campaign = await play.start({ size: 50, gapMs: minute, limits });
  await campaign.end();
  expect(await campaign.counts()).toEqual({ total: 3, sent: 3 });
  expect(await campaign.starts()).toEqual([0, 60, 120, 180, 240, 300]);
});
