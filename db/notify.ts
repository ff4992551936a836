import { sql } from 'kysely';
import type { Database } from './open.ts';

/** Channel on which gates announce a change to senders; the payload is a campaign's id, or `*` for the main gate. */
export const gateChannel = 'sluice_gate';
/** Channel on which new campaign events are announced; the payload is a campaign's id. */
export const eventChannel = 'sluice_event';

/** Wakes the senders that hold claims under a campaign's gate, or under any (`*`). Delivered when the transaction commits. */
export async function notifyGate(db: Database, campaignId: string): Promise<void> {
  await sql`select pg_notify(${gateChannel}, ${campaignId})`.execute(db);
}

/** Appends to the order of events that screens follow, and announces it. */
export async function appendEvent(
  db: Database,
  campaignId: string,
  type: 'state' | 'batch' | 'control',
  data: Record<string, unknown>,
): Promise<void> {
  await sql`with event as (
      insert into campaign_event (campaign_id, type, data)
      values (${campaignId}, ${type}, ${JSON.stringify(data)}::jsonb) returning campaign_id)
    select pg_notify(${eventChannel}, campaign_id::text) from event`.execute(db);
}
