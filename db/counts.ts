import { sql } from 'kysely';
import { deliveryStates, type Counts } from '../domain/delivery-state.ts';
import type { Database } from './open.ts';

/** The counts of several campaigns from one snapshot; they always sum to `total`. Campaigns without rows get zeros. */
export async function readCounts(db: Database, campaignIds: readonly string[]): Promise<Map<string, Counts>> {
  const { rows } = await sql<{ campaign_id: string; state: keyof Counts; n: number }>`
    select c.id as campaign_id, counted.state, counted.n
    from unnest(${[...campaignIds]}::uuid[]) as c (id) cross join lateral (
      -- By two indexes: the one over all others leaves out the skipped.
      select state, count(*) as n from delivery where campaign_id = c.id and state <> 'skipped' group by state
      union all
      select 'skipped', count(*) from delivery where campaign_id = c.id and state = 'skipped'
    ) counted`.execute(db);
  const counts = new Map(campaignIds.map((id) => [id, emptyCounts()]));
  for (const { campaign_id, state, n } of rows) {
    const of = counts.get(campaign_id);
    if (of === undefined) continue;
    of[state] = n;
    of.total += n;
  }
  return counts;
}

/** The counts of one campaign. */
export async function readCountsOf(db: Database, campaignId: string): Promise<Counts> {
  return (await readCounts(db, [campaignId])).get(campaignId) ?? emptyCounts();
}

function emptyCounts(): { -readonly [state in keyof Counts]: number } {
  const zeros = Object.fromEntries(deliveryStates.map((state) => [state, 0]));
  // fromEntries forgets the keys; they are exactly the states.
  return { ...(zeros as Record<(typeof deliveryStates)[number], number>), total: 0 };
}
