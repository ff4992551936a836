import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { claimIdempotencyKey, giveBackIdempotencyKey, keepAnswer, type Claim } from '../db/idempotency.ts';
import type { Database } from '../db/open.ts';
import { Problem } from './problem.ts';

/** How long a repetition waits for the first request before it is told to come again. */
const patienceMs = 5_000;

/** An answer as it goes over the wire. */
export interface FinishedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface IdempotentRequest {
  readonly apiKeyId: string;
  /** The Idempotency-Key. */
  readonly key: string;
  /** The caller's key itself: answers are stored encrypted with it, because they may hold a new key or a mail's text. */
  readonly bearer: string;
  /** Method, target and body (for streams without it). */
  readonly fingerprint: Buffer;
}

/** The Idempotency-Key of a request, or null. Throws 400 when it cannot be one. */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new Problem(
    'malformedRequest',
    'Idempotency-Key has 1–255 visible ASCII characters; a UUID is a good one',
  );
}

export function fingerprintOf(method: string, target: string, body: Buffer): Buffer {
  return createHash('sha256').update(`${method} ${target}\n`).update(body).digest();
}

/**
 * Runs `work` for the first request with a key and gives its answer to every repetition. A repetition that comes while
 * the first is under way waits a little, then gets 409 with Retry-After. What ends in a 5xx is not kept: it may be tried
 * again with the same key.
 */
export async function onceForKey(
  db: Database,
  request: IdempotentRequest,
  work: () => Promise<FinishedAnswer>,
): Promise<FinishedAnswer> {
  const claim = await claimOrWait(db, request);
  if (claim.kind === 'otherRequest')
    throw new Problem(
      'idempotencyConflict',
      `the Idempotency-Key ${JSON.stringify(request.key)} was used for another request or body; take a new one`,
    );
  if (claim.kind === 'running')
    throw new Problem(
      'idempotencyRunning',
      'the first request with this Idempotency-Key has not ended; ask again',
      {
        headers: { 'Retry-After': '5' },
      },
    );
  if (claim.kind === 'answered') {
    const { status, headers, body } = claim.answer;
    return {
      status,
      headers: { ...headers, 'Idempotency-Replayed': 'true' },
      body: decrypt(body, request.bearer),
    };
  }
  return runAndKeep(db, request, work);
}

async function claimOrWait(db: Database, { apiKeyId, key, fingerprint }: IdempotentRequest): Promise<Claim> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const claim = await claimIdempotencyKey(db, { apiKeyId, key, requestSha256: fingerprint });
    if (claim.kind !== 'running' || Date.now() >= deadline) return claim;
    await delay(100);
  }
}

async function runAndKeep(
  db: Database,
  { apiKeyId, key, bearer }: IdempotentRequest,
  work: () => Promise<FinishedAnswer>,
): Promise<FinishedAnswer> {
  let answer: FinishedAnswer;
  try {
    answer = await work();
  } catch (error) {
    await giveBackIdempotencyKey(db, apiKeyId, key).catch(() => undefined);
    throw error;
  }
  if (answer.status >= 500) await giveBackIdempotencyKey(db, apiKeyId, key);
  else await keepAnswer(db, apiKeyId, key, { ...answer, body: encrypt(answer.body, bearer) });
  return answer;
}

/** AES-256-GCM under a key made of the caller's own: who reads the table learns nothing. */
function encrypt(text: string, bearer: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(bearer), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

function decrypt(stored: string, bearer: string): string {
  const bytes = Buffer.from(stored, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(bearer), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

function keyOf(bearer: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bearer, '', 'sluice idempotency', 32));
}
