import { sql } from 'kysely';
import type { Instant } from '../../domain/instant.ts';
import { resolveAskedPace } from '../asked-pace.ts';
import { consents } from '../audience-checks.ts';
import { audienceCondition } from '../audience.ts';
import { keepWithoutConsent } from '../campaign-consent.ts';
import { waitForOther } from '../follow-up.ts';
import { skipDomainsNotAllowed } from '../identity-domains.ts';
import type { Database } from '../open.ts';

/**
 * Freezes the audience: one planned delivery per contact, in an order that is random but fixed for the campaign (a hash
 * of both ids), so that a batch is a fair sample and not the first letters of the alphabet. Where only those who ordered the
 * newsletter are meant, the others are skipped from the beginning, with the reason. Done once; later calls answer what the
 * first one made. `at`: the workflow's time. In the caller's transaction when it has one.
 */
export async function snapshotAudience(
  db: Database,
  campaignId: string,
  at: Instant = Date.now(),
): Promise<Snapshot> {
  const snapshot = await inTransaction(db, async (trx): Promise<Snapshot> => {
    const campaign = await trx
      .selectFrom('campaign')
      .select([
        'id',
        'snapshot_at',
        'total',
        'state',
        'start_at',
        'follows_id',
        'follows_after_ms',
        'follows_only',
        'newsletter_only',
        'newsletter_reason',
        'newsletter_by',
        'audience',
      ])
      .where('id', '=', campaignId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    // Cancelled before its audience was frozen: nobody is put into a campaign that has ended.
    const isEnding = ['cancelling', 'cancelled', 'finished'].includes(campaign.state);
    if (campaign.snapshot_at !== null || isEnding) return { total: campaign.total };
    const notYet = await waitForOther(trx, campaign, at);
    if (notYet !== null) return { total: 0, notYet };
    const isMeant = await audienceCondition(trx, campaign, new Date(at));
    const inserted = await sql`
      insert into delivery (campaign_id, contact_id, position, email, address, limit_index, state, settled_at, reason_code, reason_text)
      select ${campaignId}::uuid, contact.id, row_number() over (order by md5(contact.id::text || ${campaignId})), email, address,
        coalesce(l.n, 0), ${campaign.newsletter_only ? leftOut : sql`'planned', null, null, null`}
      from contact left join (
        select value ->> 'domain' as domain, n from campaign, jsonb_array_elements(limits) with ordinality each (value, n)
        where id = ${campaignId}
      ) l on l.domain = substring(address from '[^@]*$')
      where ${isMeant}`.execute(trx);
    const total = Number(inserted.numAffectedRows ?? 0n);
    await skipDomainsNotAllowed(trx, campaignId);
    await keepWithoutConsent(trx, campaign, isMeant);
    await trx
      .updateTable('campaign')
      .set({ snapshot_at: sql`now()`, total })
      .where('id', '=', campaignId)
      .execute();
    await spreadToFinish(trx, campaignId, at);
    return { total };
  });
  if (snapshot.notYet === undefined) await refreshStatistics(db, snapshot.total);
  return snapshot;
}

/** State, end and reason of somebody who may not have ordered the newsletter. */
const leftOut = sql`case when ${consents()} then 'planned' else 'skipped' end, case when not ${consents()} then now() end,
  case when not ${consents()} then 'noConsent' end,
  case when not ${consents()} then 'at the start, the newsletter was not ordered' end`;

/**
 * Fresh statistics when a good part of the ledger is new: plans made for an empty one would read all of it for every
 * claim. What grows little by little is for autovacuum. Never waits for another one: campaigns that start together
 * would take all connections of their worker, and with them the claims of those that are sending.
 */
async function refreshStatistics(db: Database, added: number): Promise<void> {
  const { rows } = await sql<{ known: number }>`
    select greatest(reltuples, 0)::float8 as known from pg_class where oid = 'delivery'::regclass`.execute(
    db,
  );
  if (added * 10 >= (rows[0]?.known ?? 0)) await sql`analyze (skip_locked) delivery`.execute(db);
}

async function inTransaction<T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}

/** `notYet`: the campaign follows another one; `at` is when it may begin, null while that is not known. */
export interface Snapshot {
  readonly total: number;
  readonly notYet?: { readonly at: Instant | null };
}

/** "Finish by" is a pace for so many people: now that they are counted it is worked out for good. */
export async function spreadToFinish(trx: Database, campaignId: string, at: Instant): Promise<void> {
  const { not_before, ...campaign } = await trx
    .selectFrom('campaign')
    .leftJoin('gate', 'gate.campaign_id', 'campaign.id')
    .selectAll('campaign')
    .select('gate.not_before')
    .where('campaign.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const { finishBy } = campaign.pace_form;
  // A draft's send list: worked out when it starts.
  if (finishBy === undefined || not_before === null) return;
  const { wanted } = await resolveAskedPace(trx, campaign, { finishBy }, Math.max(at, not_before.getTime()));
  // Too late for so many: the pace of the draft is the nearest there is, and the forecast says when it ends.
  if ('refusal' in wanted) return;
  const { size, gapMs } = wanted.pace;
  await trx.updateTable('campaign').set({ size, gap_ms: gapMs }).where('id', '=', campaignId).execute();
}
