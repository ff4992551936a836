import { expect, test } from 'vitest';
import type { Route } from '../scripted-api.ts';
import { sluice } from '../sluice.ts';
import { countsOf, sampleId } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;
const anna = '11111111-2222-4333-8444-555555555555';
const ben = '22222222-2222-4333-8444-555555555555';
const list = {
  campaign: sampleId,
  state: 'draft',
  laidOutAt: '2026-12-01T10:00:00Z',
  counts: countsOf({ planned: 3 }),
};
const explanation = { email: 'anna@example.com', sentence: 'Waits: not before the campaign is started.' };
const people: Route = ({ query }) => {
  const q = query.get('q') ?? '';
  return { body: { items: [{ id: q.startsWith('anna') ? anna : ben, email: q }], next: null } };
};

async function queue(words: string, route: string, body: unknown = list, status = 200) {
  const result = await sluice(`campaign queue ${words}`, {
    'GET /v1/contacts': people,
    [route]: { status, body },
  });
  const sent = result.api.seen.find(({ method }) => method !== 'GET');
  return {
    ...result,
    sent: sent && { body: sent.body === '' ? null : JSON.parse(sent.body), query: sent.query.toString() },
  };
}

test('shows the list with positions and states, and how to go on', async () => {
  const row = {
    contactId: anna,
    email: 'anna@example.com',
    name: null,
    state: 'planned',
    position: 1,
    batch: null,
    attempts: 0,
    sendingAt: null,
    settledAt: null,
    nextAttemptAt: null,
    messageId: '<x@y>',
    reply: null,
    reason: null,
  };
  const { out, api } = await queue(`${sampleId} --limit 1`, `GET ${path}/recipients`, {
    items: [row],
    next: 'abc',
  });
  expect(out).toMatch(/1 +anna@example.com +planned/);
  expect(out).toContain('more: --cursor abc');
  expect(api.seen[0]?.query.get('limit')).toBe('1');
  expect((await queue(sampleId, `GET ${path}/recipients`, { items: [], next: null })).out).toContain(
    'queue lay-out',
  );
});

test.each([
  [`lay-out ${sampleId} --reason "to check"`, `PUT ${path}/send-list`, { reason: 'to check' }],
  [`add ${sampleId} anna@example.com`, `PUT ${path}/recipients/${anna}`, {}],
  [
    `move ${sampleId} anna@example.com --before ben@example.com`,
    `PUT ${path}/recipients/${anna}/position`,
    { before: ben },
  ],
  [`move ${sampleId} anna@example.com --first`, `PUT ${path}/recipients/${anna}/position`, { to: 'first' }],
  [
    `move ${sampleId} anna@example.com --last --reason late`,
    `PUT ${path}/recipients/${anna}/position`,
    { to: 'last', reason: 'late' },
  ],
  [`order ${sampleId} --by customer`, `PUT ${path}/order`, { by: 'customer' }],
  [`split ${sampleId} --parts 3`, `POST ${path}/splits`, { parts: 3 }],
  [`split ${sampleId} --size 200`, `POST ${path}/splits`, { size: 200 }],
  [`forward ${sampleId}`, `PUT ${path}/start`, {}],
])('queue %s asks for it', async (words, route, body) => {
  const { code, sent, err } = await queue(words, route, { ...list, ...explanation, parts: [] });
  expect({ code, err, body: sent?.body }).toEqual({ code: 0, err: '', body });
});

test('what is taken away says why in the query, and shows what is left', async () => {
  const removed = await queue(
    `remove ${sampleId} anna@example.com --reason "left the firm"`,
    `DELETE ${path}/recipients/${anna}`,
  );
  expect(removed).toMatchObject({
    code: 0,
    out: '3 mails to send, 3 in all\n',
    sent: { query: 'reason=left+the+firm' },
  });
  const discarded = await queue(`discard ${sampleId}`, `DELETE ${path}/send-list`, {
    ...list,
    laidOutAt: null,
  });
  expect(discarded.out).toBe('no send list: the audience is open\n');
});

test('a split lists the drafts that were made; with --json it is the answer of the API', async () => {
  const body = { ...list, parts: [{ campaign: ben, count: 2 }] };
  expect((await queue(`split ${sampleId} --size 2`, `POST ${path}/splits`, body, 201)).out).toBe(
    `stays: 3 mails\n${ben}: 2 mails\n`,
  );
  expect(
    JSON.parse((await queue(`split ${sampleId} --size 2 --json`, `POST ${path}/splits`, body, 201)).out),
  ).toEqual(body);
});

test.each([
  [`move ${sampleId} anna@example.com`, '--before ADDRESS'],
  [`move ${sampleId} anna@example.com --first --last`, '--before ADDRESS'],
  [`split ${sampleId}`, '--size N or --parts N'],
  [`split ${sampleId} --size many`, 'a whole number'],
])('queue %s is a wrong usage', async (words, why) => {
  const { code, err, sent } = await queue(words, `POST ${path}/splits`);
  expect({ code, sent }).toEqual({ code: 2, sent: undefined });
  expect(err).toContain(why);
});
