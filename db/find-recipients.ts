import { sql } from 'kysely';
import type { Database } from './open.ts';

/**
 * Who of some people, named by id or by normalised address, is in a campaign's ledger. @returns their ids by the id or
 * address that named them.
 */
export async function findRecipients(
  db: Database,
  campaignId: string,
  named: { readonly contactIds: readonly string[]; readonly addresses: readonly string[] },
): Promise<Map<string, string>> {
  const { contactIds, addresses } = named;
  const { rows } = await sql<{ name: string; contact_id: string }>`
    select contact_id::text as name, contact_id from delivery
    where campaign_id = ${campaignId} and contact_id = any (${contactIds}::uuid[])
    union all
    select address, contact_id from delivery
    where campaign_id = ${campaignId} and address = any (${addresses}::text[]) and state <> 'skipped'`.execute(
    db,
  );
  return new Map(rows.map(({ name, contact_id: contactId }) => [name, contactId]));
}
