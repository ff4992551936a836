import { sql } from 'kysely';
import type { Refusal } from '../domain/campaign-state.ts';
import type { PaceForm } from '../domain/pace-form.ts';
import type { Pace } from '../domain/pace.ts';
import type { PaceNow } from './asked-pace.ts';
import type { CampaignRow } from './campaigns.ts';
import type { Database } from './open.ts';

export const nothingToUndo: Refusal = {
  code: 'conflict',
  detail: 'there is no pace change to take back; set a pace instead',
};

/**
 * The pace before the last change that still stands: an undo takes back what no undo has taken back before, newest first. Null
 * when there is none. Size and gap are those of then; that they were meant to finish by an instant is not promised again.
 */
export async function findPaceToRestore(
  db: Database,
  campaign: Pick<CampaignRow, 'id' | 'size' | 'gap_ms' | 'pace_form'>,
): Promise<PaceNow | null> {
  const { rows } = await sql<{ id: string; from: Pace & PaceForm }>`
    select id, "from" from control c
    where campaign_id = ${campaign.id} and action = 'setPace' and applied_at is not null and "to" ->> 'undoes' is null
      and not exists (select from control undo where undo.campaign_id = c.campaign_id and undo.action = 'setPace'
        and undo.applied_at is not null and undo."to" ->> 'undoes' = c.id::text)
    order by applied_at desc limit 1`.execute(db);
  const [change] = rows;
  if (change === undefined) return null;
  const { size, gapMs, finishBy: _, ...form } = change.from;
  return {
    current: { pace: { size: campaign.size, gapMs: campaign.gap_ms }, form: campaign.pace_form },
    wanted: { pace: { size, gapMs }, form },
    isTheSame: false,
    undoes: change.id,
  };
}
