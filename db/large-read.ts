import { sql } from 'kysely';
import type { Database } from './open.ts';

/**
 * Runs a question about all people. What PostgreSQL takes for granted is for disks that turn and servers with little memory: with it,
 * a join of a million people with their mails is cut into dozens of files, and whole tables are read where an index would do.
 */
export async function readLarge<T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> {
  const run = async (trx: Database): Promise<T> => {
    await sql`select set_config('work_mem', '128MB', true), set_config('random_page_cost', '1.1', true)`.execute(
      trx,
    );
    return work(trx);
  };
  return db.isTransaction ? run(db) : db.transaction().execute(run);
}
