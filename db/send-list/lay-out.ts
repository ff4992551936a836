import { sql } from 'kysely';
import { snapshotAudience } from '../ledger/snapshot.ts';
import type { Database } from '../open.ts';
import { editSendList, type Edited, type SendListEdit } from './edit-send-list.ts';

/** Freezes the audience of a draft into rows that can be looked at and edited; the start then takes them as they are. */
export async function layOutSendList(db: Database, edit: SendListEdit): Promise<Edited> {
  const layOut = { ...edit, action: 'layOutSendList', possibleIn: ['draft'] } as const;
  return editSendList(db, layOut, async (trx, campaign) => {
    if (campaign.snapshot_at !== null) return 'already';
    if (campaign.follows_id !== null)
      return {
        refusal:
          'the campaign follows another one, whose end decides who is in it; take "follows" out (null), or start it without a send list',
      };
    const { total } = await snapshotAudience(trx, campaign.id);
    return { from: { total: 0 }, to: { total } };
  });
}

/** Throws the send list of a draft away: its audience is open again. */
export async function discardSendList(db: Database, edit: SendListEdit): Promise<Edited> {
  const discard = { ...edit, action: 'discardSendList', possibleIn: ['draft'] } as const;
  return editSendList(db, discard, async (trx, campaign) => {
    if (campaign.snapshot_at === null) return 'already';
    if (await wasSplit(trx, campaign.id)) return { refusal: splitRefusal };
    await trx.deleteFrom('delivery').where('campaign_id', '=', campaign.id).execute();
    await trx
      .updateTable('campaign')
      .set({ snapshot_at: null, total: 0, last_position: null })
      .where('id', '=', campaign.id)
      .execute();
    return { from: { total: campaign.total }, to: { total: 0 } };
  });
}

const splitRefusal =
  'its send list is a part of a split, and its audience is still everybody, also those whom the other parts are sent to; take people out one by one, or delete the draft and make a new one';

/** What a split leaves in a campaign is less than its audience: laid out again, everybody would get it twice. */
async function wasSplit(trx: Database, campaignId: string): Promise<boolean> {
  const { rows } = await sql`
    select from control where campaign_id = ${campaignId} and action = 'split' limit 1`.execute(trx);
  return rows.length > 0;
}
