import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { appendEvent } from '../../db/notify.ts';
import { until } from '../../embedded/until.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { insertStarted } from '../support/started-campaign.ts';

interface ServerEvent {
  readonly id: string | null;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

interface Stream {
  readonly events: ServerEvent[];
  readonly status: number;
  ended(): boolean;
  wait(matches: (event: ServerEvent) => boolean): Promise<ServerEvent>;
  close(): void;
}

let api: TestApi;
const open: Stream[] = [];
beforeAll(async () => {
  api = await startTestApi();
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});
afterAll(async () => api.close());

async function follow(campaignId: string, headers: Record<string, string> = {}, on = api): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${on.url}/v1/campaigns/${campaignId}/events`, {
    headers: { Authorization: `Bearer ${on.keys.viewer}`, ...headers },
    signal: abort.signal,
  });
  const events: ServerEvent[] = [];
  let ended = false;
  void read(response, events)
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  const stream: Stream = {
    events,
    status: response.status,
    ended: () => ended,
    wait: async (matches) => {
      await until(
        () => events.some(matches),
        30_000,
        () => `no such event; there were ${JSON.stringify(events)}`,
      );
      return events.find(matches) ?? { id: null, type: '', data: {} };
    },
    close: () => abort.abort(),
  };
  open.push(stream);
  return stream;
}

async function read(response: Response, events: ServerEvent[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | null =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      const data = field('data');
      if (data !== null) events.push({ id: field('id'), type: field('event') ?? '', data: JSON.parse(data) });
    }
  }
}

describe('a stream of events', () => {
  it('begins with the progress as it is and tells every act', async () => {
    const id = await insertStarted(api.db);
    const stream = await follow(id);
    const progress = await stream.wait(({ type }) => type === 'progress');
    expect(progress).toMatchObject({
      id: null,
      data: { state: 'running', pace: { size: 50, every: '1m' }, counts: { total: 0 } },
    });
    await api.call('PUT', `/v1/campaigns/${id}/pause`, { reason: 'lunch' });
    const control = await stream.wait(({ type }) => type === 'control');
    expect(control.data).toMatchObject({ action: 'pause', by: 'an admin', reason: 'lunch' });
    await stream.wait(({ type, data }) => type === 'state' && data['to'] === 'paused');
    await stream.wait(({ type, data }) => type === 'progress' && data['state'] === 'paused');
  });

  it('goes on after the event that was last seen: nothing missing, nothing twice', async () => {
    const id = await insertStarted(api.db);
    const first = await follow(id);
    await first.wait(({ type }) => type === 'progress');
    for (let number = 1; number <= 3; number++) await appendEvent(api.db, id, 'batch', { number });
    const seen = await first.wait(({ data }) => data['number'] === 2);
    first.close();
    await appendEvent(api.db, id, 'batch', { number: 4 });
    const second = await follow(id, { 'Last-Event-ID': String(seen.id) });
    await second.wait(({ data }) => data['number'] === 4);
    await appendEvent(api.db, id, 'batch', { number: 5 });
    await second.wait(({ data }) => data['number'] === 5);
    expect(second.events.flatMap(({ type, data }) => (type === 'batch' ? [data['number']] : []))).toEqual([
      3, 4, 5,
    ]);
  });

  it('is told alike to all who follow', async () => {
    const id = await insertStarted(api.db);
    const streams = [await follow(id), await follow(id), await follow(id)];
    for (const stream of streams) await stream.wait(({ type }) => type === 'progress');
    await appendEvent(api.db, id, 'batch', { number: 1 });
    for (const stream of streams) await stream.wait(({ type }) => type === 'batch');
    for (const stream of streams)
      expect(stream.events.filter(({ type }) => type === 'batch')).toHaveLength(1);
  });

  it('refuses a Last-Event-ID that no event had, and a campaign that is not', async () => {
    const id = await insertStarted(api.db);
    expect((await follow(id, { 'Last-Event-ID': 'x' })).status).toBe(400);
    expect((await follow('0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1')).status).toBe(404);
  });

  it('is bounded for each key, and a stream that ends makes room', async () => {
    const id = await insertStarted(api.db);
    const streams: Stream[] = [];
    for (let i = 0; i < 50; i++) streams.push(await follow(id));
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    expect((await follow(id)).status).toBe(429);
    streams[0]?.close();
    let status = 0;
    await until(
      async () => {
        status = (await follow(id)).status;
        return status === 200;
      },
      30_000,
      () => `still ${status}`,
    );
  });

  it('ends when the process stops', async () => {
    const stopping = await startTestApi();
    const id = await insertStarted(stopping.db);
    const stream = await follow(id, {}, stopping);
    await stream.wait(({ type }) => type === 'progress');
    await stopping.close();
    await until(
      () => stream.ended(),
      30_000,
      () => 'the stream goes on',
    );
  });
});
