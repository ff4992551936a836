import { sql } from 'kysely';
import type { Database } from '../open.ts';

export interface Look {
  readonly gate: 'open' | 'closed' | 'fenced';
  /** The batch's size as it is now: a smaller pace has shrunk it. */
  readonly size: number;
}

/** Whether an attempt of a batch may go on. */
export async function lookAtGate(
  db: Database,
  campaignId: string,
  batch: number,
  token: number,
): Promise<Look> {
  const { rows } = await sql<{ open: boolean; token: number; size: number }>`
    -- prepare: look_at_gate
    select g.open and m.open as open, g.token, b.size
    from gate g cross join main_gate m join batch b on b.campaign_id = g.campaign_id and b.number = ${batch}
    where g.campaign_id = ${campaignId}`.execute(db);
  const row = rows[0];
  if (row === undefined || row.token !== token) return { gate: 'fenced', size: 0 };
  return { gate: row.open ? 'open' : 'closed', size: row.size };
}

/**
 * Gives back what an attempt claimed and certainly never had: rows of a claim whose answer was lost. Only to be called
 * when every intent that the attempt knows of has its outcome recorded: what is still `sending` then was never near a wire.
 */
export async function giveBackUnknown(db: Database, campaignId: string, token: number): Promise<void> {
  await sql`update delivery set state = 'planned', batch = null, token = null, attempts = attempts - 1, sending_at = null,
      first_attempt_at = case when attempts = 1 then null else first_attempt_at end,
      mail_date = case when attempts = 1 then null else mail_date end,
      contact_version = case when attempts = 1 then null else contact_version end,
      customer_version = case when attempts = 1 then null else customer_version end,
      linked_values = case when attempts = 1 then null else linked_values end
    where campaign_id = ${campaignId} and token = ${token} and state = 'sending'`.execute(db);
}
