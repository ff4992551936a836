import { sql } from 'kysely';
import type { CampaignState } from '../domain/campaign-state.ts';
import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Database } from './open.ts';

/** How many campaigns are in each state. */
export async function countCampaigns(db: Database): Promise<{ state: CampaignState; n: number }[]> {
  const { rows } = await sql<{ state: CampaignState; n: number }>`
    select state, count(*) as n from campaign group by state`.execute(db);
  return rows;
}

/** Deliveries of campaigns that have not ended, by state. */
export async function countActiveDeliveries(db: Database): Promise<{ state: DeliveryState; n: number }[]> {
  const { rows } = await sql<{ state: DeliveryState; n: number }>`
    select d.state, count(*) as n from delivery d join campaign c on c.id = d.campaign_id
    where c.state not in ('draft', 'cancelled', 'finished') group by d.state`.execute(db);
  return rows;
}

/** Deliveries in doubt in all campaigns, also ended ones: each waits for a person. */
export async function countInDoubt(db: Database): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from delivery where state = 'inDoubt'`.execute(db);
  return rows[0]?.n ?? 0;
}
