import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import type { AnswerDocument, Endpoint } from './endpoint.ts';
import { problemTypes, problemUri, type ProblemName } from './problem.ts';

const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Stable name of the problem', example: '/problems/wrong-state' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'Fact, value, way out' }),
    instance: z.string().meta({ description: 'Id of the request, also in X-Request-Id and in the log' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z
            .string()
            .meta({ description: 'JSON pointer into the body, or /name of a query parameter' }),
          detail: z.string(),
          line: z.int().optional(),
          column: z.int().optional(),
        }),
      )
      .meta({ description: 'Each fault of the body or the query' }),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** The OpenAPI 3.1 document of a list of endpoints: the same definitions that answer. */
export function createOpenApi(endpoints: readonly Endpoint[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method] = {
      operationId: endpoint.id,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
      security: endpoint.role === null ? [] : [{ key: [] }],
      requestParams: {
        ...(endpoint.params === undefined ? {} : { path: endpoint.params }),
        ...(endpoint.query === undefined ? {} : { query: endpoint.query }),
        ...requestHeaders(endpoint),
      },
      ...requestBody(endpoint),
      responses: mergeAnswers(answers(endpoint), problems(endpoint)),
    };
  }
  return createDocument({
    openapi: '3.1.1',
    info: { title: 'Sluice', version: 'v1', description, license: { name: 'MIT', identifier: 'MIT' } },
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key as "sluice key create" makes it' },
      },
    },
    paths,
  });
}

const description =
  'Sends a mailing in batches, only as fast as the people who must answer it can cope. ' +
  'Errors are problem+json (RFC 9457); unknown fields and parameters are refused; PUT and DELETE are idempotent, ' +
  'POST is with an Idempotency-Key; ETag and If-Match carry the version of a campaign.';

function requestHeaders(endpoint: Endpoint): { header?: z.ZodObject } {
  const header = z.object({
    ...(endpoint.versioned === true && endpoint.method !== 'get'
      ? {
          'If-Match': z
            .string()
            .optional()
            .meta({ description: 'ETag that the campaign must still have', example: '"3"' }),
        }
      : {}),
    ...(endpoint.method === 'post' && endpoint.role !== null
      ? {
          'Idempotency-Key': z
            .string()
            .max(255)
            .optional()
            .meta({ description: 'The same key and body give the same answer for 24 hours' }),
        }
      : {}),
    ...endpoint.proof?.headers.shape,
    ...(endpoint.answers[200]?.stream === 'text/event-stream'
      ? { 'Last-Event-ID': z.string().optional().meta({ description: 'Go on after this event' }) }
      : {}),
  });
  return Object.keys(header.shape).length === 0 ? {} : { header };
}

function requestBody({ body, bodyOptional, stream }: Endpoint) {
  if (stream !== undefined)
    return {
      requestBody: {
        required: true,
        content: streamContent(stream, z.string().meta({ description: 'The file' })),
      },
    };
  if (body === undefined) return {};
  return {
    requestBody: { required: bodyOptional !== true, content: { 'application/json': { schema: body } } },
  };
}

function answers(endpoint: Endpoint): Record<string, ZodOpenApiResponseObject> {
  return Object.fromEntries(
    Object.entries(endpoint.answers).map(([status, answer]) => [status, answerObject(endpoint, answer)]),
  );
}

function answerObject(
  endpoint: Endpoint,
  { description, schema, stream }: AnswerDocument,
): ZodOpenApiResponseObject {
  const headers =
    endpoint.versioned === true
      ? z.object({ ETag: z.string().optional().meta({ description: 'The version' }) })
      : undefined;
  const content = {
    ...(schema === undefined ? {} : { 'application/json': { schema } }),
    ...(stream === undefined ? {} : streamContent(stream, z.string())),
  };
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

function streamContent(types: string | readonly string[], schema: z.ZodType) {
  return Object.fromEntries((typeof types === 'string' ? [types] : types).map((type) => [type, { schema }]));
}

/** A status that is answered in two ways has the contents of both. */
function mergeAnswers(
  answered: Record<string, ZodOpenApiResponseObject>,
  refused: Record<string, ZodOpenApiResponseObject>,
): ZodOpenApiResponsesObject {
  const merged = Object.entries(refused).map(([status, problem]) => {
    const answer = answered[status];
    if (answer === undefined) return [status, problem] as const;
    const description = `${answer.description}; ${problem.description}`;
    return [status, { ...answer, description, content: { ...answer.content, ...problem.content } }] as const;
  });
  return { ...answered, ...Object.fromEntries(merged) };
}

/** Every problem that an endpoint can answer, by status. */
function problems(endpoint: Endpoint): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<number, ProblemName[]>();
  for (const name of new Set([...commonProblems(endpoint), ...(endpoint.problems ?? [])])) {
    const { status } = problemTypes[name];
    byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  }
  const sorted = [...byStatus].sort(([one], [other]) => one - other);
  return Object.fromEntries(
    sorted.map(([status, names]) => [
      String(status),
      {
        description: names.map((name) => `${problemTypes[name].title} (${problemUri(name)})`).join('; '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

function commonProblems(endpoint: Endpoint): ProblemName[] {
  const { role, limited, method, params, body, stream, versioned } = endpoint;
  return [
    'malformedRequest',
    'urlTooLong',
    'headersTooLarge',
    'invalidQuery',
    ...(limited === true ? (['tooManyRequests', 'databaseAway'] as const) : ([] as const)),
    ...(role === null
      ? ([] as const)
      : (['keyMissing', 'keyUnknown', 'tooManyRequests', 'databaseAway'] as const)),
    ...(role === null || role === 'viewer' ? ([] as const) : (['roleTooLow'] as const)),
    ...(params === undefined ? ([] as const) : (['notFound'] as const)),
    ...(body === undefined
      ? ([] as const)
      : (['malformedJson', 'bodyTooLarge', 'unsupportedMediaType', 'invalidBody'] as const)),
    ...(stream === undefined ? ([] as const) : (['unsupportedMediaType'] as const)),
    ...(method === 'post' && role !== null
      ? (['idempotencyConflict', 'idempotencyRunning'] as const)
      : ([] as const)),
    ...(versioned === true && method !== 'get' ? (['staleVersion'] as const) : ([] as const)),
  ];
}
