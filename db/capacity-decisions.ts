import type { CapacityFigures } from '../domain/capacity-figures.ts';
import type { CapacityDecision } from '../domain/capacity.ts';
import type { Instant } from '../domain/instant.ts';
import type { Database } from './open.ts';

export interface CapacityDecisionRow {
  readonly id: number;
  readonly at: Date;
  readonly batch: number;
  readonly kind: CapacityDecision['kind'];
  readonly wanted: number;
  readonly size: number;
  readonly lookAgainAt: Date;
  readonly inputs: CapacityFigures;
  readonly sentence: string;
}

/** Keeps what was decided about a batch, at the workflow's time `at`. */
export async function keepDecision(
  db: Database,
  campaignId: string,
  at: Instant,
  batch: number,
  { kind, size, lookAgainAt, inputs, sentence }: CapacityDecision,
): Promise<void> {
  await db
    .insertInto('capacity_decision')
    .values({
      campaign_id: campaignId,
      at: new Date(at),
      batch,
      kind,
      wanted: inputs.wanted,
      size,
      look_again_at: new Date(lookAgainAt),
      inputs: JSON.stringify(inputs),
      sentence,
    })
    .execute();
}

/** Newest first; `before` is the id of the last row of the page before. */
export async function listDecisions(
  db: Database,
  campaignId: string,
  before: number | null,
  limit: number,
): Promise<CapacityDecisionRow[]> {
  let query = db
    .selectFrom('capacity_decision')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .orderBy('id', 'desc')
    .limit(limit);
  if (before !== null) query = query.where('id', '<', before);
  const rows = await query.execute();
  return rows.map(({ look_again_at: lookAgainAt, id, at, batch, kind, wanted, size, inputs, sentence }) => ({
    id,
    at,
    batch,
    kind,
    wanted,
    size,
    lookAgainAt,
    inputs,
    sentence,
  }));
}
