import { expect, test } from 'vitest';
import { sampleId } from './campaign/sample.ts';
import { sluice } from './sluice.ts';

const path = `/v1/campaigns/${sampleId}/responses`;
const response = {
  id: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
  eventId: 'ticket-4711',
  source: 'api',
  kind: 'ticket',
  state: 'open',
  contactId: null,
  email: 'anna@example.com',
  openedAt: '2026-12-01T09:00:00Z',
  handledAt: null,
  reportedAt: '2026-12-01T09:00:01Z',
};

test('a response is reported, and said when it was known already', async () => {
  const words = `response report ${sampleId} ticket-4711 opened --kind ticket --email anna@example.com`;
  const first = await sluice(words, {
    [`POST ${path}`]: { body: { accepted: 1, repeated: 0, rejected: [] } },
  });
  expect(first).toMatchObject({ code: 0, out: 'Reported.\n' });
  expect(JSON.parse(first.api.seen[0]?.body ?? '')).toEqual({
    events: [{ eventId: 'ticket-4711', state: 'opened', kind: 'ticket', email: 'anna@example.com' }],
  });
  const again = await sluice(words, {
    [`POST ${path}`]: { body: { accepted: 0, repeated: 1, rejected: [] } },
  });
  expect(again).toMatchObject({ code: 0, out: 'That was known already.\n' });
});

test('a response that cannot be is a refusal with its reason', async () => {
  const rejected = [{ index: 0, reason: 'nobody with this email is a recipient' }];
  const { code, err, out } = await sluice(`response report ${sampleId} x opened --email a@b.example`, {
    [`POST ${path}`]: { body: { accepted: 0, repeated: 0, rejected } },
  });
  expect({ code, out, err }).toEqual({
    code: 3,
    out: '',
    err: 'error: nobody with this email is a recipient\n',
  });
  expect((await sluice(`response report ${sampleId} x reopened`)).code).toBe(2);
});

test('responses are listed, only open ones when asked, and handled by hand', async () => {
  const { out, api } = await sluice(`response list ${sampleId} --state open`, {
    [`GET ${path}`]: { body: { items: [response], next: null } },
  });
  expect(out).toMatch(/open +ticket +ticket-4711 +anna@example\.com +2026-12-01T09:00:00Z +—/);
  expect(api.seen[0]?.query.get('state')).toBe('open');
  const handled = await sluice(`response handle ${sampleId} ${response.id}`, {
    [`PUT ${path}/${response.id}/handling`]: { body: { ...response, state: 'handled' } },
  });
  expect(handled).toMatchObject({ code: 0, out: 'Handled.\n' });
});
