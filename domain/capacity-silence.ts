import type { CapacityInput } from './capacity-input.ts';
import { answeredBy } from './delay-grid.ts';
import type { Instant } from './instant.ts';
import { learnResponses, type ResponseStream } from './response-model.ts';

/**
 * Whether the signal has gone silent: nothing was reported for `silentAfterMs` of working time, although by what was known
 * at the last report it is nearly certain (99 %) that somebody answered or was helped meanwhile. A helpdesk system that
 * lost its connection looks like this; a night, a slow mailing or a quiet campaign does not.
 */
export interface Silence {
  readonly silent: boolean;
  /** Signals that should have come since the last one. */
  readonly missed: number;
  readonly quietMs: number;
}

const nearlyImpossible = 0.01;
/** So many must have been handled before their mean time open is taken as a promise. */
const enoughHandled = 5;

export function silenceOf(input: CapacityInput): Silence {
  const { now, open, hours, silentAfterMs, lastSignalAt } = input;
  // Most looks end here: what follows costs more.
  if (lastSignalAt !== null && now - lastSignalAt < silentAfterMs) return notYet;
  const streams = [input.stream, ...input.others];
  const firstMail = streams.reduce((first, stream) => Math.min(first, firstOf(stream)), Infinity);
  const since = Math.max(lastSignalAt ?? -Infinity, Math.min(firstMail, now));
  if (now - since < silentAfterMs) return notYet;
  const elapsed = (from: Instant): number => (hours === null ? now - from : hours.openMs(from, now));
  const answers = streams.map((stream) => missedAnswers(stream, since, now));
  const handled = missedHandled(input, elapsed(since));
  const missed = answers.reduce((sum, { mails, before }) => sum + mails + before, handled);
  const chance = answers.reduce((product, answer) => product * chanceOfNone(answer), Math.exp(-handled));
  // Before the first mail after a long rest nobody could be missed.
  const pending = open > 0 || answers.some(({ before }) => before >= 1);
  const quietSince = pending ? since : Math.min(now, ...answers.map(({ nextMail }) => nextMail));
  const quietMs = elapsed(quietSince);
  return { silent: quietMs >= silentAfterMs && chance < nearlyImpossible, missed, quietMs };
}

const notYet: Silence = { silent: false, missed: 0, quietMs: 0 };

function firstOf({ batches }: ResponseStream): Instant {
  return batches.reduce((first, { at }) => Math.min(first, at), Infinity);
}

interface MissedAnswers {
  /** Expected of mails that were out at the last signal, and of those sent since. */
  readonly before: number;
  readonly mails: number;
  readonly nextMail: Instant;
  readonly uncertainty: number;
}

function missedAnswers(stream: ResponseStream, since: Instant, now: Instant): MissedAnswers {
  const { answered, uncertainty } = learnResponses(stream, since);
  let [before, mails, nextMail] = [0, 0, Infinity];
  for (const { at, size } of stream.batches) {
    const expected = size * (answeredBy(answered, now - at) - answeredBy(answered, since - at));
    if (at < since) before += expected;
    else {
      mails += expected;
      nextMail = Math.min(nextMail, at);
    }
  }
  return { before, mails, nextMail, uncertainty };
}

/** Poisson with a Gamma rate: the less is known of the rate, the less surprising is silence. */
function chanceOfNone({ before, mails, uncertainty }: MissedAnswers): number {
  const shape = 1 / (uncertainty * uncertainty);
  return (1 + (before + mails) / shape) ** -shape;
}

function missedHandled({ open, handled, handlingMs }: CapacityInput, workingMs: number): number {
  const usualMs = handlingMs ?? (handled.count >= enoughHandled ? handled.meanOpenMs : null);
  return usualMs === null || usualMs <= 0 ? 0 : open * (1 - Math.exp(-workingMs / usualMs));
}
