import { expect, it } from 'vitest';
import { readEvents, type ServerEvent } from '../../cli/event-stream.ts';

async function read(...chunks: string[]): Promise<ServerEvent[]> {
  const bytes = (async function* () {
    for (const chunk of chunks) yield new TextEncoder().encode(chunk);
  })();
  const events: ServerEvent[] = [];
  for await (const event of readEvents(bytes)) events.push(event);
  return events;
}

it('reads type, data and id; the id stays until the next one', async () => {
  expect(await read('id: 7\nevent: state\ndata: {"a":1}\n\ndata: b\n\n')).toEqual([
    { id: '7', type: 'state', data: '{"a":1}' },
    { id: '7', type: 'message', data: 'b' },
  ]);
});

it('reads the same from any cut and any kind of line end', async () => {
  const text = 'id: 1\r\nevent: batch\r\ndata: ä\r\ndata: b\r\n\r\nid: 2\rdata: c\r\rdata: d\n\n';
  const whole = await read(text);
  expect(whole.map(({ data }) => data)).toEqual(['ä\nb', 'c', 'd']);
  for (let cut = 1; cut < text.length; cut++)
    expect(await read(text.slice(0, cut), text.slice(cut))).toEqual(whole);
});

it('gives nothing for a heartbeat, for an event without data and for one that the end cut off', async () => {
  expect(await read(': heartbeat\n\n', 'event: state\n\n', 'data: half')).toEqual([]);
});
