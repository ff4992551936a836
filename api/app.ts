import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { ApiDeps } from './deps.ts';
import { serveDocs } from './docs-page.ts';
import { endpoints } from './endpoints.ts';
import { toProblem } from './error-answer.ts';
import { leaveBodyUnread } from './json-body.ts';
import { observeRequests } from './metrics.ts';
import { createOpenApi } from './openapi.ts';
import { callerOf, limitedBy, registerEndpoints } from './pipeline.ts';
import { Problem } from './problem.ts';

/** Longer ones are refused with 414; node refuses request lines beyond its header limit by itself. */
export const maxUrlLength = 8_000;

/** The HTTP API as one express application. It keeps no state but the rate limiter's counters. */
export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('case sensitive routing', true);
  app.use(nameRequest());
  app.use(logRequests(deps));
  app.use(observeRequests(deps.metrics));
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: policy } }));
  app.use(refuseLongUrls());
  serveDocs(app, createOpenApi(endpoints));
  registerEndpoints(app, endpoints, deps, limitRate(deps));
  app.use((request) => {
    throw new Problem(
      'notFound',
      `there is nothing at ${JSON.stringify(request.path.slice(0, 200))}; /docs lists what there is`,
    );
  });
  app.use(answerError(deps));
  return app;
}

/** Everything from here, no inline script, no frames; styles inline because Swagger UI sets some. */
const policy = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

function nameRequest(): RequestHandler {
  return (_request, response, next) => {
    const requestId = randomUUID();
    response.locals['requestId'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('Cache-Control', 'no-store');
    next();
  };
}

/** Ids only: no query strings, headers or bodies, in which addresses may stand. */
function logRequests({ log }: ApiDeps): RequestHandler {
  return pinoHttp({
    logger: log,
    quietReqLogger: true,
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'warn' : 'info'),
    serializers: { req: () => undefined, res: () => undefined, err: () => undefined },
    customSuccessObject: (request, response, value: object) => ({ ...value, ...describe(request, response) }),
    customErrorObject: (request, response, _error, value: object) => ({
      ...value,
      ...describe(request, response),
    }),
    customSuccessMessage: () => 'answered',
    customErrorMessage: () => 'answered',
    autoLogging: { ignore: ({ url }) => url === '/healthz' || url === '/readyz' || url === '/metrics' },
  });
}

function describe(request: unknown, response: unknown): Record<string, unknown> {
  // pino-http knows node's types; behind express they are express's.
  const { method } = request as express.Request;
  const { locals, statusCode } = response as express.Response;
  return {
    requestId: locals['requestId'],
    method,
    route: locals['route'] ?? 'none',
    status: statusCode,
    key: callerOf(response as express.Response).keyId,
  };
}

function refuseLongUrls(): RequestHandler {
  return ({ originalUrl }, _response, next) => {
    if (originalUrl.length > maxUrlLength)
      throw new Problem(
        'urlTooLong',
        `a URL has at most ${maxUrlLength} characters (got ${originalUrl.length}); send less`,
      );
    next();
  };
}

/** In this process's memory: with several API processes behind a balancer a key gets that much from each. */
function limitRate({ requestsPerMinute }: ApiDeps): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (_request, response) => limitedBy(response) ?? '',
    skip: (_request, response) => limitedBy(response) === null,
    handler: (_request, _response, next) => {
      const detail = `one key (or address) may send ${requestsPerMinute} requests a minute; wait a moment`;
      // The limiter has set Retry-After.
      next(new Problem('tooManyRequests', detail));
    },
  });
}

function answerError({ log }: ApiDeps): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error);
    const requestId = String(response.locals['requestId']);
    if (problem.type === 'bug') log.error({ requestId, err: problem.more.cause }, 'a request met a fault');
    // An answer that has begun cannot become another one: express ends the connection.
    if (response.headersSent) return next(error);
    for (const [name, value] of Object.entries(problem.more.headers ?? {})) response.setHeader(name, value);
    const body = JSON.stringify(problem.toDocument(requestId));
    response.status(problem.status);
    response.setHeader('Content-Type', 'application/problem+json');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(body);
    leaveBodyUnread(request);
  };
}
