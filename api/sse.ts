import type { Request, Response } from 'express';
import type { EventFeed, FeedEvent } from './event-feed.ts';
import { Problem } from './problem.ts';

/** A comment keeps proxies from closing a silent stream. */
const heartbeatMs = 15_000;
/** A browser tries again after this. */
const retryMs = 2_000;
/** A reader who is this far behind is disconnected; it comes again with its Last-Event-ID. */
const maxBehindBytes = 1_000_000;
const streamsPerKey = 50;

/** How many streams each key has open in this process. */
const openStreams = new Map<string, number>();

/** The id after which a stream goes on (Last-Event-ID), null for a new one. */
export function readLastEventId(request: Request): number | null {
  const header = request.get('last-event-id');
  if (header === undefined || header === '') return null;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new Problem('malformedRequest', 'Last-Event-ID is a number that an event of this stream had');
}

/** Takes a place for a stream of a key, or throws 429. Returns what gives it back. */
export function takeStream(keyId: string): () => void {
  const open = openStreams.get(keyId) ?? 0;
  if (open >= streamsPerKey)
    throw new Problem(
      'tooManyStreams',
      `one key may follow ${streamsPerKey} campaigns at once; close a stream first`,
      {
        headers: { 'Retry-After': '10' },
      },
    );
  openStreams.set(keyId, open + 1);
  let given = false;
  return () => {
    if (given) return;
    given = true;
    const rest = (openStreams.get(keyId) ?? 1) - 1;
    if (rest === 0) openStreams.delete(keyId);
    else openStreams.set(keyId, rest);
  };
}

/** Writes a campaign's events (WHATWG server-sent events) until the reader hangs up or the feed ends. */
export async function streamEvents(
  response: Response,
  feed: EventFeed,
  campaignId: string,
  afterId: number | null,
): Promise<void> {
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  // For nginx: pass each event on at once.
  response.setHeader('X-Accel-Buffering', 'no');
  response.write(`retry: ${retryMs}\n\n`);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  const tell = (event: FeedEvent): void => {
    response.write(format(event));
    if (response.writableLength > maxBehindBytes) response.destroy();
  };
  let leave: (() => void) | null = null;
  try {
    leave = await feed.follow(campaignId, afterId, { tell, end: () => response.end() });
    await gone;
  } catch {
    // The answer has begun; ending it makes the reader come again, then with an answer that says why.
    response.end();
  } finally {
    clearInterval(heartbeat);
    leave?.();
  }
}

function format({ id, type, data }: FeedEvent): string {
  const line = id === null ? '' : `id: ${id}\n`;
  return `${line}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
