import { createCalendar, type Calendar } from '../domain/calendar.ts';
import type { CapacityInput } from '../domain/capacity-input.ts';
import { capacityDefaults, priorOf, type StatedCapacity } from '../domain/capacity-settings.ts';
import { delayGridMs } from '../domain/delay-grid.ts';
import type { Instant } from '../domain/instant.ts';
import type { ResponseStream } from '../domain/response-model.ts';
import { calendarOf, type CampaignLook } from './campaign-look.ts';
import type { Database } from './open.ts';
import { readResponseFacts, type ResponseFacts, type StreamFacts } from './response-facts.ts';

const hourMs = 3_600_000;

/**
 * Everything that a decision about room is made of. The working hours of a capacity that belongs to no desk are those in
 * which the campaign's mails may leave.
 */
export async function readCapacityInput(
  db: Database,
  campaignId: string,
  row: CampaignLook,
  capacity: StatedCapacity,
  now: Instant,
): Promise<CapacityInput> {
  const facts = await readResponseFacts(db, campaignId, now, delayGridMs);
  const hours = facts.desk === null ? calendarOf(row) : createCalendar({ ...facts.desk, holidays: [] });
  return {
    now,
    limit: limitOf(capacity, facts),
    open: facts.open,
    stream: streamOf(facts.own, capacity),
    others: facts.others.map((other) => streamOf(other, other.capacity ?? {})),
    handled: handledOf(facts, hours, now),
    handlingMs: capacity.handlingMs ?? null,
    floor: capacity.floor ?? capacityDefaults.floor,
    ceiling: capacity.ceiling ?? null,
    silentAfterMs: capacity.silentAfterMs ?? capacityDefaults.silentAfterMs,
    lastSignalAt: facts.lastSignalAt,
    heldBack: row.held_back,
    hours,
  };
}

/** What was said, or what the desk can take. A capacity without a number has a desk: the route and the foreign key see to it. */
function limitOf({ open }: StatedCapacity, { desk }: ResponseFacts): number {
  const limit = open ?? desk?.capacity;
  if (limit === undefined) throw new Error('a capacity has neither a number nor a desk');
  return limit;
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
