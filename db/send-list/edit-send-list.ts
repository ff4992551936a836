import { sql } from 'kysely';
import type { CampaignState, Refusal } from '../../domain/campaign-state.ts';
import { refuseSendListEdit, type SendListAction } from '../../domain/send-list.ts';
import type { CampaignRow } from '../campaigns.ts';
import { appendEvent } from '../notify.ts';
import type { Database } from '../open.ts';

export interface SendListEdit {
  readonly campaignId: string;
  readonly by: string;
  readonly reason: string | null;
  /** The version that the person saw; null when they did not say. */
  readonly expectedVersion: number | null;
}

export type Edited =
  /** `changed` false: it was so already, and nothing was added to the history. `state`: the campaign's, afterwards. */
  | { readonly ok: true; readonly changed: boolean; readonly state: CampaignState }
  | { readonly ok: false; readonly refusal: Refusal };

/** What an edit did; `already`: nothing was to be done. */
export type EditEffect =
  | { readonly from: Record<string, unknown>; readonly to: Record<string, unknown> }
  | 'already'
  | { readonly refusal: string };

/**
 * One edit of a send list in one transaction, with its row in the history.
 *
 * The campaign is locked before its gate, as everywhere. The gate is locked as a pause locks it: claims wait until the edit
 * is there, so that none takes rows while they change places, and none finds them locked and takes its batch for done.
 */
export async function editSendList(
  db: Database,
  edit: SendListEdit & { readonly action: SendListAction; readonly possibleIn: readonly CampaignState[] },
  work: (trx: Database, campaign: CampaignRow) => Promise<EditEffect>,
): Promise<Edited> {
  return db.transaction().execute(async (trx): Promise<Edited> => {
    const campaign = await lockForEdit(trx, edit.campaignId);
    const { state, version } = campaign;
    const refusal = refuseEdit(campaign, edit);
    if (refusal !== null) return { ok: false, refusal };
    const effect = await work(trx, campaign);
    if (effect === 'already') return { ok: true, changed: false, state };
    if ('refusal' in effect) return { ok: false, refusal: { code: 'conflict', detail: effect.refusal } };
    await keepEdit(trx, edit, effect);
    const { state: now } = await trx
      .updateTable('campaign')
      .set({ version: version + 1, updated_at: sql`now()` })
      .where('id', '=', campaign.id)
      .returning('state')
      .executeTakeFirstOrThrow();
    return { ok: true, changed: true, state: now };
  });
}

async function lockForEdit(trx: Database, campaignId: string): Promise<CampaignRow> {
  const campaign = await trx
    .selectFrom('campaign')
    .selectAll()
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  await trx.selectFrom('gate').select('token').where('campaign_id', '=', campaignId).forUpdate().execute();
  return campaign;
}

function refuseEdit(
  { state, version, snapshot_at }: CampaignRow,
  {
    action,
    possibleIn,
    expectedVersion,
  }: Pick<SendListEdit, 'expectedVersion'> & {
    readonly action: SendListAction;
    readonly possibleIn: readonly CampaignState[];
  },
): Refusal | null {
  if (expectedVersion !== null && expectedVersion !== version)
    return { code: 'stale', expectedVersion, version };
  const needsList = action !== 'layOutSendList' && action !== 'discardSendList';
  const detail = refuseSendListEdit({ state, isLaidOut: snapshot_at !== null || !needsList }, possibleIn);
  return detail === null ? null : { code: 'conflict', detail };
}

/** The history has the order of the effects, not of the requests that waited for each other: clock_timestamp(), not now(). */
export async function keepEdit(
  trx: Database,
  { campaignId, action, by, reason }: SendListEdit & { readonly action: SendListAction },
  { from, to }: { readonly from: Record<string, unknown>; readonly to: Record<string, unknown> },
): Promise<void> {
  const { applied_at: at } = await trx
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action,
      by,
      via: 'api',
      reason,
      from: JSON.stringify(from),
      to: JSON.stringify(to),
      applied_at: sql`clock_timestamp()`,
    })
    .returning('applied_at')
    .executeTakeFirstOrThrow();
  await appendEvent(trx, campaignId, 'control', { at, by, via: 'api', action, from, to, reason });
}
