import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly type?: string;
}

/** What a route answers; taking the response itself (server-sent events) answers nothing here. */
export type Route = ScriptedAnswer | ((seen: Seen, response: ServerResponse) => ScriptedAnswer | undefined);

export interface ScriptedApi {
  readonly url: string;
  readonly seen: Seen[];
  readonly routes: Record<string, Route>;
  readonly stop: () => Promise<void>;
}

/** A real HTTP server on a free port that answers `"METHOD /path"` as told and 404 as a problem otherwise. */
export async function scriptedApi(routes: Record<string, Route>): Promise<ScriptedApi> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://scripted');
      const one: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      };
      seen.push(one);
      const route = routes[`${one.method} ${one.path}`] ?? notThere(one.path);
      const answer = typeof route === 'function' ? route(one, response) : route;
      if (answer === undefined) return;
      const status = answer.status ?? 200;
      response.writeHead(status, {
        'content-type': answer.type ?? (status < 400 ? 'application/json' : 'application/problem+json'),
      });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}`, seen, routes, stop };
}

function notThere(path: string): ScriptedAnswer {
  const detail = `there is nothing at ${path}`;
  return {
    status: 404,
    body: {
      type: '/problems/not-found',
      title: 'There is no such thing here',
      status: 404,
      detail,
      instance: 'r-404',
      errors: [],
    },
  };
}

export function problem(
  status: number,
  detail: string,
  errors: readonly { pointer: string; detail: string }[] = [],
): ScriptedAnswer {
  return { status, body: { type: '/problems/x', title: 'Title', status, detail, instance: 'r-1', errors } };
}
