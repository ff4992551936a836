import { expect, test } from 'vitest';
import { settingLines } from '../../cli/campaign/setting-lines.ts';
import type { Audience } from '../../domain/filter/audience.ts';
import { sampleCampaign } from './campaign/sample.ts';
import { sluice } from './sluice.ts';

const check = {
  audience: 'customer.category = A',
  matched: 1200,
  withUsableAddress: 1199,
  consenting: 800,
  notSuppressed: 800,
  notAlreadySent: 700,
  remaining: 700,
  keptBack: { noAddress: 1, noConsent: 399, suppressed: 0, alreadySent: 100 },
};

test('an audience is counted before and after checking, with the way to the people', async () => {
  const counted = await sluice(
    'audience count --filter "customer.category = A" --stream marketing --document 0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
    { 'POST /v1/audience-checks': { body: check } },
  );
  expect(JSON.parse(counted.api.seen[0]?.body ?? '')).toEqual({
    audience: { filter: 'customer.category = A' },
    stream: 'marketing',
    documents: ['0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1'],
  });
  expect(counted.out.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'customer.category = A',
    ' matched 1,200',
    ' with a usable address 1,199 (1 kept back: --why noAddress)',
    ' consenting 800 (399 kept back: --why noConsent)',
    ' not suppressed 800',
    ' not already sent 700 (100 kept back: --why alreadySent)',
    '',
  ]);
});

test('its people are listed, those who are kept back, too', async () => {
  const person = { email: 'jo@example.com', firstName: 'Jo', lastName: null, customer: 'Acme' };
  const listed = await sluice('audience people --why noConsent --limit 1 --everybody "a test"', {
    'POST /v1/audience-checks/people': { body: { items: [person], next: 'abc' } },
  });
  expect(listed.out).toMatch(/jo@example.com +Jo +Acme\nmore: --cursor abc/);
  expect(JSON.parse(listed.api.seen[0]?.body ?? '')).toEqual({
    audience: { all: true },
    why: 'noConsent',
    limit: 1,
    consent: { newsletter: false, reason: 'a test' },
  });
  expect((await sluice('audience people --why tired')).code).toBe(2);
});

test('an audience is a filter or a work list, not both, also of a campaign', async () => {
  const words = 'campaign create --name x --from "IT <it@example.com>" --subject x --pace 50/20m';
  for (const command of ['audience count', words])
    expect(await sluice(`${command} --filter bounced --work-list Autumn`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not both'),
    });
});

test('a campaign shows whom it is for, unless that is everybody', () => {
  const names = { desk: null, followed: null, workList: 'Autumn' };
  const lines = (audience: Audience): string =>
    settingLines(sampleCampaign({ audience }), names, new Date())[0] ?? '';
  expect(lines({ filter: { bounced: true } })).toBe('audience  bounced');
  expect(lines({ workList: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1' })).toBe('audience  work list Autumn');
  expect(lines({ all: true })).not.toContain('audience');
});
