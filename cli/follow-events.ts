import { problemOf, type Api } from './api.ts';
import { readEvents, type ServerEvent } from './event-stream.ts';
import { Failure } from './failure.ts';
import { pause } from './pause.ts';
import { failureOf } from './problem-text.ts';

export interface Follower {
  readonly onLive: () => void;
  readonly onEvent: (event: ServerEvent) => void;
  readonly onLost: () => void;
}

/** How long to wait before each further try; the last one repeats. The server's heartbeat comes every 15 s (notes: 15 s). */
export interface Patience {
  readonly backoffMs: readonly number[];
  readonly silenceMs: number;
}

export const usualPatience: Patience = { backoffMs: [250, 1_000, 2_000, 5_000, 10_000], silenceMs: 45_000 };

/**
 * Follows a stream of server-sent events until the signal aborts: reconnects with growing pauses, gives back the id of the last event,
 * and takes a stream that is silent for longer than its heartbeat as lost. Fails when the server says that there is nothing to follow.
 */
export async function followEvents(
  api: Api,
  path: string,
  follower: Follower,
  signal: AbortSignal,
  patience: Patience = usualPatience,
): Promise<void> {
  let lastId = '';
  let tries = 0;
  const onEvent = (event: ServerEvent): void => {
    lastId = event.id;
    follower.onEvent(event);
  };
  while (!signal.aborted) {
    const lived = await followOnce(api, path, lastId, { ...follower, onEvent }, signal, patience.silenceMs);
    if (signal.aborted) return;
    follower.onLost();
    tries = lived ? 0 : tries + 1;
    await pause(patience.backoffMs[Math.min(tries, patience.backoffMs.length - 1)] ?? 1_000, signal);
  }
}

/** One connection, until it ends; answers whether it was established. */
async function followOnce(
  api: Api,
  path: string,
  lastId: string,
  follower: Follower,
  signal: AbortSignal,
  silenceMs: number,
): Promise<boolean> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const headers = { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) };
  let lived = false;
  try {
    const response = await api.raw(path, { headers, signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok) await refuse(response);
    if (response.body === null) return false;
    lived = true;
    follower.onLive();
    for await (const event of readEvents(refreshing(response.body, timer), lastId)) follower.onEvent(event);
  } catch (error) {
    // What cannot get better by trying again is the command's failure; everything else is a lost stream.
    if (error instanceof Failure && error.exitCode !== 5 && error.exitCode !== 1) throw error;
  } finally {
    clearTimeout(timer);
  }
  return lived;
}

/** Passes the bytes on; each of them shows that the server still speaks. */
async function* refreshing(
  bytes: AsyncIterable<Uint8Array>,
  timer: NodeJS.Timeout,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    timer.refresh();
    yield chunk;
  }
}

async function refuse(response: Response): Promise<never> {
  throw failureOf(problemOf(response, await response.text()));
}
