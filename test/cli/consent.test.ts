import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { countsOf, sampleCampaign, sampleId } from './campaign/sample.ts';
import { fakeSurroundings } from './fake-surroundings.ts';
import { scriptedApi, type Route } from './scripted-api.ts';
import { sluice } from './sluice.ts';

const contactId = '7c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b2';
const ada = {
  'GET /v1/contacts': { body: { items: [{ id: contactId, email: 'ada@example.com' }], next: null } },
};
const noted = {
  given: true,
  at: '2026-11-01T10:00:00Z',
  how: 'form on the web site',
  wording: 'Yes, send me news',
  recordedBy: 'anna',
  recordedAt: '2026-11-01T10:00:01Z',
};
const said = '2026-11-01T10:00:00Z  ordered, form on the web site: "Yes, send me news" (noted by anna)\n';

test('consent is noted with how and wording, and shown', async () => {
  const path = `/v1/contacts/${contactId}/consents`;
  const words = `consent add ada@example.com --given yes --how "form on the web site" --wording "Yes, send me news"`;
  const added = await sluice(words, { ...ada, [`POST ${path}`]: { status: 201, body: noted } });
  expect(added).toMatchObject({ code: 0, out: said });
  expect(JSON.parse(added.api.seen.at(-1)?.body ?? '')).toEqual({
    given: true,
    how: 'form on the web site',
    wording: 'Yes, send me news',
  });
  const shown = await sluice('consent show ada@example.com', {
    ...ada,
    [`GET ${path}`]: { body: { items: [noted], next: null } },
  });
  expect(shown.out).toBe(said);
  expect((await sluice('consent add ada@example.com --given maybe --how x')).code).toBe(2);
});

test('the export is written as it comes, a refusal is told', async () => {
  const csv = 'contact_id,email\r\n1,"ö"\r\n';
  const done = await sluice('consent export', { 'GET /v1/consent-exports': { body: csv, type: 'text/csv' } });
  expect(done).toMatchObject({ code: 0, out: csv });
  const refused = { status: 401, body: { detail: 'the key is not known' } };
  expect(await sluice('consent export', { 'GET /v1/consent-exports': refused })).toMatchObject({
    code: 3,
    err: expect.stringContaining('the key is not known'),
  });
});

test('caps are set, listed and removed', async () => {
  const cap = { stream: 'marketing', count: 2, per: '7d', changedBy: 'anna', changedAt: noted.at };
  const set = await sluice('cap set marketing 2 --per 7d', {
    'PUT /v1/frequency-caps/marketing': { body: cap },
  });
  expect(set.out).toBe('Nobody gets more than 2 marketing mails in 7d; the rest waits.\n');
  expect(JSON.parse(set.api.seen[0]?.body ?? '')).toEqual({ count: 2, per: '7d' });
  const list = await sluice('cap list', { 'GET /v1/frequency-caps': { body: { items: [cap], next: null } } });
  expect(list.out).toMatch(/marketing +2 +7d +anna/);
  const removed = await sluice('cap remove marketing', {
    'DELETE /v1/frequency-caps/marketing': { status: 204 },
  });
  expect(removed).toMatchObject({ code: 0, out: 'There is no cap on marketing mails.\n' });
  expect(await sluice('cap set marketing two --per 7d')).toMatchObject({ code: 2 });
});

test('one person or the whole list is forced, never without a reason', async () => {
  const path = `/v1/campaigns/${sampleId}`;
  const one = await sluice(`campaign force ${sampleId} ada@example.com --reason "asked for it"`, {
    ...ada,
    [`PUT ${path}/recipients/${contactId}/force`]: {
      body: { email: 'ada@example.com', sentence: 'Will get it.' },
    },
  });
  expect(one.out).toBe('ada@example.com: Will get it.\n');
  expect(JSON.parse(one.api.seen.at(-1)?.body ?? '')).toEqual({ reason: 'asked for it' });
  const all = await sluice(`campaign force ${sampleId} --reason "new prices"`, {
    [`PUT ${path}/force`]: { body: sampleCampaign({}) },
  });
  expect(all).toMatchObject({ code: 0, out: expect.stringContaining('to everybody of its list') });
  expect((await sluice(`campaign force ${sampleId}`)).code).toBe(2);
});

const everybody = { newsletter: false, reason: 'operational notice', concerned: 12 } as const;
const draft = sampleCampaign({ state: 'draft', next: null, counts: countsOf({}), consent: everybody });
const warning =
  '12 of the audience have not ordered the newsletter and are written to all the same (operational notice).';

test('a draft for everybody says why, and how many have not ordered the newsletter', async () => {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'mail.txt'), 'Hello');
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi({ 'POST /v1/campaigns': { status: 201, body: draft } });
  const options = [
    '--subject',
    'S',
    '--text',
    'mail.txt',
    '--from',
    'IT <it@example.com>',
    '--pace',
    '50/20m',
  ];
  const words = ['campaign', 'create', '--name', 'N', ...options, '--stream', 'notice', '--server', api.url];
  expect(await run([...words, '--to-everybody', 'operational notice'], at)).toBe(0);
  expect(JSON.parse(api.seen[0]?.body ?? '')).toMatchObject({
    stream: 'notice',
    consent: { newsletter: false, reason: 'operational notice' },
  });
  expect(at.written.out).toContain(`! ${warning}`);
});

test('starting it asks first: yes starts, everything else does not, and --yes needs no answer', async () => {
  const path = `/v1/campaigns/${sampleId}`;
  const routes: Record<string, Route> = {
    [`GET ${path}`]: { body: draft },
    [`PUT ${path}/start`]: { body: sampleCampaign({}) },
  };
  const start = async (answers: string[], terminal: boolean, ...more: string[]) => {
    const at = fakeSurroundings({ terminal, answers });
    writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
    const api = await scriptedApi(routes);
    const code = await run(['campaign', 'start', sampleId, '--server', api.url, ...more], at);
    return { code, asked: at.written.err, started: api.seen.some(({ method }) => method === 'PUT') };
  };
  expect(await start(['y'], true)).toEqual({ code: 0, asked: `${warning} Start it? [y/N] `, started: true });
  expect(await start([''], true)).toMatchObject({ code: 3, started: false });
  expect(await start([], false)).toMatchObject({ code: 2, started: false });
  expect(await start([], false, '--yes')).toMatchObject({ code: 0, started: true });
});
