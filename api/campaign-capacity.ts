import type { z } from 'zod';
import { readDesk } from '../db/desks.ts';
import type { Database } from '../db/open.ts';
import { refuseCapacity, type StatedCapacity } from '../domain/capacity-settings.ts';
import type { CapacityDecision } from '../domain/capacity.ts';
import { formatDuration } from '../domain/duration.ts';
import type { CampaignView } from '../domain/schema/campaign.ts';
import type { capacityInputSchema } from '../domain/schema/capacity.ts';
import { refuse } from './check-input.ts';

/** The capacity of a body as it is stored. Throws as `checkedCapacity` does. */
export async function statedCapacity(
  db: Database,
  capacity: z.output<typeof capacityInputSchema> | null,
  paceSize: number,
): Promise<StatedCapacity | null> {
  if (capacity === null) return null;
  const { delay: delayMs, handling: handlingMs, silentAfter: silentAfterMs, ...rest } = capacity;
  return checkedCapacity(db, { ...rest, delayMs, handlingMs, silentAfterMs }, paceSize);
}

/** The capacity as it is. Throws 422 for a desk that does not exist and a floor above the batch size, which may have changed. */
export async function checkedCapacity(
  db: Database,
  stated: StatedCapacity | null,
  paceSize: number,
): Promise<StatedCapacity | null> {
  if (stated === null) return null;
  const desk = stated.desk === undefined ? null : await readDesk(db, stated.desk);
  if (stated.desk !== undefined && desk === null)
    throw refuse('invalidBody', [
      { pointer: '/capacity/desk', detail: `there is no desk ${stated.desk}; make one (POST /v1/desks)` },
    ]);
  const refused = refuseCapacity({ ...stated, open: stated.open ?? desk?.capacity ?? 1 }, paceSize);
  if (refused === null) return stated;
  const pointer = `/capacity/${refused.setting.replace(/Ms$/, '')}`;
  throw refuse('invalidBody', [{ pointer, detail: refused.message }]);
}

/** The capacity as answers carry it. */
export function showCapacity(stated: StatedCapacity | null): CampaignView['capacity'] {
  if (stated === null) return null;
  const { delayMs, handlingMs, silentAfterMs, ...rest } = stated;
  return {
    ...rest,
    ...(delayMs === undefined ? {} : { delay: formatDuration(delayMs) }),
    ...(handlingMs === undefined ? {} : { handling: formatDuration(handlingMs) }),
    ...(silentAfterMs === undefined ? {} : { silentAfter: formatDuration(silentAfterMs) }),
  };
}

/** How full the desk is, by what the planner decides now; null when nothing is decided by responses. */
export function showResponses(decision: CapacityDecision | null): CampaignView['responses'] {
  if (decision === null) return null;
  const { open, limit, expectedWithinHour: expected } = decision.inputs;
  return { open: Math.round(open), limit, expected, following: decision.kind, sentence: decision.sentence };
}
