import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** JSON bodies up to 2 MB (decimal, as people count). */
const maxBodyBytes = 2_000_000;
/** What is only a little too large is read to its end, so that the connection stays usable; the rest is not read at all. */
const worthReadingBytes = 16_000_000;

export interface JsonBody {
  /** As received: the idempotency of a request is decided by its bytes. */
  readonly raw: Buffer;
  /** undefined: there was no body. */
  readonly value: unknown;
}

/**
 * Reads a JSON body within its limit. A body that is announced or turns out to be larger is refused at once: the rest
 * is left unread (body-parser would read all of it before it answers). `prove` sees the bytes before anybody looks into them.
 */
export async function readJsonBody(
  request: IncomingMessage,
  prove: (raw: Buffer) => Promise<void> = async () => undefined,
): Promise<JsonBody> {
  if (!hasBody(request)) {
    await prove(Buffer.alloc(0));
    return { raw: Buffer.alloc(0), value: undefined };
  }
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBodyBytes) throw tooLarge(announced);
  requireType(request, 'application/json');
  const raw = await readAll(request);
  await prove(raw);
  return { raw, value: raw.length === 0 ? undefined : parse(raw) };
}

/** Throws 400 when a request carries a body where none has a meaning: nothing that is sent is ignored. */
export function refuseBody(request: IncomingMessage): void {
  if (hasBody(request))
    throw new Problem('malformedRequest', 'this takes no body; parameters are in the query, see /docs');
}

/** Throws 415 unless the body is of the type (or one of them), in UTF-8 where that matters, and not compressed. */
export function requireType(request: IncomingMessage, types: string | readonly string[]): void {
  const wanted = typeof types === 'string' ? [types] : types;
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const wrong = !wanted.includes(type.trim())
    ? `Content-Type is ${JSON.stringify(type.trim())}`
    : wanted.includes('application/json') &&
        !['charset=utf-8', 'charset="utf-8"', undefined].includes(charset)
      ? `the character set is ${JSON.stringify(charset)}`
      : encoding.toLowerCase() !== 'identity'
        ? `Content-Encoding is ${JSON.stringify(encoding)}`
        : null;
  if (wrong === null) return;
  throw new Problem('unsupportedMediaType', `${wrong}; send ${wanted.join(' or ')}, uncompressed`, {
    headers: { Accept: wanted.join(', ') },
  });
}

/** True when a body of this announced size would be read: asked before the caller is told to go on (100-continue). */
export function wouldRead(request: IncomingMessage): boolean {
  const isJson = (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/json');
  return !isJson || Number(request.headers['content-length'] ?? 0) <= maxBodyBytes;
}

/**
 * Ends a connection whose request body will not be read. The caller gets a second to read the answer: closing at once
 * would reset the connection while it is still writing, and the answer could be lost (RFC 9112 9.6).
 */
export function leaveBodyUnread(request: IncomingMessage): void {
  if (request.complete || Number(request.headers['content-length'] ?? Infinity) <= worthReadingBytes) return;
  request.pause();
  // Somebody has read: else node would take the body to its end once the answer is written. What is here already must
  // be taken, or this does not count as reading.
  request.read();
  const { socket } = request;
  setTimeout(() => socket.destroy(), 1_000).unref();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function tooLarge(bytes: number): Problem {
  return new Problem(
    'bodyTooLarge',
    `a JSON body has at most ${maxBodyBytes} bytes (got ${bytes} or more); send less`,
  );
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (settle: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('aborted', onAborted).off('error', onAborted);
      settle();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= maxBodyBytes) return;
      request.pause();
      finish(() => reject(tooLarge(bytes)));
    };
    const onEnd = (): void => finish(() => resolve(Buffer.concat(chunks)));
    const onAborted = (): void =>
      finish(() =>
        reject(new Problem('malformedRequest', 'the connection was closed before the body had ended')),
      );
    request.on('data', onData).on('end', onEnd).on('aborted', onAborted).on('error', onAborted);
  });
}

function parse(raw: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch (cause) {
    throw new Problem('malformedJson', 'the body is not UTF-8; JSON is sent in UTF-8 (RFC 8259 8.1)', {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown fault';
    throw new Problem('malformedJson', `the body is not JSON: ${why.slice(0, 200)}`, { cause });
  }
}
