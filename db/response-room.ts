import { createCalendar, type Calendar } from '../domain/calendar.ts';
import { capacityDefaults, priorOf, type StatedCapacity } from '../domain/capacity-settings.ts';
import type { CapacityInput } from '../domain/capacity.ts';
import { delayGridMs } from '../domain/delay-grid.ts';
import { followResponses, type FollowingRoom } from '../domain/following-room.ts';
import type { Instant } from '../domain/instant.ts';
import type { ResponseStream } from '../domain/response-model.ts';
import type { Database } from './open.ts';
import { readResponseFacts, type ResponseFacts, type StreamFacts } from './response-facts.ts';

const hourMs = 3_600_000;

/**
 * What the responses of a campaign leave room for at `now`.
 * @param campaignHours when its mails may leave: the working hours of a capacity that belongs to no desk
 */
export async function readRoom(
  db: Database,
  campaignId: string,
  capacity: StatedCapacity,
  campaignHours: Calendar,
  now: Instant,
): Promise<FollowingRoom> {
  return followResponses(await readCapacityInput(db, campaignId, capacity, campaignHours, now));
}

/** Everything that a decision about room is made of. */
export async function readCapacityInput(
  db: Database,
  campaignId: string,
  capacity: StatedCapacity,
  campaignHours: Calendar,
  now: Instant,
): Promise<CapacityInput> {
  const [facts, heldBack] = await Promise.all([
    readResponseFacts(db, campaignId, now, delayGridMs),
    wasHeldBack(db, campaignId),
  ]);
  const hours = facts.desk === null ? campaignHours : createCalendar({ ...facts.desk, holidays: [] });
  return {
    now,
    limit: capacity.open ?? facts.desk?.capacity ?? 1,
    open: facts.open,
    stream: streamOf(facts.own, capacity),
    others: facts.others.map((other) => streamOf(other, other.capacity ?? {})),
    handled: handledOf(facts, hours, now),
    handlingMs: capacity.handlingMs ?? null,
    floor: capacity.floor ?? capacityDefaults.floor,
    ceiling: capacity.ceiling ?? null,
    silentAfterMs: capacity.silentAfterMs ?? capacityDefaults.silentAfterMs,
    lastSignalAt: facts.lastSignalAt,
    heldBack,
    hours,
  };
}

function streamOf({ batches, delays, opened }: StreamFacts, settings: StatedCapacity): ResponseStream {
  return { batches, delays, opened, prior: priorOf(settings) };
}

function handledOf(
  { handled: { count, meanOpenMs, lastHour } }: ResponseFacts,
  hours: Calendar,
  now: Instant,
): CapacityInput['handled'] {
  return { count, meanOpenMs, lately: { ...lastHour, workingMs: hours.openMs(now - hourMs, now) } };
}

/** Whether the last decision that was kept held a batch back which has not begun since. */
async function wasHeldBack(db: Database, campaignId: string): Promise<boolean> {
  const last = await db
    .selectFrom('capacity_decision')
    .select('kind')
    .where('campaign_id', '=', campaignId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.kind === 'heldBack';
}
