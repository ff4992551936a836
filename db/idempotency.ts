import { sql } from 'kysely';
import type { Database } from './open.ts';

/** A request under way counts as abandoned after this: its process is dead. Longer than any import takes. */
const abandonedAfter = '15 minutes';
/** How long an answer can be had again. */
const keptFor = '24 hours';

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Claim =
  | { readonly kind: 'mine' }
  | { readonly kind: 'running' }
  | { readonly kind: 'otherRequest' }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer };

interface Row {
  readonly request_sha256: Buffer;
  readonly status: number | null;
  readonly headers: Record<string, string> | null;
  readonly body: string | null;
}

/** Takes an idempotency key for one request, or says what became of the request that took it first. */
export async function claimIdempotencyKey(
  db: Database,
  { apiKeyId, key, requestSha256 }: { apiKeyId: string; key: string; requestSha256: Buffer },
): Promise<Claim> {
  const taken = await sql`
    insert into idempotency (api_key_id, key, request_sha256) values (${apiKeyId}, ${key}, ${requestSha256})
    on conflict (api_key_id, key) do update
      set request_sha256 = excluded.request_sha256, created_at = now(), status = null, headers = null, body = null
      where idempotency.created_at < now() - ${keptFor}::interval
        or (idempotency.status is null and idempotency.created_at < now() - ${abandonedAfter}::interval)
    returning 1`.execute(db);
  if (taken.rows.length > 0) return { kind: 'mine' };
  const { rows } = await sql<Row>`
    select request_sha256, status, headers, body from idempotency
    where api_key_id = ${apiKeyId} and key = ${key}`.execute(db);
  const row = rows[0];
  // Given back in this very moment: the caller tries again.
  if (row === undefined) return { kind: 'running' };
  if (!row.request_sha256.equals(requestSha256)) return { kind: 'otherRequest' };
  if (row.status === null) return { kind: 'running' };
  return {
    kind: 'answered',
    answer: { status: row.status, headers: row.headers ?? {}, body: row.body ?? '' },
  };
}

export async function keepAnswer(
  db: Database,
  apiKeyId: string,
  key: string,
  answer: StoredAnswer,
): Promise<void> {
  await db
    .updateTable('idempotency')
    .set({ status: answer.status, headers: JSON.stringify(answer.headers), body: answer.body })
    .where('api_key_id', '=', apiKeyId)
    .where('key', '=', key)
    .execute();
}

/** Nothing came of the request (a fault, something away): the same key may be tried again. */
export async function giveBackIdempotencyKey(db: Database, apiKeyId: string, key: string): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('api_key_id', '=', apiKeyId)
    .where('key', '=', key)
    .where('status', 'is', null)
    .execute();
}

/** Removes answers that are no longer given again. */
export async function forgetOldAnswers(db: Database): Promise<void> {
  await sql`delete from idempotency where created_at < now() - ${keptFor}::interval`.execute(db);
}
