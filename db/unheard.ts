import { sql } from 'kysely';
import type { Database } from './open.ts';

/**
 * Campaigns that have something to do which their workflow may not know of, because the message was lost: a pause that is over
 * by its own time, somebody who is to leave at once.
 */
export async function listUnheard(db: Database): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select campaign_id as id from pause where resumed_at is null and resume_at <= now()
    union
    select c.id from campaign c where c.state = 'running' and exists (select from delivery d
      where d.campaign_id = c.id and d.send_now_at is not null and d.state in ('planned', 'deferred'))`.execute(
    db,
  );
  return new Set(rows.map(({ id }) => id));
}
