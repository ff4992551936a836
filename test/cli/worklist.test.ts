import { expect, test } from 'vitest';
import { sluice } from './sluice.ts';

const list = {
  id: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
  name: 'Autumn',
  version: 1,
  size: 1200,
  filter: { field: 'customer.category', op: 'is', value: 'A' },
  frozenAt: null,
  frozenBy: null,
  createdAt: '2026-12-01T07:00:00Z',
  createdBy: 'anna',
  updatedAt: '2026-12-01T07:00:00Z',
};
const contact = {
  id: '11111111-1111-4111-8111-111111111111',
  email: 'Jo@Example.com',
  address: 'jo@example.com',
  customer: 'Acme',
};
const byName = { 'GET /v1/work-lists': { body: { items: [list], next: null } } };
const people = { 'GET /v1/contacts': { body: { items: [contact], next: null } } };
const changed = (n: number) => ({ body: { changed: n, workList: { ...list, size: 1200 + n } } });

test('a list is made from a filter, shown, listed and frozen', async () => {
  const made = await sluice('worklist create Autumn --filter "customer.category = A" --reason "price list"', {
    'POST /v1/work-lists': { status: 201, body: list },
  });
  expect(made.out).toBe(`${list.id}\nAutumn: 1,200 people\n`);
  expect(JSON.parse(made.api.seen[0]?.body ?? '')).toEqual({
    name: 'Autumn',
    filter: 'customer.category = A',
    reason: 'price list',
  });
  expect((await sluice('worklist show Autumn', byName)).out).toContain('from customer.category = A');
  expect((await sluice('worklist list', byName)).out).toMatch(
    /0c8f2b58 +Autumn +1,200 +customer.category = A/,
  );
  const frozen = await sluice('worklist freeze Autumn --reason checked', {
    ...byName,
    [`PUT /v1/work-lists/${list.id}/freeze`]: { body: { ...list, frozenBy: 'anna' } },
  });
  expect(frozen.out).toBe('Autumn: 1,200 people, frozen by anna\n');
  const gone = await sluice('worklist delete Autumn', {
    ...byName,
    [`DELETE /v1/work-lists/${list.id}`]: { body: null },
  });
  expect(gone.out).toBe('Autumn is gone\n');
});

test('people are added and removed by filter or by hand', async () => {
  const path = `/v1/work-lists/${list.id}`;
  const refilled = await sluice('worklist add Autumn --filter bounced --include-removed', {
    ...byName,
    [`POST ${path}/additions`]: changed(5),
  });
  expect(refilled.out).toBe('5 people added\nAutumn: 1,205 people\n');
  expect(JSON.parse(refilled.api.seen[1]?.body ?? '')).toEqual({ filter: 'bounced', includeRemoved: true });
  const removed = await sluice('worklist remove Autumn --filter bounced', {
    ...byName,
    [`POST ${path}/removals`]: changed(1),
  });
  expect(removed.out).toContain('1 person removed');

  const hand = await sluice('worklist add Autumn --contact jo@example.com --reason asked', {
    ...byName,
    ...people,
    [`PUT ${path}/contacts/${contact.id}`]: changed(1),
  });
  expect(hand.out).toBe('Jo@Example.com added\n');
  expect(JSON.parse(hand.api.seen[2]?.body ?? '')).toEqual({ reason: 'asked' });
  const out = await sluice('worklist remove Autumn --contact jo@example.com --reason left', {
    ...byName,
    ...people,
    [`DELETE ${path}/contacts/${contact.id}`]: changed(0),
  });
  expect(out.out).toBe('Jo@Example.com not removed: is not in it\n');
  expect(out.api.seen[2]?.query.get('reason')).toBe('left');
});

test('a change that says nobody, or whom in two ways, or a stranger, changes nothing', async () => {
  expect(await sluice('worklist add Autumn', byName)).toMatchObject({
    code: 2,
    err: expect.stringContaining('say whom'),
  });
  expect((await sluice('worklist add Autumn --filter x --contact y', byName)).code).toBe(2);
  const stranger = await sluice('worklist add Autumn --contact jo@example.com other@example.com', {
    ...byName,
    ...people,
  });
  expect(stranger).toMatchObject({
    code: 4,
    err: expect.stringContaining('there is no contact other@example.com'),
  });
  expect(stranger.api.seen.every(({ method }) => method === 'GET')).toBe(true);
  const none = { 'GET /v1/work-lists': { body: { items: [], next: null } } };
  expect(await sluice('worklist show Winter', none)).toMatchObject({
    code: 4,
    err: expect.stringContaining('worklist list'),
  });
});

test('the people of a list and its history are shown', async () => {
  const member = { contact, byHand: true, addedBy: 'anna', addedAt: '2026-12-01T07:00:00Z' };
  const shown = await sluice('worklist people Autumn --limit 1', {
    ...byName,
    [`GET /v1/work-lists/${list.id}/contacts`]: { body: { items: [member], next: 'abc' } },
  });
  expect(shown.out).toMatch(/Jo@Example.com +Acme +2026-12-01T07:00:00Z by hand by anna\nmore: --cursor abc/);
  const at = '2026-12-01T07:00:00Z';
  const history = await sluice('worklist history Autumn', {
    ...byName,
    [`GET /v1/work-lists/${list.id}/changes`]: {
      body: {
        items: [
          { id: 2, at, by: 'anna', action: 'remove', contactId: contact.id, detail: null, reason: 'left' },
          {
            id: 1,
            at,
            by: 'anna',
            action: 'create',
            contactId: null,
            detail: { changed: 1200 },
            reason: null,
          },
        ],
        next: null,
      },
    },
  });
  expect(history.out).toBe(`${at}  anna  remove ${contact.id}: left\n${at}  anna  create 1,200 people\n`);
});
