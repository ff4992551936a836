import type { CapacityInput } from './capacity-input.ts';
import { decideCapacity, type CapacityDecision } from './capacity.ts';
import { delayGridMs, type MailsOut } from './delay-grid.ts';
import { expectedDrain, type Drain } from './desk-drain.ts';
import { expectAt } from './expected-responses.ts';
import type { Instant } from './instant.ts';
import type { ResponseRoom } from './response-room.ts';

/** The room of a campaign whose pace follows the answers: for the planner, now and for every batch to come. */
export interface FollowingRoom extends ResponseRoom {
  decide(at: Instant, wanted: number): CapacityDecision;
  after(at: Instant, size: number): FollowingRoom;
  heldBack(): FollowingRoom;
  /** The last decision that was asked for: to be kept with the batch or the wait that the planner made of it. */
  decided(): CapacityDecision | null;
}

/**
 * @param input what is known now; for a later instant what is to be expected by then is taken.
 * @param drain how fast the desk is believed to be, for all that is to come
 */
export function followResponses(
  input: CapacityInput,
  drain: Drain = expectedDrain(input.handled, input.handlingMs, input.limit),
): FollowingRoom {
  // The planner asks first and tells afterwards, about the same instant.
  let last = input;
  let decision: CapacityDecision | null = null;
  const expect = (at: Instant): CapacityInput => {
    if (last.now !== at) last = expectAt(input, at, drain);
    return last;
  };
  return {
    decide: (at, wanted) => (decision = decideCapacity(expect(at), wanted)),
    decided: () => decision,
    after: (at, size) => {
      const { stream, ...rest } = expect(at);
      const batches = withBatch(stream.batches, { at, size });
      return followResponses({ ...rest, stream: { ...stream, batches }, heldBack: false }, drain);
    },
    heldBack: () => followResponses({ ...input, heldBack: true }, drain),
  };
}

/** Mails older than the delay grid count as one entry, so that a long forecast stays quick. */
function withBatch(batches: readonly MailsOut[], batch: MailsOut): MailsOut[] {
  const oldest = batch.at - (delayGridMs.at(-1) ?? 0);
  const past = batches.filter(({ at }) => at <= oldest);
  if (past.length < 100) return [...batches, batch];
  const size = past.reduce((sum, each) => sum + each.size, 0);
  return [{ at: past[0]?.at ?? oldest, size }, ...batches.filter(({ at }) => at > oldest), batch];
}
