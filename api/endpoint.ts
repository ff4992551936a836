import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role } from './auth.ts';
import type { ApiDeps, Caller } from './deps.ts';
import type { ProblemName } from './problem.ts';

/**
 * One operation of the HTTP API: the single source of its route, its checks and its page in OpenAPI.
 *
 * How to write routes: a file in api/routes/ per resource exports a list of endpoints, which api/endpoints.ts joins.
 *
 *     export const customerEndpoints: readonly Endpoint[] = [
 *       endpoint({
 *         id: 'getCustomer', method: 'get', path: '/v1/customers/{customerId}', role: 'viewer',
 *         tag: 'Customers', summary: 'One customer',
 *         params: z.strictObject({ customerId: idSchema }),
 *         answers: { 200: { description: 'The customer', schema: customerSchema } },
 *         handle: async ({ deps, params }) => {
 *           const customer = await readCustomer(deps.db, params.customerId);
 *           if (customer === null) throw notFound('customer', params.customerId);
 *           return { status: 200, body: customer };
 *         },
 *       }),
 *     ];
 *
 * Semantics
 * - Before `handle` runs: key, role and rate are checked; `params`, `query` and `body` have passed their schemas (always
 *   z.strictObject, from domain/schema/) and are their *outputs*. A malformed id in the path answers 404, everything
 *   else that is wrong 422 with pointers. Text that PostgreSQL cannot keep (NUL, lone surrogates) never gets here.
 * - `handle` throws a Problem (api/problem.ts) for what is refused and lists the names in `problems`; the ones that
 *   every endpoint can answer are documented by themselves. Any other exception is answered as 500, or as 503 when the
 *   database is away.
 * - POST with an Idempotency-Key: `handle` runs once, a repetition gets the stored answer. Nothing to do here.
 * - `stream: 'text/csv'` (or a list of types) instead of `body`: nothing is read, `call.request` is the readable body of unknown length; read
 *   it to the end or throw. Decide about every refusal before the first row is written.
 * - An answer whose documentation has no `schema` has no body; with `stream` the handler writes the response itself.
 * - Answers are typed by their schemas and checked against OpenAPI by the property test, which calls every endpoint.
 */
export function endpoint<
  P extends z.ZodObject = NoFields,
  Q extends z.ZodObject = NoFields,
  B extends z.ZodType = z.ZodUndefined,
  const A extends Answers = Answers,
>(definition: Definition<P, Q, B, A>): Endpoint {
  return definition;
}

/** An endpoint with its types forgotten, as the router and the OpenAPI generator see it. */
export interface Endpoint {
  /** `operationId`; unique. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `{name}` for each of `params`. */
  readonly path: string;
  /** The lowest role that may call it; null: no key is needed. */
  readonly role: Role | null;
  /** Without a key: true counts the requests of an address as those of a key are. */
  readonly limited?: boolean;
  /** In place of a key: what must be right before the body is looked at. */
  readonly proof?: Proof;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The body may be left out; it then counts as `{}`. */
  readonly bodyOptional?: boolean;
  /** Type, or possible types, of a body that the handler reads itself. */
  readonly stream?: string | readonly string[];
  /** True: the answer carries an ETag and If-Match is looked at (`call.ifMatch`). */
  readonly versioned?: boolean;
  readonly answers: Answers;
  readonly problems?: readonly ProblemName[];
  handle(call: Call): Promise<AnyAnswer>;
}

interface Proof {
  /** For OpenAPI. */
  readonly headers: z.ZodObject;
  /** Throws the Problem that fits. `raw` is the body as received. */
  check(given: {
    readonly deps: ApiDeps;
    readonly params: Readonly<Record<string, unknown>>;
    readonly request: Request;
    readonly raw: Buffer;
  }): Promise<void>;
}

export interface AnswerDocument {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Content type, or each of several, when the handler writes the response itself; with a schema as well, it may do either. */
  readonly stream?: string | readonly string[];
}
export type Answers = Readonly<Record<number, AnswerDocument>>;

/** What a handler gets. `request` only for streams: its body, and `close` when the caller hangs up. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly deps: ApiDeps;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The JSON body as received; empty when there was none. */
  readonly raw: Buffer;
  /** Who asks. Endpoints without a role get a nameless viewer. */
  readonly caller: Caller;
  /** The version of If-Match; null when absent or `*`. */
  readonly ifMatch: number | null;
  readonly requestId: string;
  readonly request: Request;
}

export interface AnyAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes over the response; resolves when it has ended. */
  readonly stream?: (response: Response) => Promise<void>;
}

/** Named so that the compiler keeps the status of an answer as the number it is while it works out the rest. */
type Status = 200 | 201 | 202 | 204 | 404 | 410 | 503;

type NoFields = z.ZodObject<Readonly<Record<string, never>>, z.core.$strict>;

interface Definition<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends Answers,
> extends Omit<Endpoint, 'params' | 'query' | 'body' | 'answers' | 'handle'> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answers: A;
  handle(
    call: Call<z.output<P>, z.output<Q>, z.output<B>>,
  ): Promise<AnswerOf<A> & { readonly status: Status }>;
}

type StreamTypes = string | readonly string[];

interface Streamed {
  readonly stream: (response: Response) => Promise<void>;
}

/** One of the documented answers, with the body that its schema says. */
type AnswerOf<A extends Answers> = {
  [S in keyof A & number]: {
    readonly status: S;
    readonly headers?: Readonly<Record<string, string>>;
  } & (A[S] extends { readonly schema: infer T extends z.ZodType }
    ? { readonly body: z.output<T> } | (A[S] extends { readonly stream: StreamTypes } ? Streamed : never)
    : A[S] extends { readonly stream: StreamTypes }
      ? Streamed
      : unknown);
}[keyof A & number];
