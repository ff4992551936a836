import { sql } from 'kysely';
import type { Database } from '../open.ts';

/**
 * Freezes the audience: one planned delivery per contact, in an order that is random but fixed for the campaign (a hash
 * of both ids), so that a batch is a fair sample and not the first letters of the alphabet. Done once; later calls
 * answer what the first one made.
 */
export async function snapshotAudience(db: Database, campaignId: string): Promise<{ total: number }> {
  const snapshot = await db.transaction().execute(async (trx) => {
    const campaign = await trx
      .selectFrom('campaign')
      .select(['snapshot_at', 'total', 'state'])
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    // Cancelled before its audience was frozen: nobody is put into a campaign that has ended.
    const isEnding = ['cancelling', 'cancelled', 'finished'].includes(campaign.state);
    if (campaign.snapshot_at !== null || isEnding) return { total: campaign.total };
    const inserted = await sql`
      insert into delivery (campaign_id, contact_id, position, email, address)
      select ${campaignId}::uuid, id, row_number() over (order by md5(id::text || ${campaignId})), email, address
      from contact`.execute(trx);
    const total = Number(inserted.numAffectedRows ?? 0n);
    await trx
      .updateTable('campaign')
      .set({ snapshot_at: sql`now()`, total })
      .where('id', '=', campaignId)
      .execute();
    return { total };
  });
  // Fresh statistics: plans made for an empty ledger would read all of it for every claim.
  await sql`analyze delivery`.execute(db);
  return snapshot;
}
