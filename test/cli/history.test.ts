import { readFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sluice } from './sluice.ts';

const anna = '11111111-2222-4333-8444-555555555555';
const mail = {
  at: '2026-12-01T07:00:00Z',
  contact: { id: anna, email: 'anna@example.com', name: 'Anna' },
  customer: null,
  campaign: { id: anna, name: 'Prices', stream: 'crm' },
  createdBy: 'carl',
  startedBy: 'dora',
  startedAt: null,
  state: 'failed',
  batch: 1,
  messageId: '<x@y>',
  reply: { code: 550, enhanced: '5.1.1', text: 'nobody here' },
  reason: null,
  bounce: { at: '2026-12-01T07:00:00Z', code: 550, enhanced: '5.1.1', text: 'nobody here' },
  complainedAt: null,
  forced: null,
  documents: [
    {
      id: anna,
      title: 'Price list',
      version: 2,
      name: 'p.pdf',
      as: 'attachment',
      forced: { by: 'eva', reason: 'asked' },
    },
  ],
};
const page = { body: { items: [mail], next: null } };
/** The folder's titles have the ending of the file. */
const priceList = { title: 'prices/Price list.pdf', name: 'Price list.pdf', version: 1, removedAt: null };
const found = (item: object) => ({ body: { items: [item], next: null } });

test.each([
  [
    'contact anna@example.com',
    {
      'GET /v1/contacts': found({ id: anna, email: 'anna@example.com' }),
      [`GET /v1/contacts/${anna}/mails`]: page,
    },
  ],
  [
    'customer "Nord Ltd"',
    { 'GET /v1/customers': found({ id: anna, name: 'Nord Ltd' }), [`GET /v1/customers/${anna}/mails`]: page },
  ],
  ['record order 4/7', { 'GET /v1/records/order/4%2F7/mails': page }],
  [
    'document "Price list"',
    {
      'GET /v1/documents': found({ ...priceList, id: anna }),
      [`GET /v1/documents/${anna}/recipients`]: page,
    },
  ],
])('history %s shows when, who, what became of it and which documents', async (words, routes) => {
  const { code, out, err } = await sluice(`history ${words}`, routes);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(
    /07:00:00 +anna@example.com +Prices +dora +failed +Price list 2 \(again, by eva: asked\) +550 5.1.1 nobody here/,
  );
});

test('filters go to the API; activities are another list', async () => {
  const mails = await sluice(`history customer ${anna} --state sent --from 2026-01-01T00:00:00Z --limit 3`, {
    [`GET /v1/customers/${anna}/mails`]: page,
  });
  expect(mails.api.seen[0]?.query.toString()).toBe('from=2026-01-01T00%3A00%3A00Z&state=sent&limit=3');
  const entry = { at: mail.at, mark: 'serial mail', campaign: mail.campaign, contact: mail.contact };
  const listed = await sluice(`history contact ${anna} --activities`, {
    [`GET /v1/contacts/${anna}/activities`]: found(entry),
  });
  expect(listed.out).toMatch(/07:00:00 +serial mail +anna@example.com +Prices/);
  const versions = await sluice(`history document ${anna} --all-versions`, {
    [`GET /v1/documents/${anna}/recipients`]: page,
  });
  expect(versions.api.seen[0]?.query.get('title')).toBe('true');
});

test('a file gets all of them as the API streams it; a refusal writes nothing', async () => {
  const target = join(mkdtempSync(join(tmpdir(), 'sluice-history-')), 'mails.csv');
  const csv = 'at,email\r\n2026,anna@example.com\r\n';
  const done = await sluice(`history contact ${anna} --csv ${target}`, {
    [`GET /v1/contacts/${anna}/mails.csv`]: { body: csv, type: 'text/csv' },
  });
  expect(done).toMatchObject({ code: 0, out: `written: ${target}\n` });
  expect(readFileSync(target, 'utf8')).toBe(csv);
  expect(await sluice(`history customer ${anna} --csv ${target}2`)).toMatchObject({ code: 4 });
  expect(await sluice(`history contact ${anna} --csv x --limit 5`)).toMatchObject({ code: 2 });
  expect(await sluice(`history contact ${anna} --activities --state sent`)).toMatchObject({ code: 2 });
});

test('a mail is shown as it was sent, or given as its bytes', async () => {
  const path = `/v1/campaigns/${anna}/recipients/${anna}/mail`;
  const sent = {
    contactId: anna,
    state: 'sent',
    at: mail.at,
    messageId: '<x@y>',
    to: 'anna@example.com',
    subject: 'Hello',
    text: 'Dear Anna,\n',
    html: null,
    sizeBytes: 200,
    headers: [
      { name: 'From', value: 'IT <it@example.com>' },
      { name: 'Content-Type', value: 'text/plain' },
      { name: 'Subject', value: 'Hello' },
    ],
    attachments: [{ name: 'p.pdf', type: 'application/pdf', size: 1234, sha256: 'abc' }],
  };
  const shown = await sluice(`campaign mail ${anna} ${anna}`, { [`GET ${path}`]: { body: sent } });
  expect(shown.out).toBe(
    'From: IT <it@example.com>\nSubject: Hello\nAttachment: p.pdf, 1,234 bytes, SHA-256 abc\n\nDear Anna,\n\n',
  );
  const raw = await sluice(`campaign mail ${anna} ${anna} --raw`, {
    [`GET ${path}.eml`]: { body: 'From: x\r\n\r\nHi\r\n', type: 'message/rfc822' },
  });
  expect(raw.out).toBe('From: x\r\n\r\nHi\r\n');
  expect(await sluice(`campaign mail ${anna} ${anna}`)).toMatchObject({ code: 4 });
});
