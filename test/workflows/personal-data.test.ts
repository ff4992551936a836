import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, test } from 'vitest';
import { summariesIn, type History } from './history.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const every20 = { size: 50, gapMs: 20 * 60_000 };

/** People (every address here is at example.com), what is written to them, who steers and why, what the relay says: none of it is Temporal's business. */
const personal =
  /example\.com|First\d|Last\d|user\d|Server upgrade|Hello|Dear|please act|IT department|anna|too many calls|greylisted|no such mailbox|log in first|closing down/i;

test('histories of a campaign through everything carry ids, codes, counts and instants only', async () => {
  const play = await stage.open({ contacts: 200 });
  let mails = 0;
  play.peer.script = (at, { recipients }) => {
    if (at !== 'rcpt' || ++mails > 2) return undefined;
    const to = recipients.at(-1) ?? '';
    return { reply: mails === 1 ? `550 5.1.1 <${to}> no such mailbox` : `451 4.7.1 greylisted ${to}` };
  };
  const campaign = await play.start(every20);
  await campaign.reach(5);
  await campaign.pause();
  await campaign.reach(30);
  await campaign.act('resume');
  await campaign.act('setPace', { size: 40, gapMs: 10 * 60_000 });
  await expect(campaign.act('reschedule', { startAt: campaign.zero })).rejects.toThrow(/./);
  await campaign.reach(35);
  play.peer.script = (at) =>
    at === 'mail' || at === 'rcpt' ? { reply: '530 5.7.0 log in first, it@example.com' } : undefined;
  await campaign.reach(50);
  expect(await campaign.state()).toBe('held');
  play.peer.script = () => ({ reply: '421 4.3.2 closing down, it@example.com' });
  await campaign.act('resume', { acknowledge: true });
  await campaign.reach(55);
  await campaign.act('cancel');
  await campaign.end();
  expect(await campaign.counts()).toMatchObject({ failed: 1 });

  const [history] = await campaign.runs();
  const described = await campaign.handle.describe();
  const dump = dumpOf(history, [described.raw, described.memo, described.searchAttributes]);
  // That it sees through the payloads: these are only inside of them.
  for (const inside of ['plannedAt', 'loginRefused', 'batch 1 of 4, 50 mails', campaign.id, '"cancelled"'])
    expect(dump).toContain(inside);
  expect(dump.split('\n').filter((line) => personal.test(line))).toEqual([]);
  expect(described.memo ?? {}).toEqual({});
  expect(Object.keys(described.searchAttributes).sort()).toEqual(['CampaignId', 'CampaignStatus']);
});

test('summaries say what goes on without a word of the mail', async () => {
  const play = await stage.open({ contacts: 60 });
  const campaign = await play.start(every20);
  await campaign.end();
  const [history] = await campaign.runs();
  const summaries = history === undefined ? [] : summariesIn(history);
  expect(summaries).toEqual(
    expect.arrayContaining([
      'batch 1 of 2, 50 mails',
      expect.stringMatching(/^batch 2 at \d{4}-\d\d-\d\dT[\d:]+Z: gap$/),
      'batch 2 of 2, 10 mails',
    ]),
  );
  expect(summaries.filter((summary) => personal.test(summary))).toEqual([]);
});

test('acts on one recipient and guards bring no address, no reason and no suppression there', async () => {
  const play = await stage.open({ contacts: 100 });
  let mails = 0;
  play.peer.script = (at, { recipients }) =>
    at === 'rcpt' && ++mails > 50 ? { reply: `550 5.1.1 <${recipients.at(-1)}> no such mailbox` } : undefined;
  const campaign = await play.start(every20);
  await campaign.reach(5);
  const waiting = await play.db
    .selectFrom('delivery')
    .select(['contact_id as contactId', 'address'])
    .where('campaign_id', '=', campaign.id)
    .where('state', '=', 'planned')
    .orderBy('position')
    .execute();
  const [first = { contactId: '', address: '' }, second, third] = waiting;
  const suppression = {
    address: first.address,
    stream: null,
    reason: 'anna said so',
    source: 'IT department',
  };
  await play.db.insertInto('suppression').values(suppression).execute();
  await campaign.handle.signal('sendNow', { contactId: first.contactId });
  await campaign.signal('skip', { contactId: second?.contactId });
  await campaign.signal('moveToEnd', { contactId: third?.contactId });
  await campaign.reach(25);
  expect(await campaign.state()).toBe('held');
  const [history] = await campaign.runs();
  const dump = dumpOf(history, []);
  for (const inside of [first.contactId, 'its explanation says why', 'hardBounces', '"held"'])
    expect(dump).toContain(inside);
  expect(dump.split('\n').filter((line) => personal.test(line))).toEqual([]);
});

/** All of it as text, one string or number a line, with everything that is base64 decoded. */
function dumpOf(history: History | undefined, more: readonly unknown[]): string {
  const lines: string[] = [];
  const visit = (value: unknown): void => {
    if (value instanceof Uint8Array) lines.push(Buffer.from(value).toString());
    else if (typeof value === 'string') lines.push(value, Buffer.from(value, 'base64').toString());
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        lines.push(key);
        visit(inner);
      }
  };
  // The workers' own name (process@machine) is who ran it, not whom it is about.
  visit(JSON.parse(historyToJSON(history ?? {}), withoutIdentity));
  for (const each of more) visit(JSON.parse(JSON.stringify(each, withoutIdentity) ?? 'null'));
  return lines.join('\n');
}

function withoutIdentity(key: string, value: unknown): unknown {
  if (key === 'identity') return undefined;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
}
