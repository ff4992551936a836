import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../support/api.ts';
import { campaignBody } from '../support/campaign-body.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => api.close());

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors: readonly { pointer: string; detail: string; line?: number; column?: number }[];
}

async function refused(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await api.call(method, path, body, { headers });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = answer.body as ProblemBody;
  expect(problem.status).toBe(answer.status);
  expect(problem.instance).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d+/);
  return {
    status: answer.status,
    type: problem.type,
    detail: problem.detail,
    errors: problem.errors,
    headers: answer.headers,
  };
}

describe('a body that is not JSON', () => {
  it.each([
    ['cut off', '{"name": "x"'],
    ['text', 'hello'],
    ['empty', ''],
  ])('is refused with 400 when it is %s', async (_what, body) => {
    const { status, type } = await refused('POST', '/v1/campaigns', body);
    expect({ status, type }).toEqual({ status: 400, type: '/problems/malformed-json' });
  });

  it('is refused with 400 when it is not UTF-8', async () => {
    const response = await fetch(`${api.url}/v1/campaigns`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${api.keys.admin}`, 'Content-Type': 'application/json' },
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(await response.json()).toMatchObject({ status: 400, type: '/problems/malformed-json' });
  });

  it('is refused with 415 when it says to be something else', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      '',
    ]) {
      const { status, headers } = await refused('POST', '/v1/campaigns', campaignBody(), {
        'Content-Type': type,
      });
      expect(status, type).toBe(415);
      expect(headers.get('accept')).toBe('application/json');
    }
    const { status } = await refused('POST', '/v1/campaigns', campaignBody(), { 'Content-Encoding': 'gzip' });
    expect(status).toBe(415);
  });
});

const identity = { name: 'IT', address: 'it@example.com' };
const wrong: [what: string, change: Record<string, unknown>, pointer: string, detail: RegExp][] = [
  ['an unknown field', { colour: 'red' }, '/colour', /not known here/],
  ['no form of pace', { pace: {} }, '/pace', /size and gap, or perHour, or finishBy \(got 0 of them\)/],
  ['two forms of pace', { pace: { size: 1, every: '1m', perHour: 9 } }, '/pace', /got 2 of them/],
  ['a size without a gap', { pace: { size: 1 } }, '/pace/every', /pace gap must be 1s–366d/],
  ['a pace of nothing an hour', { pace: { perHour: 0 } }, '/pace/perHour', />=1/],
  [
    'a pace that should have been finished',
    { pace: { finishBy: '2020-01-01T00:00:00Z' } },
    '/pace',
    /cannot be finished by 2020-01-01T00:00:00Z: the earliest possible is 20/,
  ],
  [
    'a pace that would have to finish before it starts',
    { startAt: '2099-01-02T00:00:00Z', pace: { finishBy: '2099-01-01T00:00:00Z' } },
    '/pace',
    /the earliest possible is 2099-01-02T00:00:00Z/,
  ],
  [
    'a ramp that begins above its size',
    { pace: { size: 50, every: '1m', ramp: { from: 51, factor: 2 } } },
    '/pace',
    /a ramp must begin with 1 to 50 mails, the size it climbs to \(got 51\)/,
  ],
  [
    'a ramp without a size',
    { pace: { perHour: 9, ramp: { from: 1, factor: 2 } } },
    '/pace',
    /size and gap with it/,
  ],
  [
    'a ramp that goes down',
    { pace: { size: 5, every: '1m', ramp: { from: 5, factor: 0.5 } } },
    '/pace/ramp/factor',
    />=1.01/,
  ],
  ['too much jitter', { pace: { size: 5, every: '1m', jitter: 0.6 } }, '/pace/jitter', /<=0.5/],
  [
    'windows that never open',
    { windows: [{ days: [], from: '08:00', to: '17:00' }] },
    '/windows/0/days',
    /a window needs a day/,
  ],
  [
    'a window that ends before it begins',
    { windows: [{ days: ['mon'], from: '17:00', to: '08:00' }] },
    '/windows/0/to',
    /must end after it begins .*17:00–24:00 and 00:00–08:00/,
  ],
  [
    'an hour that no clock shows',
    { windows: [{ days: ['mon'], from: '25:00', to: '26:00' }] },
    '/windows/0/from',
    /write the beginning as 08:00/,
  ],
  ['a holiday that is no day', { holidays: ['2026-02-30'] }, '/holidays/0', /write a holiday as a date/],
  [
    'a limit of nothing',
    { limits: [{ domain: 'gmail.com', count: 0, every: '10m' }] },
    '/limits/0/count',
    /at least 1; to send nothing to a domain, suppress/,
  ],
  [
    'a campaign to follow that does not exist',
    { follows: { campaign: '00000000-0000-4000-8000-000000000000' } },
    '/follows/campaign',
    /there is no campaign 00000000-0000-4000-8000-000000000000; name one that exists/,
  ],
  [
    'a start at two times',
    { startAt: '2099-01-01T00:00:00Z', follows: { campaign: '00000000-0000-4000-8000-000000000000' } },
    '/follows',
    /starts at an instant or after another one, not both/,
  ],
  [
    'two limits for one domain',
    { limits: [1, 2].map((count) => ({ domain: 'gmail.com', count, every: '10m' })) },
    '/limits/1/domain',
    /has a limit already/,
  ],
  [
    'a limit of no domain',
    { limits: [{ domain: '@x', count: 1, every: '1m' }] },
    '/limits/0/domain',
    /is no domain/,
  ],
  ['an unknown field inside', { pace: { size: 1, every: '1m', burst: 2 } }, '/pace/burst', /not known here/],
  ['a pointer that needs escaping', { 'a/b~c': 1 }, '/a~1b~0c', /not known here/],
  ['a name of the wrong type', { name: 5 }, '/name', /expected string/],
  ['an empty name', { name: '  ' }, '/name', /a name is needed/],
  ['a name that is too long', { name: 'x'.repeat(201) }, '/name', /200 characters/],
  ['a name of two lines', { name: 'a\nb' }, '/name', /line breaks/],
  ['a NUL in a name', { name: 'a\0b' }, '/name', /no NUL/],
  ['half a character', { name: 'a\ud800' }, '/name', /lone surrogates/],
  [
    'a pace of 0',
    { pace: { size: 0, every: '20m' } },
    '/pace/size',
    /pace size must be 1–100000 \(got 0\); to stop sending, pause the campaign/,
  ],
  ['a pace of half a mail', { pace: { size: 1.5, every: '20m' } }, '/pace/size', /whole number/],
  ['a pace that is too large', { pace: { size: 100_001, every: '20m' } }, '/pace/size', /got 100001/],
  ['a gap that is no duration', { pace: { size: 1, every: 'soon' } }, '/pace/every', /"soon"/],
  ['a gap that is too short', { pace: { size: 1, every: '10ms' } }, '/pace/every', /1s–366d/],
  [
    'a start in the past',
    { startAt: '2020-01-01T00:00:00Z' },
    '/startAt',
    /2020-01-01T00:00:00Z is in the past/,
  ],
  ['a start that is no instant', { startAt: 'tomorrow' }, '/startAt', /RFC 3339/],
  ['a start without an offset', { startAt: '2099-01-01T00:00:00' }, '/startAt', /RFC 3339/],
  ['a day that is not', { startAt: '2099-02-30T00:00:00Z' }, '/startAt', /RFC 3339/],
  [
    'a time zone that is not',
    { timeZone: 'Europe/Atlantis' },
    '/timeZone',
    /"Europe\/Atlantis" is no time zone/,
  ],
  ['an audience of nobody', { audience: { all: false } }, '/audience/all', /everybody/],
  [
    'a sender address that is not one',
    { identity: { ...identity, address: 'it@' } },
    '/identity/address',
    /name@domain/,
  ],
  [
    'a reply address that is not one',
    { identity: { ...identity, replyTo: 'x' } },
    '/identity/replyTo',
    /name@domain/,
  ],
  [
    'a sender with a line break',
    { identity: { ...identity, name: 'a\r\nBcc: x@y.z' } },
    '/identity/name',
    /line breaks/,
  ],
  ['no content', { content: { subject: 'x' } }, '/content', /needs mjml, html or text/],
  ['two contents', { content: { subject: 'x', mjml: '<mjml/>', html: '<p/>' } }, '/content/html', /not both/],
  [
    'a subject that is too long',
    { content: { subject: 'x'.repeat(501), text: 'x' } },
    '/content/subject',
    /500/,
  ],
];

describe('a campaign with something wrong', () => {
  it.each(wrong)('is refused with 422 and its pointer: %s', async (_what, change, pointer, detail) => {
    const problem = await refused('POST', '/v1/campaigns', campaignBody(change));
    expect({ status: problem.status, type: problem.type }).toEqual({
      status: 422,
      type: '/problems/invalid-body',
    });
    const fault = problem.errors.find((each) => each.pointer === pointer);
    expect(fault?.detail, JSON.stringify(problem.errors)).toMatch(detail);
  });

  it('hears of every fault at once', async () => {
    const { errors } = await refused('POST', '/v1/campaigns', {
      name: '',
      pace: { size: 0, every: 'x' },
      extra: 1,
    });
    const pointers = errors.map(({ pointer }) => pointer);
    for (const each of ['/name', '/pace/size', '/pace/every', '/audience', '/identity', '/content', '/extra'])
      expect(pointers).toContain(each);
    expect(errors).toContainEqual({ pointer: '/audience', detail: 'is missing; expected object' });
  });

  it('hears line and column of a template that does not compile', async () => {
    const content = { subject: 'x', html: '<p>one</p>\n<p>{% if contact.firstName %}</p>' };
    const { status, type, errors } = await refused('POST', '/v1/campaigns', campaignBody({ content }));
    expect({ status, type }).toEqual({ status: 422, type: '/problems/content-refused' });
    expect(errors[0]).toMatchObject({ pointer: '/content/html', line: 2, column: expect.any(Number) });
  });

  it('hears of an unknown merge field, with its place', async () => {
    const content = { subject: 'Hi {{ contact.fristName }}', text: 'x' };
    const { type, errors } = await refused('POST', '/v1/campaigns', campaignBody({ content }));
    expect(type).toBe('/problems/content-refused');
    expect(errors[0]).toMatchObject({ pointer: '/content/subject', line: 1 });
    expect(errors[0]?.detail).toContain('contact.firstName');
  });

  it('cannot wait for itself, directly or by others', async () => {
    const ids: string[] = [];
    for (let campaign = 0; campaign < 3; campaign += 1) {
      const before = ids.at(-1);
      const follows = before === undefined ? null : { campaign: before, after: '2d' };
      const made = await api.call('POST', '/v1/campaigns', campaignBody({ follows }));
      ids.push((made.body as { id: string }).id);
    }
    const [first, , last] = ids;
    for (const campaign of [first, last]) {
      const { status, errors } = await refused('PATCH', `/v1/campaigns/${first}`, { follows: { campaign } });
      expect(status).toBe(422);
      expect(errors).toEqual([
        { pointer: '/follows/campaign', detail: expect.stringContaining('cannot wait for itself') },
      ]);
    }
  });

  it('hears of a template that compiles but can be filled for nobody: it would skip the whole audience', async () => {
    const content = { subject: 'x', text: '{% for i in (1..100000000) %}x{% endfor %}' };
    expect(await refused('POST', '/v1/campaigns', campaignBody({ content }))).toMatchObject({
      status: 422,
      type: '/problems/content-refused',
      errors: [{ pointer: '/content', detail: expect.stringContaining('cannot be filled') }],
    });
  });

  it('is refused the same way when it is changed', async () => {
    const made = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = made.body as { id: string };
    for (const [, change, pointer] of wrong) {
      const { status, errors } = await refused('PATCH', `/v1/campaigns/${id}`, change);
      expect(status, pointer).toBe(422);
      expect(errors.map((each) => each.pointer)).toContain(pointer);
    }
    const content = { subject: 'Hi {{ contact.fristName }}', text: 'x' };
    expect(await refused('PATCH', `/v1/campaigns/${id}`, { content })).toMatchObject({
      type: '/problems/content-refused',
    });
    expect(await refused('PATCH', `/v1/campaigns/${id}`, {})).toMatchObject({ status: 422 });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toEqual(made.body);
  });

  it('may be nested however deep without harm', async () => {
    const deep = `{"name":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
    expect(await refused('POST', '/v1/campaigns', deep)).toMatchObject({ status: 422 });
  });
});

const cursorOf = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString('base64url');
const madeUp = (at: string): string => cursorOf([at, '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1']);

describe('a query', () => {
  it.each([
    ['an unknown parameter', '/v1/campaigns?colour=red', '/colour'],
    ['a limit of 0', '/v1/campaigns?limit=0', '/limit'],
    ['a limit that is too large', '/v1/campaigns?limit=501', '/limit'],
    ['a limit that is no number', '/v1/campaigns?limit=1e2', '/limit'],
    ['a limit given twice', '/v1/campaigns?limit=1&limit=2', '/limit'],
    ['a cursor from elsewhere', '/v1/campaigns?cursor=abc', '/cursor'],
    ['a made-up cursor of no day', `/v1/campaigns?cursor=${madeUp('2026-02-31 00:00:00+00')}`, '/cursor'],
    ['a made-up cursor of no year', `/v1/desks?cursor=${madeUp('0000-01-01 00:00:00+00')}`, '/cursor'],
    ['a made-up cursor of no zone', `/v1/keys?cursor=${madeUp('2026-02-01 00:00:00+99')}`, '/cursor'],
    ['a made-up cursor with a NUL', `/v1/contacts?cursor=${cursorOf('\0')}`, '/cursor'],
    ['a state that is not', '/v1/campaigns?state=asleep', '/state'],
    ['a NUL', '/v1/campaigns?q=%00', '/q'],
    ['a parameter where there are none', '/v1/main-gate?x=1', '/x'],
  ])('is refused with 422 and the parameter: %s', async (_what, path, pointer) => {
    const problem = await refused('GET', path);
    expect(problem).toMatchObject({ status: 422, type: '/problems/invalid-query' });
    expect(problem.errors.map((each) => each.pointer)).toContain(pointer);
  });
});

describe('a path', () => {
  it.each([
    '/v1/campaigns/7',
    '/v1/campaigns/%00',
    "/v1/campaigns/'or'1",
    '/v1/campaigns/0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
    '/v1/nothing',
    '/',
  ])('that leads to nothing is 404: %s', async (path) => {
    expect(await refused('GET', path)).toMatchObject({ status: 404, type: '/problems/not-found' });
  });

  it('with a broken percent sign is 400', async () => {
    expect(await refused('GET', '/v1/campaigns/%ZZ')).toMatchObject({
      status: 400,
      type: '/problems/malformed-request',
    });
  });

  it('knows which methods are possible', async () => {
    const problem = await refused('POST', '/v1/main-gate', {});
    expect(problem).toMatchObject({ status: 405, type: '/problems/method-not-allowed' });
    expect(problem.headers.get('allow')).toBe('GET, HEAD, PUT');
    expect((await refused('OPTIONS', '/v1/campaigns')).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('a request', () => {
  it('with an If-Match that no campaign gave is 400', async () => {
    const { body } = await api.call('POST', '/v1/campaigns', campaignBody());
    const { id } = body as { id: string };
    for (const tag of ['1', 'W/"1"', '"x"', '"1", "2"'])
      expect(await refused('PATCH', `/v1/campaigns/${id}`, { name: 'x' }, { 'If-Match': tag })).toMatchObject(
        { status: 400 },
      );
  });

  it('with a body where none has a meaning is 400', async () => {
    expect(
      await refused('DELETE', '/v1/campaigns/0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1/pause', { reason: 'x' }),
    ).toMatchObject({
      status: 400,
    });
  });
});
