/**
 * Every way in which a request can be refused, by the last part of its `type` (`/problems/NAME`, stable: clients may
 * switch on it) with its status and title (RFC 9457 3.1).
 */
export const problemTypes = {
  malformedRequest: { status: 400, title: 'The request cannot be read' },
  malformedJson: { status: 400, title: 'The body is not JSON' },
  keyMissing: { status: 401, title: 'A key is needed' },
  keyUnknown: { status: 401, title: 'The key is not known or was revoked' },
  signatureRefused: { status: 401, title: 'The signature is missing, wrong or too old' },
  roleTooLow: { status: 403, title: 'The key may not do this' },
  notFound: { status: 404, title: 'There is no such thing here' },
  methodNotAllowed: { status: 405, title: 'This method is not possible here' },
  wrongState: { status: 409, title: 'The campaign is in a state in which this is not possible' },
  needsAcknowledgement: { status: 409, title: 'The campaign is held: resuming needs acknowledge=true' },
  conflict: { status: 409, title: 'This conflicts with what is there' },
  taken: { status: 409, title: 'Another one has this already' },
  valuesDoNotFit: { status: 409, title: 'Stored values do not fit this type' },
  idempotencyConflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  idempotencyRunning: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way',
  },
  staleVersion: { status: 412, title: 'It was changed meanwhile' },
  bodyTooLarge: { status: 413, title: 'The body is too large' },
  urlTooLong: { status: 414, title: 'The URL is too long' },
  unsupportedMediaType: { status: 415, title: 'The body is of a type that is not understood here' },
  invalidBody: { status: 422, title: 'The body is understood but wrong' },
  invalidName: { status: 422, title: 'The name in the path cannot be used' },
  invalidQuery: { status: 422, title: 'The query parameters are wrong' },
  contentRefused: { status: 422, title: 'The content cannot be sent as it is' },
  emptyAudience: { status: 422, title: 'The audience is nobody' },
  documentRefused: { status: 422, title: 'The file cannot be a document' },
  audienceRefused: { status: 422, title: 'The audience cannot be worked out' },
  fileRefused: { status: 422, title: 'The file cannot be imported' },
  tooManyRequests: { status: 429, title: 'Too many requests' },
  tooManyStreams: { status: 429, title: 'Too many event streams are open with this key' },
  headersTooLarge: { status: 431, title: 'The headers are too large' },
  bug: { status: 500, title: 'Sluice has a fault' },
  databaseAway: { status: 503, title: 'The database cannot be reached' },
  temporalAway: { status: 503, title: 'Temporal cannot be reached' },
  relayAway: { status: 503, title: 'The SMTP relay cannot be reached' },
} as const;
export type ProblemName = keyof typeof problemTypes;

/** One fault: `pointer` is a JSON pointer (RFC 6901) into the body, or `/name` of a query parameter; '' is the whole. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
}

interface ProblemMore {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members (RFC 9457 3.2) such as `state` and `possible`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Thrown anywhere under a handler, answered as problem+json. `detail` says fact, value and way out; what the caller has
 * just sent may be quoted, no other person's data.
 */
export class Problem extends Error {
  readonly type: ProblemName;
  readonly more: ProblemMore;

  constructor(type: ProblemName, detail: string, more: ProblemMore = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Problem';
    this.type = type;
    this.more = more;
  }

  get status(): number {
    return problemTypes[this.type].status;
  }

  /** The document of RFC 9457; `requestId` becomes `instance`, under which the log knows the request. */
  toDocument(requestId: string): Record<string, unknown> {
    const { status, title } = problemTypes[this.type];
    return {
      type: problemUri(this.type),
      title,
      status,
      detail: this.message,
      instance: requestId,
      errors: this.more.errors ?? [],
      ...this.more.members,
    };
  }
}

/** `wrongState` → `/problems/wrong-state`. */
export function problemUri(type: ProblemName): string {
  return `/problems/${type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** 404 for a thing that has an id. A malformed id is the same to the caller: nothing has it. */
export function notFound(what: string, id: string): Problem {
  return new Problem('notFound', `there is no ${what} ${JSON.stringify(id)}; ids are UUIDs, lists show them`);
}

/** 503: `seconds` is when trying again makes sense (RFC 9110 10.2.3). */
export function away(
  type: 'databaseAway' | 'temporalAway' | 'relayAway',
  detail: string,
  seconds: number,
  cause?: unknown,
): Problem {
  return new Problem(type, detail, { headers: { 'Retry-After': String(seconds) }, cause });
}
