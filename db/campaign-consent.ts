import { sql, type RawBuilder } from 'kysely';
import { consents } from './audience-checks.ts';
import { resolveAudience, type Meant } from './audience.ts';
import { appendEvent } from './notify.ts';
import type { Database } from './open.ts';

interface CampaignConsent {
  readonly id: string;
  readonly newsletter_only: boolean;
  readonly newsletter_reason: string | null;
  readonly newsletter_by: string | null;
}

/**
 * Of a campaign that goes to everybody: keeps in its history who wanted that and why, and how many people who have not ordered
 * the newsletter get it. `isMeant`: the condition of its audience. Campaigns from before consent was asked for keep nothing.
 */
export async function keepWithoutConsent(
  trx: Database,
  campaign: CampaignConsent,
  isMeant: RawBuilder<boolean>,
): Promise<void> {
  const { id, newsletter_only: newsletterOnly, newsletter_reason: reason, newsletter_by } = campaign;
  if (newsletterOnly || reason === null) return;
  const by = newsletter_by ?? 'somebody';
  const from = { newsletter: true };
  const to = { newsletter: false, concerned: await countWithoutOrder(trx, isMeant) };
  const { applied_at: at } = await trx
    .insertInto('control')
    .values({
      campaign_id: id,
      action: 'withoutConsent',
      by,
      via: 'api',
      reason,
      from: JSON.stringify(from),
      to: JSON.stringify(to),
      applied_at: sql`now()`,
    })
    .returning('applied_at')
    .executeTakeFirstOrThrow();
  await appendEvent(trx, id, 'control', { at, by, via: 'api', action: 'withoutConsent', from, to, reason });
}

/**
 * How many people of the audience have not ordered the newsletter: of a draft now, of a started campaign as it was when the
 * audience was frozen. Null: it was started before that was counted, or its audience cannot be worked out.
 */
export async function readConcerned(
  db: Database,
  campaign: CampaignConsent & Meant & { readonly snapshot_at: Date | null },
): Promise<number | null> {
  const { id, newsletter_only: newsletterOnly, snapshot_at: snapshotAt } = campaign;
  if (snapshotAt === null) {
    const resolved = await resolveAudience(db, campaign.audience);
    // What the audience names has gone: the audience check says so.
    return resolved.ok ? countWithoutOrder(db, resolved.condition) : null;
  }
  if (newsletterOnly) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from delivery
      where campaign_id = ${id} and state = 'skipped' and reason_code = 'noConsent'`.execute(db);
    return rows[0]?.n ?? 0;
  }
  const { rows } = await sql<{ n: number | null }>`select ("to" ->> 'concerned')::integer as n from control
    where campaign_id = ${id} and action = 'withoutConsent' and applied_at is not null
    order by applied_at desc limit 1`.execute(db);
  return rows[0]?.n ?? null;
}

async function countWithoutOrder(db: Database, isMeant: RawBuilder<boolean>): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from contact
    where ${isMeant} and not ${consents()}`.execute(db);
  return rows[0]?.n ?? 0;
}
