import { sql } from 'kysely';
import type { Database } from '../open.ts';

/** Notes when the last mail that a pause counted as in flight had its outcome. Does nothing while some have none. */
export async function settlePause(db: Database, campaignId: string): Promise<void> {
  await sql`
    update pause set settled_at = now()
    where campaign_id = ${campaignId} and resumed_at is null and settled_at is null
      and not exists (select from delivery where campaign_id = ${campaignId} and state = 'sending')`.execute(
    db,
  );
}
