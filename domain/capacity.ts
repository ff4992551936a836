import { figuresOf, type CapacityFigures } from './capacity-figures.ts';
import type { CapacityInput, Following } from './capacity-input.ts';
import { idleLevel, largestSize, lookAgain, peakOf } from './capacity-room.ts';
import { sayCapacity } from './capacity-sentence.ts';
import { silenceOf } from './capacity-silence.ts';
import { drainOf } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import { lookOut } from './open-outlook.ts';
import { learnResponses } from './response-model.ts';

/**
 * Pace that follows the answers: how large the next batch may be so that the responses which are open, and those which the
 * mails already out and this batch will bring, stay within the capacity. Pure; asked at each look and by the forecast.
 *
 * Semantics
 * - The size is the largest at which the expected number open plus a margin (`caution` standard deviations) stays within
 *   the limit for a week, if nothing else were sent. Nothing is promised for later batches: they are decided when due.
 * - Hysteresis: a batch leaves when there is room for a tenth of it. Once held back, it waits for room for a quarter, so
 *   that a full desk does not turn a batch and its whole gap into three mails. When less than half of the capacity is
 *   expected to be used it leaves in any case, with at least one mail: a campaign always ends.
 * - `ceiling` bounds every batch and may exceed the wanted size: then batches grow while there is room. `floor` leaves
 *   even when there is no room; 0 holds back altogether.
 * - A signal that has gone silent (see capacity-silence.ts) says nothing about room: the batch has its wanted size.
 * - More open never makes a batch larger, a higher limit never smaller (while the signal is not silent).
 */
export interface CapacityDecision {
  readonly kind: Following;
  /** Mails that may leave now; 0 holds the batch back. */
  readonly size: number;
  /** When it is worthwhile to look again if nothing is reported before; now when the batch leaves. */
  readonly lookAgainAt: Instant;
  /** What it was decided by, for the record. */
  readonly inputs: CapacityFigures;
  /** For people: "held back: 28 of 30 open, 6 more expected within the hour". */
  readonly sentence: string;
}

/** Shares of the wanted size that must have room: to leave, and to leave after the batch was held back. */
const goShare = 0.1;
const goAgainShare = 0.25;

/**
 * How many of the `wanted` mails may leave now.
 * @param wanted size of the batch at the fixed pace. Where a ramp or limits bound it, pass no higher ceiling.
 */
export function decideCapacity(input: CapacityInput, wanted: number): CapacityDecision {
  const { now, limit, stream, heldBack } = input;
  const model = learnResponses(stream, now);
  const outlook = lookOut(
    now,
    input.open,
    drainOf(input.handled, input.handlingMs, limit),
    [{ ...stream, model }, ...input.others.map((other) => ({ ...other, model: learnResponses(other, now) }))],
    input.hours,
  );
  const upper = input.ceiling ?? wanted;
  const floor = Math.min(input.floor, upper);
  const room = largestSize(outlook, upper);
  const peakWithout = peakOf(outlook, 0);
  const silence = silenceOf(input);
  const inputs = figuresOf({ input, wanted, model, outlook, room, peakWithout, silence });
  const decide = (kind: CapacityDecision['kind'], size: number, lookAgainAt: Instant): CapacityDecision => {
    return { kind, size, lookAgainAt, inputs, sentence: sayCapacity(kind, size, inputs) };
  };
  if (silence.silent) return decide('silent', Math.min(wanted, upper), now);
  const enough = Math.max(1, Math.min(upper, wanted) * (heldBack ? goAgainShare : goShare));
  if (room >= enough || peakWithout <= idleLevel(limit))
    return decide('room', Math.min(upper, Math.max(1, room, floor)), now);
  return decide('heldBack', floor, floor > 0 ? now : lookAgain(input, outlook, wanted * goAgainShare));
}
