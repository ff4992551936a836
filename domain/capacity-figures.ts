import type { CapacityInput } from './capacity-input.ts';
import type { Silence } from './capacity-silence.ts';
import { drainAt } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import { outlookOffsetsMs, type Outlook } from './open-outlook.ts';
import type { ResponseModel } from './response-model.ts';

/** By what a batch's size was decided: plain numbers, for the record and for people. */
export interface CapacityFigures {
  readonly wanted: number;
  readonly floor: number;
  readonly ceiling: number | null;
  readonly limit: number;
  readonly open: number;
  /** Responses that mails already out should bring within the hour, and in all. */
  readonly expectedWithinHour: number;
  readonly expectedInAll: number;
  /** Largest size with room, before the hysteresis. */
  readonly room: number;
  /** Expected peak, margin included, when nothing more leaves. */
  readonly peakWithout: number;
  readonly mailsOut: number;
  readonly responses: number;
  /** Learned share of the mails that is answered, and its relative error. */
  readonly rate: number;
  readonly rateError: number;
  /** Responses handled per working hour with as many open as now. */
  readonly handledPerHour: number;
  readonly lastSignalAt: Instant | null;
  /** Working time without a signal although one was possible, and how many should have come in it. */
  readonly quietMs: number;
  readonly missed: number;
  /** Null: the desk works now (or never again). */
  readonly deskOpensInMs: number | null;
}

export function figuresOf({
  input,
  wanted,
  model,
  outlook,
  room,
  peakWithout,
  silence,
}: {
  readonly input: CapacityInput;
  readonly wanted: number;
  readonly model: ResponseModel;
  readonly outlook: Outlook;
  readonly room: number;
  readonly peakWithout: number;
  readonly silence: Silence;
}): CapacityFigures {
  const { now, limit, open, floor, ceiling, stream, lastSignalAt, hours } = input;
  const opens = hours === null ? now : hours.opensAt(now);
  let [withinHour, inAll] = [0, 0];
  for (const [step, offset] of outlookOffsetsMs.entries()) {
    inAll += outlook.arrivals[step] ?? 0;
    if (offset <= hour) withinHour = inAll;
  }
  return {
    wanted,
    floor,
    ceiling,
    limit,
    open,
    expectedWithinHour: withinHour,
    expectedInAll: inAll,
    room,
    peakWithout,
    mailsOut: stream.batches.reduce((sum, { size }) => sum + size, 0),
    responses: stream.opened,
    rate: model.rate,
    rateError: model.uncertainty,
    handledPerHour: drainAt(outlook.drain, open) * hour,
    lastSignalAt,
    quietMs: silence.quietMs,
    missed: silence.missed,
    deskOpensInMs: opens > now && opens < Infinity ? opens - now : null,
  };
}

const hour = 3_600_000;
