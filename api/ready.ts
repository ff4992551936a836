import { CompiledQuery } from 'kysely';
import { schemaMismatch } from '../db/migrate.ts';
import type { Database } from '../db/open.ts';
import type { ApiDeps } from './deps.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What is missing, in words; empty when ready. */
  readonly missing: readonly string[];
}

const deadlineMs = 2_000;

/** Asks database, schema and Temporal at once, each with a short deadline. */
export async function checkReadiness({ db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>): Promise<Readiness> {
  const [database, hasTemporal] = await Promise.all([checkDatabase(db), temporal.isReachable(deadlineMs)]);
  const missing = [
    ...(database === null ? [] : [database]),
    ...(hasTemporal ? [] : ['Temporal does not answer; look at TEMPORAL_ADDRESS and at the server']),
  ];
  return { ready: missing.length === 0, missing };
}

async function checkDatabase(db: Database): Promise<string | null> {
  const away = 'the database does not answer; look at DATABASE_URL and at the server';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(away), deadlineMs);
  });
  const asked = schemaMismatch((query) => db.executeQuery<{ id: number }>(CompiledQuery.raw(query))).catch(
    (error: unknown) => (isMissingTable(error) ? 'the database is empty; run "node db/migrate.js"' : away),
  );
  const answer = await Promise.race([asked, late]);
  clearTimeout(timer);
  return answer;
}

/** SQLSTATE 42P01. */
function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42P01';
}
