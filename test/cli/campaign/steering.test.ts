import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actWords } from '../../../cli/campaign/act-words.ts';
import { stateSentence } from '../../../cli/campaign/state-words.ts';
import { run } from '../../../cli/run.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { scriptedApi, type Route } from '../scripted-api.ts';
import { sampleCampaign, sampleId } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;

async function sluice(words: readonly string[], routes: Record<string, Route> = {}) {
  const at = fakeSurroundings();
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi(routes);
  const code = await run(['campaign', ...words, '--server', api.url], at);
  const asked = api.seen.map(({ method, path: of, query, body }) => ({
    asked: `${method} ${of}`,
    query: Object.fromEntries(query),
    body: body === '' ? null : (JSON.parse(body) as unknown),
  }));
  return { code, asked, ...at.written };
}

describe('a pause', () => {
  const paused = { state: 'paused', pausedAt: '2026-12-01T13:00:00Z', by: 'anna', reason: null, inFlight: 0 };

  it('until an instant says when it goes on by itself', async () => {
    const resumeAt = '2026-12-07T07:00:00Z';
    const { asked, out } = await sluice(['pause', sampleId, '--until', '2026-12-07T08:00:00+01:00'], {
      [`PUT ${path}/pause`]: { body: { ...paused, resumeAt } },
    });
    expect(asked.at(-1)?.body).toEqual({ resumeAt: '2026-12-07T08:00:00+01:00' });
    expect(out).toContain(`goes on by itself at ${resumeAt}`);
  });

  it('until never takes its end back', async () => {
    const { asked, out } = await sluice(['pause', sampleId, '--until', 'never', '--reason', 'x'], {
      [`PUT ${path}/pause`]: { body: { ...paused, resumeAt: null } },
    });
    expect(asked.at(-1)?.body).toEqual({ reason: 'x', resumeAt: null });
    expect(out).toContain('go on: sluice campaign resume');
  });

  it('is told with its end, and each change of it in the history', () => {
    const pause = {
      at: '2026-12-01T13:00:00Z',
      by: 'anna',
      reason: null,
      inFlight: 0,
      settledAt: null,
      resumeAt: '2026-12-01T15:00:00Z',
    };
    const now = new Date('2026-12-01T14:00:00Z');
    expect(stateSentence(sampleCampaign({ state: 'paused', pause }), now)).toMatch(
      /^Paused by anna at .*\. Goes on by itself in 1 h.*, at 16:00:00 Europe\/Berlin\.$/,
    );
    const act = {
      id: sampleId,
      at: pause.at,
      by: 'anna',
      via: 'api',
      action: 'pause',
      reason: null,
    } as const;
    const running = { state: 'running' };
    const until = { state: 'paused', resumeAt: '2026-12-07T07:00:00.000Z' };
    const never = { state: 'paused', resumeAt: null };
    expect(actWords({ ...act, from: running, to: { state: 'paused', inFlight: 0 } })).toBe('paused');
    expect(actWords({ ...act, from: running, to: until })).toBe('paused until 2026-12-07T07:00:00Z');
    expect(actWords({ ...act, from: until, to: never })).toBe('paused until somebody resumes');
  });
});

it('moves the start of a scheduled campaign, with the reason', async () => {
  const startAt = '2026-12-07T08:00:00+01:00';
  const body = sampleCampaign({ state: 'scheduled', startAt: '2026-12-07T07:00:00Z' });
  const { asked, out } = await sluice(['reschedule', sampleId, startAt, '--reason', 'the room is not free'], {
    [`PUT ${path}/schedule`]: { body },
  });
  expect(asked.at(-1)?.body).toEqual({ startAt, reason: 'the room is not free' });
  expect(out).toContain('08:00:00 Europe/Berlin.');
});

describe('the last pace change', () => {
  it('is taken back, with the reason', async () => {
    const { asked, out } = await sluice(['pace', sampleId, '--undo', '--reason', 'too fast'], {
      [`DELETE ${path}/pace`]: {
        body: { pace: { size: 50, every: '20m' }, previous: { size: 100, every: '10m' }, next: null },
      },
    });
    expect(asked.at(-1)).toMatchObject({ asked: `DELETE ${path}/pace`, query: { reason: 'too fast' } });
    expect(out).toContain('Pace: 100 every 10 min → 50 every 20 min');
  });

  it('and a new pace are not asked for together, nor neither of them', async () => {
    for (const words of [
      ['pace', sampleId],
      ['pace', sampleId, '50/20m', '--undo'],
    ])
      expect(await sluice(words)).toMatchObject({
        code: 2,
        asked: [],
        err: expect.stringContaining('--undo'),
      });
  });

  it('is told in the history as taken back', () => {
    const control = {
      id: sampleId,
      at: '2026-12-01T13:00:00Z',
      by: 'anna',
      via: 'api',
      action: 'setPace',
      from: { size: 100, gapMs: 600_000 },
      to: { size: 50, gapMs: 1_200_000, undoes: sampleId },
      reason: null,
    } as const;
    expect(actWords(control)).toBe('took the last pace change back: 100 every 10 min → 50 every 20 min');
  });
});

it.each(['skip', 'send-now', 'to-end'])('%s says what became of the one recipient', async (act) => {
  const contactId = '3f8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1';
  const { asked, out } = await sluice([act, sampleId, 'ada@example.com', '--reason', 'asked'], {
    'GET /v1/contacts': { body: { items: [{ id: contactId, email: 'Ada@example.com' }], next: null } },
    [`PUT ${path}/recipients/${contactId}/${act}`]: {
      body: { email: 'Ada@example.com', sentence: 'It is so.' },
    },
  });
  expect(asked.at(-1)?.body).toEqual({ reason: 'asked' });
  expect(out).toBe('Ada@example.com: It is so.\n');
});

describe('guards', () => {
  const warned = sampleCampaign({
    warnings: [
      { guard: 'hardBounces', value: 0.05, threshold: 0.08, sentence: 'hard bounces 5 of the last 100' },
    ],
  });

  it('are shown with warnings, also by show', async () => {
    const routes = { [`GET ${path}`]: { body: warned } };
    const { out } = await sluice(['guards', sampleId], routes);
    expect(out).toBe(
      'hard bounces   held at 8 % of the last 100\n' +
        'complaints     held at 0.3 % of those mailed, at least 1000\n' +
        'deferrals      held at 60 % of the last 200\n' +
        'over capacity  held after 30m\n' +
        'behind plan    off\n' +
        '! hard bounces 5 of the last 100\n',
    );
    expect((await sluice(['show', sampleId], routes)).out).toContain('! hard bounces 5 of the last 100');
  });

  it('are set one by one: what is not named stays; in a draft, too', async () => {
    const words = [
      'guards',
      sampleId,
      '--hard-bounces',
      '0.3%/500',
      '--deferrals',
      'off',
      '--behind-plan',
      '4h',
    ];
    const wanted = {
      ...warned.guards,
      hardBounces: { share: 0.003, of: 500 },
      deferrals: null,
      behindPlan: { by: '4h' },
    };
    const running = await sluice([...words, '--reason', 'x'], {
      [`GET ${path}`]: { body: warned },
      [`PUT ${path}/guards`]: { body: warned },
    });
    expect(running.asked.at(-1)?.body).toEqual({ ...wanted, reason: 'x' });
    const draft = await sluice(words, {
      [`GET ${path}`]: { body: sampleCampaign({ state: 'draft' }) },
      [`PATCH ${path}`]: { body: warned },
    });
    expect(draft.asked.at(-1)?.body).toEqual({ guards: wanted });
  });

  it('are written percent/of, and nothing is asked when they are not', async () => {
    expect(await sluice(['guards', sampleId, '--complaints', '3/1000'])).toMatchObject({
      code: 2,
      asked: [],
      err: expect.stringContaining('such as 8%/100, or off (got 3/1000)'),
    });
  });
});
