import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import type { Campaign } from '../../../cli/answers.ts';
import { openApi } from '../../../cli/api.ts';
import { followCampaign } from '../../../cli/campaign/follow-campaign.ts';
import type { WatchView } from '../../../cli/campaign/watch-view.ts';
import { run } from '../../../cli/run.ts';
import { fakeSurroundings } from '../fake-surroundings.ts';
import { scriptedApi, type Seen } from '../scripted-api.ts';
import { countsOf, openGate, sampleCampaign, sampleId } from './sample.ts';

const path = `/v1/campaigns/${sampleId}`;

/** A server that knows one campaign, whose streams the test holds in its hands. */
async function watched(first: Campaign = sampleCampaign()) {
  const streams: { seen: Seen; response: ServerResponse }[] = [];
  let campaign = first;
  const api = await scriptedApi({
    [`GET ${path}`]: () => ({ body: campaign }),
    [`GET ${path}/controls`]: { body: { items: [], next: null } },
    [`GET ${path}/batches`]: { body: { items: [], next: null } },
    'GET /v1/main-gate': { body: openGate },
    [`GET ${path}/events`]: (seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
      streams.push({ seen, response });
      return undefined;
    },
  });
  return {
    api,
    streams,
    change: (next: Partial<Campaign>): void => {
      campaign = { ...campaign, ...next };
    },
    tell: (id: number): void =>
      void streams.at(-1)?.response.write(`id: ${id}\nevent: progress\ndata: {}\n\n`),
  };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in 25 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const quick = { refreshMs: 5, patience: { backoffMs: [10, 20], silenceMs: 5_000 }, now: () => new Date() };
const finished = { state: 'finished', next: null, counts: countsOf({ sent: 1_000 }) } as const;

it('shows what the server says after each event and ends when the campaign has ended', async () => {
  const server = await watched();
  const views: WatchView[] = [];
  const following = followCampaign({
    api: openApi(server.api.url, 'k', ''),
    id: sampleId,
    signal: new AbortController().signal,
    show: (view) => views.push(view),
    ...quick,
  });
  await until(() => server.streams.length === 1);
  server.change({ counts: countsOf({ sent: 500, planned: 500 }) });
  server.tell(1);
  await until(() => views.at(-1)?.campaign.counts.sent === 500);
  server.change(finished);
  server.tell(2);
  expect((await following).campaign.state).toBe('finished');
});

it('says that the stream is lost, comes back with the id of the last event, and says that it is back', async () => {
  const server = await watched();
  const views: WatchView[] = [];
  const stop = new AbortController();
  const following = followCampaign({
    api: openApi(server.api.url, 'k', ''),
    id: sampleId,
    signal: stop.signal,
    show: (view) => views.push(view),
    ...quick,
  });
  await until(() => server.streams.length === 1);
  const asked = server.api.seen.length;
  server.tell(41);
  await until(() => server.api.seen.length > asked);
  server.streams[0]?.response.destroy();
  await until(() => views.some(({ lostSince }) => lostSince !== null));
  await until(() => server.streams.length === 2);
  expect(server.streams[1]?.seen.headers['last-event-id']).toBe('41');
  await until(() => views.at(-1)?.lostSince === null);
  stop.abort();
  await following;
});

it('takes a stream without heartbeat as lost and connects anew', async () => {
  const server = await watched();
  const stop = new AbortController();
  const following = followCampaign({
    api: openApi(server.api.url, 'k', ''),
    id: sampleId,
    signal: stop.signal,
    show: () => undefined,
    ...quick,
    patience: { backoffMs: [10], silenceMs: 50 },
  });
  await until(() => server.streams.length >= 2);
  stop.abort();
  await following;
});

it('prints one line per change when the output is no terminal, and ends with 0', async () => {
  const server = await watched();
  const at = fakeSurroundings();
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  await until(() => server.streams.length === 1 && at.written.out !== '');
  server.change(finished);
  server.tell(1);
  expect(await done).toBe(0);
  const lines = at.written.out.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('running 312 of 1,000 (31 %)');
  expect(lines[1]).toContain('finished 1,000 of 1,000 (100 %)');
  expect(at.written.out).not.toContain('\u001b');
});

it('takes the whole terminal and gives it back, when q is pressed and when the campaign ends', async () => {
  const server = await watched();
  const at = fakeSurroundings({ terminal: true });
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  await until(() => server.streams.length === 1 && at.written.out.includes('312 of 1,000'));
  at.resize(60, 20);
  at.press('q');
  expect(await done).toBe(0);
  const out = at.written.out;
  expect(out.indexOf('\u001b[?1049h')).toBe(0);
  expect(out.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(out.lastIndexOf('312 of 1,000'));
  expect(out).toContain('the campaign goes on');
});

it('gives the terminal back when the server takes the key away in the middle', async () => {
  const server = await watched();
  const at = fakeSurroundings({ terminal: true });
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  await until(() => server.streams.length === 1);
  const revoked = {
    status: 401,
    body: { type: '/problems/key-unknown', title: 'unknown', status: 401, detail: 'the key was revoked' },
  };
  server.api.routes[`GET ${path}`] = revoked;
  server.tell(1);
  expect(await done).toBe(3);
  expect(at.written.out.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(0);
  expect(at.written.err).toContain('the key was revoked');
});

it('leaves the campaign alone at Ctrl-C and ends with 0', async () => {
  const server = await watched();
  const at = fakeSurroundings();
  const done = run(['campaign', 'watch', sampleId, '--server', server.api.url], at);
  await until(() => server.streams.length === 1);
  at.interrupt();
  expect(await done).toBe(0);
  expect(server.api.seen.every(({ method }) => method === 'GET')).toBe(true);
});

it('ends with 3 under --until-finished when the campaign was stopped for good', async () => {
  const server = await watched(sampleCampaign({ state: 'cancelled', next: null }));
  const at = fakeSurroundings();
  expect(await run(['campaign', 'watch', sampleId, '--until-finished', '--server', server.api.url], at)).toBe(
    3,
  );
});
