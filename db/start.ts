import { sql } from 'kysely';
import { judgeControl, type CampaignState, type Refusal } from '../domain/campaign-state.ts';
import type { Instant } from '../domain/instant.ts';
import { frozenColumns, type FrozenMail } from './campaign-sources.ts';
import { skipDomainsNotAllowed } from './identity-domains.ts';
import { spreadToFinish } from './ledger/snapshot.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';
import { freezeWorkList } from './work-list-change.ts';

export interface StartRequest {
  readonly campaignId: string;
  readonly by: string;
  /** Null: the draft's own start, or now. */
  readonly startAt: Instant | null;
  readonly expectedVersion: number | null;
  /** What is sent from now on, whatever becomes of templates, identities and signatures; left out: as the draft was saved. */
  readonly frozen?: FrozenMail;
}

export type Started =
  | { readonly started: boolean; readonly state: CampaignState }
  | { readonly refusal: Refusal };

/**
 * Turns a draft into a started campaign: its gate opens, its history begins. A second call answers the same and changes
 * nothing. The workflow is started by the caller afterwards; should that fail, the reconciler does it.
 */
export async function startCampaign(
  db: Database,
  { campaignId, by, startAt, expectedVersion, frozen }: StartRequest,
): Promise<Started> {
  return db.transaction().execute(async (trx) => {
    const campaign = await trx
      .selectFrom('campaign')
      .select(['state', 'version', 'start_at', 'follows_id', 'snapshot_at', 'log_activity', 'audience'])
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const verdict = judgeControl('start', campaign.state);
    if (verdict === 'already') return { started: false, state: campaign.state };
    if (verdict !== 'apply') return { refusal: verdict };
    // Who changed the draft while it was being checked has another mail in mind than the one that was checked.
    for (const seen of [expectedVersion, frozen?.draftVersion ?? null])
      if (seen !== null && seen !== campaign.version)
        return { refusal: { code: 'stale', expectedVersion: seen, version: campaign.version } };
    // Whoever is in the list now is meant, and nobody changes that any more.
    if ('workList' in campaign.audience) {
      const reason = `campaign ${campaignId} was started`;
      const act = { by, reason, expectedVersion: null };
      const list = await freezeWorkList(trx, campaign.audience.workList, act);
      // A send list that was laid out does not need it any more.
      if (!list.ok && campaign.snapshot_at === null)
        return { refusal: { code: 'conflict', detail: goneList } };
    }
    const begins = startAt === null ? campaign.start_at : new Date(startAt);
    const waits = begins === null ? campaign.follows_id !== null : begins.getTime() > Date.now();
    const state = waits ? 'scheduled' : 'running';
    await trx
      .updateTable('campaign')
      .set({
        state,
        ...(frozen === undefined ? {} : frozenColumns(frozen)),
        start_at: begins,
        started_at: sql`now()`,
        version: sql`version + 1`,
        updated_at: sql`now()`,
      })
      .where('id', '=', campaignId)
      .execute();
    await trx
      .insertInto('gate')
      .values({ campaign_id: campaignId, not_before: begins ?? new Date() })
      .execute();
    // A send list that was laid out before is the audience: nothing is left for the snapshot to do. But the identity may be another
    // one since, or write to fewer domains.
    if (campaign.snapshot_at !== null) {
      await skipDomainsNotAllowed(trx, campaignId);
      await spreadToFinish(trx, campaignId, Date.now());
    }
    await keepStart(trx, campaignId, by, state, begins);
    if (!campaign.log_activity) await keepUnlogged(trx, campaignId, by);
    return { started: true, state };
  });
}

const goneList = 'the work list of this campaign was removed; name another audience, then start';

async function keepStart(
  trx: Database,
  campaignId: string,
  by: string,
  state: CampaignState,
  startAt: Date | null,
): Promise<void> {
  const from = { state: 'draft' };
  const to = { state, startAt };
  const { applied_at: at } = await trx
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action: 'start',
      by,
      via: 'api',
      from: JSON.stringify(from),
      to: JSON.stringify(to),
      applied_at: sql`now()`,
    })
    .returning('applied_at')
    .executeTakeFirstOrThrow();
  await appendEvent(trx, campaignId, 'control', {
    at,
    by,
    via: 'api',
    action: 'start',
    from,
    to,
    reason: null,
  });
  await appendEvent(trx, campaignId, 'state', { from: 'draft', to: state });
}

/** "Do not log" leaves no entries on people; that it was so is kept here, once. */
async function keepUnlogged(trx: Database, campaignId: string, by: string): Promise<void> {
  await trx
    .insertInto('control')
    .values({
      campaign_id: campaignId,
      action: 'doNotLog',
      by,
      via: 'api',
      to: JSON.stringify({ logActivity: false }),
      applied_at: sql`now()`,
    })
    .execute();
}
