import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Entry, MessageStore } from './message-store.ts';
import { listPage, messagePage, notFoundPage } from './pages.ts';

const pageSize = 50;

/** The sink's pages for people (`/`, `/view/N`) and answers for programs (`/messages`, `/recipients`, `/count`). */
export async function serveWeb(
  port: number,
  store: MessageStore | undefined,
  count: () => number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response, store, count).catch((error: unknown) => {
      process.stderr.write(`sink: ${request.method} ${request.url} failed: ${String(error)}\n`);
      if (response.headersSent) response.destroy();
      else respond(response, 500, 'text/plain', 'the sink could not answer; its log says why\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  store: MessageStore | undefined,
  count: () => number,
): Promise<void> {
  // Other names for 127.0.0.1 are how a foreign web page would try to read the mails (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    return respond(response, 421, 'text/plain', 'open this page as 127.0.0.1 or localhost\n');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return respond(response, 405, 'text/plain', 'only GET\n');
  }
  const url = new URL(request.url ?? '/', 'http://sink');
  if (url.pathname === '/count') return json(response, { count: count() });
  if (store === undefined)
    return respond(response, 404, 'text/plain', 'this sink keeps nothing but its count\n');
  if (url.pathname === '/') return await list(response, url, store);
  if (url.pathname === '/messages') return await listJson(response, url, store);
  if (url.pathname === '/recipients') return await recipients(response, store);
  const [, , n, raw] = /^\/(messages|view)\/(\d{1,12})(\/raw)?$/.exec(url.pathname) ?? [];
  const entry = n === undefined ? undefined : await store.get(Number(n));
  if (entry === undefined) return respond(response, 404, 'text/html', notFoundPage());
  if (raw !== undefined) return respond(response, 200, 'text/plain', store.raw(entry));
  if (url.pathname.startsWith('/messages/')) return json(response, shown(entry));
  respond(response, 200, 'text/html', await messagePage(entry, store.raw(entry)));
}

/** Newest first; a search looks through everything and shows the newest finds. */
async function list(response: ServerResponse, url: URL, store: MessageStore): Promise<void> {
  const search = (url.searchParams.get('q') ?? '').trim();
  const before = number(url, 'before', store.count + 1, store.count + 1);
  const found =
    search === ''
      ? await store.list(Math.max(0, before - 1 - pageSize), Math.min(pageSize, before - 1))
      : await newestMatches(store, search, before);
  respond(response, 200, 'text/html', listPage({ entries: found.reverse(), search, count: store.count }));
}

async function newestMatches(store: MessageStore, search: string, before: number): Promise<Entry[]> {
  const wanted = search.toLowerCase();
  const found: Entry[] = [];
  for await (const entry of store.entries()) {
    if (entry.n >= before) break;
    const text = `${entry.to.join(' ')} ${entry.from} ${entry.subject} ${entry.messageId}`.toLowerCase();
    if (text.includes(wanted) && found.push(entry) > pageSize) found.shift();
  }
  return found;
}

async function listJson(response: ServerResponse, url: URL, store: MessageStore): Promise<void> {
  const entries = await store.list(number(url, 'after', 0, Infinity), number(url, 'limit', 100, 1_000));
  json(response, { items: entries.map(shown), count: store.count });
}

/** One line of JSON per accepted recipient, oldest first: the demo compares the ledger with it. */
async function recipients(response: ServerResponse, store: MessageStore): Promise<void> {
  response.writeHead(200, headers('application/x-ndjson'));
  await pipeline(Readable.from(recipientLines(store)), response);
}

async function* recipientLines(store: MessageStore): AsyncGenerator<string> {
  for await (const { n, at, to, messageId } of store.entries()) {
    for (const recipient of to) yield `${JSON.stringify({ n, to: recipient, messageId, at })}\n`;
  }
}

function shown({ n, at, from, to, messageId, subject, size }: Entry): object {
  return { n, at, from, to, messageId, subject, size };
}

function number(url: URL, name: string, otherwise: number, highest: number): number {
  const given = url.searchParams.get(name);
  const value = given === null ? Number.NaN : Number(given);
  return Number.isSafeInteger(value) && value >= 0 ? Math.min(value, highest) : otherwise;
}

function json(response: ServerResponse, body: object): void {
  respond(response, 200, 'application/json', JSON.stringify(body));
}

function respond(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, headers(type)).end(body);
}

/** A received mail is a stranger's text: nothing in it may run or fetch anything. */
function headers(type: string): Record<string, string> {
  return {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'",
  };
}
