import type { CapacityInput } from './capacity-input.ts';
import { answeredBy } from './delay-grid.ts';
import type { Drain, HandledResponses, WorkingHours } from './desk-drain.ts';
import type { Instant } from './instant.ts';
import { followOpen, lookOut, outlookOffsetsMs } from './open-outlook.ts';
import { learnResponses, type ResponseModel, type ResponseStream } from './response-model.ts';

/**
 * What will be known at a later instant if everything goes as expected and no further mail leaves: the forecast asks the
 * same decision as the run, of expected numbers instead of counted ones.
 * @param drain how fast the desk is believed to be, for all that is to come
 */
export function expectAt(input: CapacityInput, at: Instant, drain: Drain): CapacityInput {
  if (at <= input.now) return input;
  const { now, open, hours } = input;
  const own = believe(input.stream, now);
  const others = input.others.map((stream) => believe(stream, now));
  const outlook = lookOut(now, open, drain, [own, ...others], hours);
  const path = pathUntil(open, at - now, (visit) => followOpen(outlook, 0, visit));
  const stream = answeredUntil(own, now, at);
  const othersThen = others.map((other) => answeredUntil(other, now, at));
  const opened = (streams: readonly ResponseStream[]) => streams.reduce((sum, each) => sum + each.opened, 0);
  const come = opened([stream, ...othersThen]) - opened([own, ...others]);
  const handled = Math.max(0, open + come - path.open);
  return {
    ...input,
    now: at,
    open: path.open,
    stream,
    others: othersThen,
    handled: handledUntil(input.handled, handled, path.mean, workingMs(hours, now, at)),
    lastSignalAt: come + handled >= 1 ? at : input.lastSignalAt,
  };
}

type BelievedStream = ResponseStream & { readonly model: ResponseModel };

function believe(stream: ResponseStream, now: Instant): BelievedStream {
  return { ...stream, model: learnResponses(stream, now) };
}

function answeredUntil({ model, ...stream }: BelievedStream, now: Instant, at: Instant): ResponseStream {
  const answered = (age: number): number => answeredBy(model.answered, age);
  const opened = stream.batches.reduce(
    (sum, batch) => sum + batch.size * (answered(at - batch.at) - answered(now - batch.at)),
    stream.opened,
  );
  return { ...stream, opened, believed: model };
}

/** The expected number open at an offset, between two steps in proportion, and its mean until then. */
function pathUntil(
  start: number,
  untilMs: number,
  follow: (visit: (open: number, deviation: number, step: number) => void) => void,
): { open: number; mean: number } {
  let [before, from, area, open] = [start, 0, 0, start];
  follow((level, _, step) => {
    const to = outlookOffsetsMs[step] ?? from;
    if (from < untilMs) {
      const until = Math.min(to, untilMs);
      open = before + ((level - before) * (until - from)) / (to - from);
      area += ((before + open) / 2) * (until - from);
    }
    before = level;
    from = to;
  });
  return { open, mean: area / Math.min(untilMs, from) };
}

/** The last hour moves on: what is new takes its part of it. */
function handledUntil(
  { count, meanOpenMs, lately }: HandledResponses,
  handled: number,
  meanOpen: number,
  worked: number,
): HandledResponses {
  const kept = Math.min(lately.workingMs, Math.max(0, hour - worked));
  const added = Math.min(worked, hour);
  const keptCount = lately.workingMs === 0 ? 0 : (lately.count * kept) / lately.workingMs;
  const total = kept + added;
  return {
    count: count + handled,
    meanOpenMs,
    lately: {
      workingMs: total,
      count: keptCount + (worked === 0 ? 0 : (handled * added) / worked),
      meanOpen: total === 0 ? 0 : (lately.meanOpen * kept + meanOpen * added) / total,
    },
  };
}

const hour = 3_600_000;

function workingMs(hours: WorkingHours | null, from: Instant, to: Instant): number {
  return hours === null ? to - from : hours.openMs(from, to);
}
