import { Failure, type Problem } from './failure.ts';
import { failureOf } from './problem-text.ts';
import { sendStream } from './stream-request.ts';

/** The HTTP API as the command line uses it. Every method fails with a `Failure` that says in words what is wrong. */
export interface Api {
  readonly url: string;
  readonly get: <Answer>(path: string, query?: Query) => Promise<Answer>;
  readonly send: <Answer>(method: Method, path: string, request?: Request) => Promise<Answer>;
  /** The answer itself, whatever its status; fails only when nothing answers. */
  readonly raw: (path: string, init?: RawRequest) => Promise<Response>;
}

interface RawRequest extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Query = Readonly<Record<string, string | number | undefined>>;

interface Request {
  readonly body?: unknown;
  readonly query?: Query;
  /** A body that is not JSON: streamed, with its type, and without a deadline. */
  readonly stream?: { readonly type: string; readonly body: ReadableStream };
  readonly headers?: Readonly<Record<string, string>>;
}

const patienceMs = 60_000;

/** `key` null: no key was found; `keyHint` says where one was looked for. */
export function openApi(url: string, key: string | null, keyHint: string): Api {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const raw = async (path: string, init: RawRequest = {}): Promise<Response> => {
    try {
      const { method = 'GET', body } = init;
      if (body instanceof ReadableStream)
        return await sendStream(url + path, { method, body, headers: { ...headers, ...init.headers } });
      return await fetch(url + path, { ...init, headers: { ...headers, ...init.headers } });
    } catch (error) {
      if (init.signal?.aborted === true && !isTimeout(init.signal.reason)) throw error;
      throw unreachable(url, error);
    }
  };
  const answer = async <Answer>(path: string, init: RawRequest): Promise<Answer> =>
    read<Answer>(await raw(path, init), keyHint);
  return {
    url,
    raw,
    get: async (path, query = {}) =>
      answer(path + queryText(query), { headers: accept, signal: AbortSignal.timeout(patienceMs) }),
    send: async (method, path, request = {}) =>
      answer(path + queryText(request.query ?? {}), initOf(method, request)),
  };
}

const accept = { accept: 'application/json' };

function initOf(method: Method, { body, stream, headers }: Request): RawRequest {
  if (stream !== undefined)
    return {
      method,
      body: stream.body,
      headers: { ...accept, ...headers, 'content-type': stream.type },
    };
  const signal = AbortSignal.timeout(patienceMs);
  if (body === undefined) return { method, headers: { ...accept, ...headers }, signal };
  const json = { ...accept, ...headers, 'content-type': 'application/json' };
  return { method, body: JSON.stringify(body), headers: json, signal };
}

async function read<Answer>(response: Response, keyHint: string): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) {
    const problem = problemOf(response, text);
    throw failureOf(problem, response.status === 401 ? keyHint : (hints[problem.type] ?? null));
  }
  // 204 and the like: nothing is said. The caller names the type that API.md promises for the path it asked.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (text === '' ? null : parse(text, response)) as Answer;
}

/** What the API says in words of HTTP, said for this command line. */
const hints: Readonly<Record<string, string>> = {
  '/problems/needs-acknowledgement': 'here: sluice campaign resume ID --acknowledge',
};

/** The problem that an answer tells; one that is no problem document is told by its status line. */
export function problemOf(response: Response, text: string): Problem {
  const fallback: Problem = {
    type: 'about:blank',
    title: response.statusText || 'error',
    status: response.status,
    detail: `the server answered ${response.status} ${response.statusText}`.trim(),
  };
  if (!(response.headers.get('content-type') ?? '').includes('json')) return fallback;
  try {
    return { ...fallback, ...asProblem(JSON.parse(text)), status: response.status };
  } catch {
    return fallback;
  }
}

/** A problem document by its media type (RFC 9457); what it leaves out is taken from the status line. */
function asProblem(value: unknown): Partial<Problem> {
  return typeof value === 'object' && value !== null ? value : {};
}

function parse(text: string, response: Response): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const type = response.headers.get('content-type') ?? 'no type';
    const failure = new Failure(
      5,
      `${response.url} answers, but not as Sluice does (${type}); check --server`,
    );
    failure.cause = cause;
    throw failure;
  }
}

function queryText(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

function unreachable(url: string, error: unknown): Failure {
  const failure = new Failure(5, `nothing answers at ${url} (${whyOf(error)})\nstart Sluice with: npm start`);
  failure.cause = error;
  return failure;
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function whyOf(error: unknown): string {
  if (isTimeout(error)) return `no answer within ${patienceMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return reasons.get(code) ?? (code === '' ? 'the connection failed' : code);
}

const reasons = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection closed'],
  ['UND_ERR_SOCKET', 'connection closed'],
  ['ENOTFOUND', 'unknown host'],
  ['EAI_AGAIN', 'host name not resolved'],
  ['ETIMEDOUT', 'no answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no answer'],
]);
