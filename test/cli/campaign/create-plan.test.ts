import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../cli/run.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { problem, scriptedApi, type Route } from '../scripted-api.ts';
import { sampleCampaign, sampleId } from './sample.ts';

const deskId = '7c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
const desk = { id: deskId, name: 'Helpdesk', capacity: 30, open: 2, timeZone: 'UTC', windows: [] };

/** `campaign create` with a mail and what is asked for; the answer is the scripted campaign. */
async function create(words: readonly string[], routes: Record<string, Route> = {}, file?: object) {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  writeFileSync(join(at.folder, 'mail.txt'), 'Hello');
  writeFileSync(join(at.folder, 'days.ics'), 'BEGIN:VCALENDAR');
  writeFileSync(join(at.folder, 'campaign.json'), JSON.stringify(file ?? {}));
  const api = await scriptedApi({
    'POST /v1/campaigns': { status: 201, body: sampleCampaign({ state: 'draft' }) },
    ...routes,
  });
  const mail = ['--name', 'N', '--subject', 'S', '--text', 'mail.txt', '--from', 'IT <it@example.com>'];
  const from = file === undefined ? [] : ['--file', 'campaign.json'];
  const code = await run(['campaign', 'create', ...mail, ...from, ...words, '--server', api.url], at);
  const sent = api.seen.find(({ method, path }) => method === 'POST' && path === '/v1/campaigns');
  const body = sent === undefined ? null : (JSON.parse(sent.body) as Record<string, unknown>);
  return { code, body, api, ...at.written };
}

const pace = ['--pace', '50/20m'];

test('windows, holidays and limits are said by options, each as often as needed', async () => {
  const windows = ['--window', 'mon-fri 08:00-12:00', '--window', 'mon-thu 13:00-17:00'];
  const holidays = ['--holidays', '2027-01-01, 2026-12-25', '--holidays', '2026-12-25'];
  const limits = ['--limit', 'gmail.com=20/10m', '--limit', 'example.org=1/1h'];
  const { code, body } = await create([...pace, ...windows, ...holidays, ...limits]);
  expect(code).toBe(0);
  expect(body).toMatchObject({
    pace: { size: 50, every: '20m' },
    windows: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '12:00' },
      { days: ['mon', 'tue', 'wed', 'thu'], from: '13:00', to: '17:00' },
    ],
    holidays: ['2026-12-25', '2027-01-01'],
    limits: [
      { domain: 'gmail.com', count: 20, every: '10m' },
      { domain: 'example.org', count: 1, every: '1h' },
    ],
  });
});

test('what is not said is not sent: the draft keeps what the API takes for left out', async () => {
  const { body } = await create(pace);
  for (const field of ['windows', 'holidays', 'limits', 'capacity', 'follows'])
    expect(body).not.toHaveProperty(field);
});

test('a calendar file is read by the server, and what it could not read is said', async () => {
  const read = {
    dates: ['2026-12-25', '2026-12-26'],
    from: '2026-12-01',
    to: '2028-12-31',
    read: 2,
    timed: 1,
    cancelled: 0,
    notRead: [{ summary: 'Every other Friday', reason: 'repeats weekly' }],
  };
  const { body, out, api } = await create([...pace, '--holidays', 'days.ics', '--holidays', '2027-01-01'], {
    'POST /v1/holidays': { body: read },
  });
  expect(JSON.parse(api.seen[0]?.body ?? '')).toEqual({ ics: 'BEGIN:VCALENDAR' });
  expect(body?.['holidays']).toEqual(['2026-12-25', '2026-12-26', '2027-01-01']);
  expect(out).toContain('2 holidays from 2026-12-01 to 2028-12-31; 1 event with a time of day left out');
  expect(out).toContain('not read: Every other Friday: repeats weekly');
});

test('a calendar file that the server refuses makes no draft', async () => {
  const refused = problem(422, 'the file cannot be read as iCalendar');
  const { code, body, err } = await create([...pace, '--holidays', 'days.ics'], {
    'POST /v1/holidays': refused,
  });
  expect({ code, body }).toEqual({ code: 3, body: null });
  expect(err).toContain('the file cannot be read as iCalendar');
});

test('a capacity has what is expected of the answers; a desk is found by its name', async () => {
  const expected = ['--rate', '12%', '--delay', '30m', '--handling', '20m', '--silent-after', '1h'];
  const own = await create([...pace, '--capacity', '30', ...expected, '--floor', '0', '--ceiling', '80']);
  expect(own.body?.['capacity']).toEqual({
    open: 30,
    rate: 0.12,
    delay: '30m',
    handling: '20m',
    floor: 0,
    ceiling: 80,
    silentAfter: '1h',
  });
  const routes = { 'GET /v1/desks': { body: { items: [desk], next: null } } };
  const shared = await create([...pace, '--desk', 'helpdesk', '--rate', '12%'], routes);
  expect(shared.body?.['capacity']).toEqual({ desk: deskId, rate: 0.12 });
  const gone = await create([...pace, '--desk', 'sales'], routes);
  expect(gone).toMatchObject({ code: 4, body: null, err: expect.stringContaining('sluice desk list') });
});

test('a campaign that follows another one is named by its first characters', async () => {
  const { body } = await create(
    [...pace, '--follows', sampleId.slice(0, 8), '--after', '2d', '--only', 'notResponded'],
    {
      'GET /v1/campaigns': { body: { items: [sampleCampaign()], next: null } },
    },
  );
  expect(body?.['follows']).toEqual({ campaign: sampleId, after: '2d', only: 'notResponded' });
});

test('options win over the file, field by field: a desk replaces a capacity of its own', async () => {
  const file = {
    pace: { size: 1, every: '1h' },
    capacity: { open: 30, rate: 0.5 },
    follows: { campaign: sampleId, after: '2d' },
    windows: [{ days: ['sat'], from: '08:00', to: '12:00' }],
  };
  const routes = { 'GET /v1/desks': { body: { items: [desk], next: null } } };
  const { body } = await create(['--desk', 'Helpdesk', '--after', '3d'], routes, file);
  expect(body).toMatchObject({
    pace: file.pace,
    capacity: { desk: deskId, rate: 0.5 },
    follows: { campaign: sampleId, after: '3d' },
    windows: file.windows,
  });
  expect(body?.['capacity']).not.toHaveProperty('open');
});

test('the answer says what bounds the campaign', async () => {
  const made = sampleCampaign({
    state: 'draft',
    pace: { size: 5, every: '2m', perHour: 150 },
    windows: [{ days: ['mon', 'tue', 'wed'], from: '08:00', to: '17:00' }],
    capacity: { desk: deskId, rate: 0.12 },
    follows: { campaign: sampleId, after: '2d', only: 'notResponded' },
  });
  const { out } = await create(pace, {
    'POST /v1/campaigns': { status: 201, body: made },
    [`GET /v1/desks/${deskId}`]: { body: desk },
    [`GET /v1/campaigns/${sampleId}`]: { body: { ...made, name: 'Announcement' } },
  });
  expect(out).toContain('5 every 2 min (150 an hour)');
  expect(out).toContain('windows   mon-wed 08:00-17:00 (Europe/Berlin)');
  expect(out).toContain('capacity  that of the desk Helpdesk, 12 % expected to answer');
  expect(out).toContain('starts 2 d after "Announcement" has finished, for those who have not responded');
});

test.each([
  [['--window', '8 to 17'], 'a window is written as "mon-fri 08:00-17:00"'],
  [['--holidays', '25.12.2026'], 'such as 2026-12-25,2027-01-01, or a calendar file (.ics) (got 25.12.2026)'],
  [['--holidays', 'nowhere.ics'], 'there is no such file'],
  [['--limit', 'gmail.com:20'], 'such as gmail.com=20/10m (got gmail.com:20)'],
  [['--limit', 'gmail.com=20/often'], 'such as gmail.com=20/10m'],
  [['--after', '2d'], '--follows ID'],
  [['--only', 'notResponded'], '--follows ID'],
  [['--follows', sampleId, '--only', 'some'], 'notResponded'],
  [['--rate', '12%'], '--capacity 30 or --desk Helpdesk'],
  [['--capacity', '30', '--desk', 'Helpdesk'], 'not both'],
  [['--capacity', 'many'], '--capacity is a whole number'],
  [['--capacity', '30', '--rate', 'some'], 'a rate is written as a share'],
])('%j is a wrong usage that makes nothing', async (words, said) => {
  const { code, body, err } = await create([...pace, ...words]);
  expect({ code, body }).toEqual({ code: 2, body: null });
  expect(err).toContain(said);
});

test('a ramp without a pace is a wrong usage, in a draft and in a change', async () => {
  const { code, err } = await create(['--ramp', '10x2']);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('give --pace with them') });
});
