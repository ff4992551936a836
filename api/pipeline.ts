import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { z } from 'zod';
import { authenticate, bearerOf, requireRole } from './auth.ts';
import { checkInput } from './check-input.ts';
import type { ApiDeps, Caller } from './deps.ts';
import type { AnyAnswer, Call, Endpoint } from './endpoint.ts';
import { readIfMatch } from './entity-tag.ts';
import { fingerprintOf, onceForKey, readIdempotencyKey, type FinishedAnswer } from './idempotent.ts';
import { leaveBodyUnread, readJsonBody, refuseBody, requireType } from './json-body.ts';
import { notFound, Problem } from './problem.ts';

/** Callers of endpoints that need no key. */
const anybody: Caller = { keyId: '', name: 'anybody', role: 'viewer' };
const nothing = z.strictObject({});

/**
 * Puts endpoints on an application: one route per path with its methods, and 405 with Allow for all others. `limit`
 * counts the requests of a key; it runs when the caller is known.
 */
export function registerEndpoints(
  app: Express,
  endpoints: readonly Endpoint[],
  deps: ApiDeps,
  limit: RequestHandler,
): void {
  for (const path of new Set(endpoints.map((each) => each.path))) {
    const group = endpoints.filter((each) => each.path === path);
    const route = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const endpoint of group)
      route[endpoint.method](identify(endpoint, deps), limit, (request, response) =>
        run(endpoint, deps, request, response),
      );
    route.all(refuseMethod(group));
  }
}

/** The caller as the steps after `identify` know it. */
export function callerOf(response: Response): Caller {
  // Express types locals as any; only identify() writes here.
  return (response.locals['caller'] as Caller | undefined) ?? anybody;
}

function identify({ role, path, limited }: Endpoint, { db }: ApiDeps): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    response.locals['route'] = path;
    if (limited === true) response.locals['limitedBy'] = `address ${ipKeyGenerator(request.ip ?? '')}`;
    if (role !== null) {
      const caller = await authenticate(db, request.headers.authorization);
      response.locals['caller'] = caller;
      response.locals['limitedBy'] = caller.keyId;
      requireRole(caller, role);
    }
    next();
  };
}

/** Whose requests are counted together; null: nobody's. */
export function limitedBy(response: Response): string | null {
  // Express types locals as any; only identify() writes here.
  return (response.locals['limitedBy'] as string | undefined) ?? null;
}

async function run(endpoint: Endpoint, deps: ApiDeps, request: Request, response: Response): Promise<void> {
  const caller = callerOf(response);
  const params = checkParams(endpoint, request);
  const prove = async (raw: Buffer): Promise<void> => endpoint.proof?.check({ deps, params, request, raw });
  const query = checkInput(endpoint.query ?? nothing, request.query, 'invalidQuery');
  const ifMatch = endpoint.versioned === true ? readIfMatch(request.headers['if-match']) : null;
  const { raw, body } = await readBody(endpoint, request, prove);
  const requestId = String(response.locals['requestId']);
  const call: Call = { deps, params, query, body, raw, caller, ifMatch, requestId, request };
  // Answers are kept for a key: without one there is nothing to keep them for.
  const repeatable = endpoint.method === 'post' && endpoint.role !== null;
  const key = repeatable ? readIdempotencyKey(request.headers['idempotency-key']) : null;
  if (key === null) return send(request, response, await endpoint.handle(call));
  const once = {
    apiKeyId: caller.keyId,
    key,
    bearer: bearerOf(request.headers.authorization) ?? '',
    fingerprint: fingerprintOf(request.method, request.originalUrl, raw),
  };
  write(request, response, await onceForKey(deps.db, once, async () => finish(await endpoint.handle(call))));
}

/** A malformed id is nobody's id: 404, as for one that is well-formed. */
function checkParams({ params }: Endpoint, request: Request): Record<string, unknown> {
  const parsed = (params ?? nothing).safeParse(request.params);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? 'id');
  const value = request.params[name];
  throw notFound(name.replace(/Id$/, ''), typeof value === 'string' ? value.slice(0, 100) : '');
}

async function readBody(
  endpoint: Endpoint,
  request: Request,
  prove: (raw: Buffer) => Promise<void>,
): Promise<{ raw: Buffer; body: unknown }> {
  if (endpoint.stream !== undefined) {
    requireType(request, endpoint.stream);
    return { raw: Buffer.alloc(0), body: undefined };
  }
  if (endpoint.body === undefined) {
    if (endpoint.method !== 'get') refuseBody(request);
    return { raw: Buffer.alloc(0), body: undefined };
  }
  const { raw, value } = await readJsonBody(request, prove);
  if (value === undefined && endpoint.bodyOptional !== true)
    throw new Problem('malformedJson', 'this needs a JSON body; see /docs');
  return { raw, body: checkInput(endpoint.body, value ?? {}, 'invalidBody') };
}

async function send(request: Request, response: Response, answer: AnyAnswer): Promise<void> {
  if (answer.stream === undefined) return write(request, response, finish(answer));
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.status(answer.status);
  if (request.method === 'HEAD') response.end();
  else await answer.stream(response);
}

function finish({ status, headers, body }: AnyAnswer): FinishedAnswer {
  return { status, headers: headers ?? {}, body: body === undefined ? '' : JSON.stringify(body) };
}

function write(request: Request, response: Response, { status, headers, body }: FinishedAnswer): void {
  response.status(status);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body !== '') response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
  leaveBodyUnread(request);
}

function refuseMethod(group: readonly Endpoint[]): RequestHandler {
  const methods = group.map(({ method }) => method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
  return (request) => {
    throw new Problem('methodNotAllowed', `${request.method} is not possible here; possible: ${allow}`, {
      headers: { Allow: allow },
    });
  };
}
