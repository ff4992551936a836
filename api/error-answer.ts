import { AudienceGone } from '../db/audience.ts';
import { audienceGone } from './audience-input.ts';
import { away, Problem } from './problem.ts';

/** Turns whatever was thrown into the problem that the caller sees. A `bug` keeps its cause for the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AudienceGone) return audienceGone(error);
  if (isDatabaseAway(error))
    return away(
      'databaseAway',
      'the database does not answer; nothing was changed by this request; try again',
      5,
      error,
    );
  if (isMalformedUrl(error))
    return new Problem('malformedRequest', 'the path has a percent sign that encodes nothing', {
      cause: error,
    });
  return new Problem(
    'bug',
    'this is a fault of Sluice, not of the request; the log has it under this instance',
    {
      cause: error,
    },
  );
}

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENOENT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** SQLSTATE: connection exceptions, too many connections, shutdown, crash, starting up, read-only after a failover. */
const awayState = /^(08...|53300|57P0[1-3]|25006)$/;
/** node-postgres has no codes for these. */
const awayMessage =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|timeout expired|Cannot use a pool after)/;

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What node and node-postgres add to errors; other files' ENOENT has another system call.
  const { code, syscall, cause } = error as Error & { code?: unknown; syscall?: unknown };
  if (
    typeof code === 'string' &&
    (awayState.test(code) || (networkCodes.has(code) && isNetworkCall(syscall)))
  )
    return true;
  if (error instanceof AggregateError && error.errors.some((each) => isDatabaseAway(each))) return true;
  return awayMessage.test(error.message) || (cause !== undefined && isDatabaseAway(cause));
}

function isNetworkCall(syscall: unknown): boolean {
  return syscall === 'connect' || syscall === 'read' || syscall === 'write' || syscall === 'getaddrinfo';
}

function isMalformedUrl(error: unknown): boolean {
  return error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
}
