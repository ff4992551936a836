import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../cli/run.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { problem, scriptedApi, type Route } from '../scripted-api.ts';
import { sampleCampaign, sampleForecast, sampleId, sampleNow } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;

/** A server whose forecast depends on the pace that is asked for, as the real one's does. */
function planning(change: Record<string, Route> = {}): Record<string, Route> {
  return {
    [`GET ${path}`]: { body: sampleCampaign() },
    [`GET ${path}/forecast`]: ({ query }) => {
      const size = query.get('size');
      if (size === null) return { body: sampleForecast() };
      const pace = { size: Number(size), every: query.get('every') ?? '' };
      return {
        body: sampleForecast({ pace, total: 9, finishAt: '2026-12-01T15:20:00Z', range: null, batches: [] }),
      };
    },
    ...change,
  };
}

async function sluice(words: readonly string[], routes: Record<string, Route> = planning()) {
  const at = fakeSurroundings({ now: () => sampleNow });
  writeFileSync(join(at.folder, 'api-key'), 'slk_test\n', { mode: 0o600 });
  const api = await scriptedApi(routes);
  const code = await run([...words, '--server', api.url], at);
  return { code, api, ...at.written };
}

describe('campaign forecast', () => {
  it('prints the finish with its range, the assumptions and the calendar by its head and its tail', async () => {
    const { code, out } = await sluice(['campaign', 'forecast', sampleId]);
    expect(code).toBe(0);
    expect(out).toContain('finish: 18:40, 14 batches to come (18:40–19:10); in 4 h 26 min');
    expect(out).toContain('This assumes:\n  - the relay answers as it did in the last hour');
    expect(out).toMatch(
      /BATCH {2}AT \(Europe\/Berlin\) {2}FROM NOW +SIZE\n +8 {2}14:20:00 +in 6 min 12 s +50/,
    );
    expect(out).toMatch(/\n +21 {2}18:40:00 .*\n/);
    expect(out).not.toContain('more batch');
  });

  it('leaves the middle of a long calendar out and says how many batches that are', async () => {
    const batches = Array.from({ length: 40 }, (_, index) => ({
      batch: index + 1,
      at: new Date(Date.parse('2026-12-01T14:00:00Z') + index * 1_200_000).toISOString(),
      size: 50,
    }));
    const body = sampleForecast({ batches, total: 100, truncated: true });
    const { out } = await sluice(
      ['campaign', 'forecast', sampleId],
      planning({ [`GET ${path}/forecast`]: { body } }),
    );
    expect(out).toContain('…  27 more batches');
    expect(out).toContain('…  60 more batches');
    expect(out.match(/\n +\d+ {2}/g)).toHaveLength(13);
  });

  it('asks for another pace, start and capacity, and gives the answer as it came with --json', async () => {
    const words = ['--pace', '80/15m', '--start', '2026-12-02T08:00:00+01:00', '--capacity', '20', '--json'];
    const { api, out } = await sluice(['campaign', 'forecast', sampleId, ...words]);
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      size: '80',
      every: '15m',
      startAt: '2026-12-02T08:00:00+01:00',
      capacity: '20',
    });
    expect(JSON.parse(out)).toMatchObject({ pace: { size: 80, every: '15m' }, total: 9 });
  });

  it('says why a finish cannot be known instead of naming one', async () => {
    const body = sampleForecast({ finishAt: null, range: null, because: 'paused', batches: [] });
    const { out } = await sluice(
      ['campaign', 'forecast', sampleId],
      planning({ [`GET ${path}/forecast`]: { body } }),
    );
    expect(out).toContain('finish: not known: the campaign is paused');
  });

  it('tells a peak of open responses above the capacity, and each warning', async () => {
    const responses = { limit: 30, peak: 40.2, peakAt: '2026-12-01T14:00:00Z', deviation: 3.1 };
    const body = sampleForecast({ responses, warnings: ['this takes 412 days'] });
    const { out } = await sluice(
      ['campaign', 'forecast', sampleId],
      planning({ [`GET ${path}/forecast`]: { body } }),
    );
    expect(out).toContain('at most 41 responses open of 30 at 15:00:00: more than the capacity');
    expect(out).toContain('! this takes 412 days');
  });

  it('refuses what is no pace or capacity with 2 and passes a refusal of the server on with 3', async () => {
    for (const words of [
      ['--pace', '80'],
      ['--capacity', '0'],
      ['--capacity', 'many'],
    ]) {
      const { code, api } = await sluice(['campaign', 'forecast', sampleId, ...words]);
      expect(code).toBe(2);
      expect(api.seen).toEqual([]);
    }
    const refused = problem(422, 'startAt lies in the past');
    const { code, err } = await sluice(
      ['campaign', 'forecast', sampleId, '--start', '2020-01-01T00:00:00Z'],
      planning({ [`GET ${path}/forecast`]: refused }),
    );
    expect(code).toBe(3);
    expect(err).toContain('startAt lies in the past');
  });
});

describe('campaign pace --dry-run', () => {
  it("prints today's finish and the new one side by side and changes nothing", async () => {
    const { code, out, api } = await sluice(['campaign', 'pace', sampleId, '80/15m', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toMatch(/\n +AS IT IS +CHANGED\n/);
    expect(out).toMatch(/\npace +50 every 20 min +80 every 15 min\n/);
    expect(out).toMatch(/\nfinish +18:40 +16:20\n +2 h 20 min earlier\n/);
    expect(out).toMatch(/\nto come +14 batches +9 batches\n/);
    expect(out).toContain('Nothing was changed. To do it: sluice campaign pace 0c8f2b58 80/15m');
    expect(api.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('compares the last batches where no finish can be known', async () => {
    const because = 'the campaign is paused: the batches are those of a resume now';
    const body = sampleForecast({ finishAt: null, range: null, because });
    const words = ['campaign', 'pace', sampleId, '80/15m', '--dry-run'];
    const { out } = await sluice(words, planning({ [`GET ${path}/forecast`]: { body } }));
    expect(out).toMatch(/\nfinish +not known: the campaign is paused/);
    expect(out).toMatch(/\nlast batch +18:40 +18:40\n/);
  });

  it('gives both forecasts with --json', async () => {
    const { out } = await sluice(['campaign', 'pace', sampleId, '80/15m', '--dry-run', '--json']);
    expect(JSON.parse(out)).toMatchObject({ today: { total: 14 }, changed: { total: 9 } });
  });

  it('refuses a reason, which would be kept nowhere', async () => {
    const words = ['campaign', 'pace', sampleId, '80/15m', '--dry-run', '--reason', 'x'];
    const { code, api } = await sluice(words);
    expect(code).toBe(2);
    expect(api.seen).toEqual([]);
  });

  it.each([
    [['150/h'], { perHour: '150' }, '150/h'],
    [
      ['by 2026-12-01T17:00:00+01:00'],
      { finishBy: '2026-12-01T17:00:00+01:00' },
      '"by 2026-12-01T17:00:00+01:00"',
    ],
    [
      ['200/20m', '--ramp', '10x2', '--jitter', '10%'],
      { size: '200', every: '20m', rampFrom: '10', rampFactor: '2', jitter: '0.1' },
      '200/20m --ramp 10x2 --jitter 10%',
    ],
  ])('tries %j as campaign pace would set it', async (words, query, typed) => {
    const { out, api } = await sluice(['campaign', 'pace', sampleId, ...words, '--dry-run']);
    const asked = api.seen.filter(({ path: at }) => at === `${path}/forecast`);
    expect(asked.map((one) => Object.fromEntries(one.query))).toEqual(expect.arrayContaining([{}, query]));
    expect(out).toContain(`To do it: sluice campaign pace 0c8f2b58 ${typed}\n`);
  });
});
