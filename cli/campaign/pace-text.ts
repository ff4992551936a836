import { formatDuration, parseDuration } from '../../domain/duration.ts';
import { refuseAskedPace } from '../../domain/pace-form.ts';
import { describePace, type Pace } from '../../domain/pace.ts';
import type { WirePace } from '../answers.ts';
import { usage } from '../failure.ts';
import { count } from '../numbers.ts';
import { readShare, sayShare } from '../share-text.ts';
import { clean } from '../terminal-text.ts';
import { shortClock } from '../times.ts';

/** A pace as it is asked for, in one of three forms. */
export interface AskedPace {
  readonly size?: number | undefined;
  readonly every?: string | undefined;
  readonly perHour?: number | undefined;
  readonly finishBy?: string | undefined;
  readonly ramp?: { readonly from: number; readonly factor: number } | undefined;
  readonly jitter?: number | undefined;
}

/** What goes with a pace: `10x2` (begin with 10, twice as many each time), `10%` (gaps up to so much longer). */
export interface PaceShape {
  readonly ramp?: string | undefined;
  readonly jitter?: string | undefined;
}

/** Reads `50/20m`, `150/h` or `by 2026-12-01T17:00:00+01:00`. Fails with the way to write it. */
export function readPace(text: string, { ramp, jitter }: PaceShape = {}): AskedPace {
  const pace = {
    ...readForm(text),
    ...(ramp === undefined ? {} : { ramp: readRamp(ramp) }),
    ...(jitter === undefined ? {} : { jitter: readShare(jitter, 'a jitter') }),
  };
  const { every, finishBy, ...rest } = pace;
  const refusal = refuseAskedPace({
    ...rest,
    ...(every === undefined ? {} : { gapMs: parseDuration(every) ?? Number.NaN }),
    ...(finishBy === undefined ? {} : { finishBy: Date.parse(finishBy) }),
  });
  if (refusal !== null) throw usage(refusal);
  return pace;
}

function readForm(text: string): AskedPace {
  const [, perHour] = /^\s*(\d{1,9})\s*\/\s*h\s*$/.exec(text) ?? [];
  if (perHour !== undefined) return { perHour: Number(perHour) };
  const [, finishBy] = /^\s*by\s+(\S+)\s*$/.exec(text) ?? [];
  if (finishBy !== undefined) {
    if (!/^\d{4}-\d\d-\d\dT/.test(finishBy) || Number.isNaN(Date.parse(finishBy)))
      throw usage(`write the end as "by 2026-12-01T17:00:00+01:00" (got by ${clean(finishBy)})`);
    return { finishBy };
  }
  const [, size = '', every = ''] = /^\s*(\d{1,9})\s*\/\s*(\S+)\s*$/.exec(text) ?? [];
  const gapMs = parseDuration(every);
  if (size === '' || gapMs === null)
    throw usage(
      `a pace is written size/gap, such as 50/20m, or an hour, 150/h, or by an end, "by 2026-12-01T17:00:00+01:00" (got ${clean(text)})`,
    );
  return { size: Number(size), every: formatDuration(gapMs) };
}

function readRamp(text: string): { readonly from: number; readonly factor: number } {
  const [, from = '', factor = ''] = /^\s*(\d{1,6})\s*x\s*(\d{1,3}(?:\.\d{1,4})?)\s*$/i.exec(text) ?? [];
  if (from === '') throw usage(`a ramp is written first batch x factor, such as 10x2 (got ${clean(text)})`);
  return { from: Number(from), factor: Number(factor) };
}

/** A pace as it is typed: what readPace reads. */
export function typedPace({ size, every, perHour, finishBy, ramp, jitter }: AskedPace): string {
  const form =
    perHour === undefined
      ? finishBy === undefined
        ? `${size}/${every}`
        : `"by ${finishBy}"`
      : `${perHour}/h`;
  const climbing = ramp === undefined ? '' : ` --ramp ${ramp.from}x${ramp.factor}`;
  return `${form}${climbing}${jitter === undefined ? '' : ` --jitter ${sayShare(jitter).replace(' ', '')}`}`;
}

/** "50 every 20 min" */
export function sayPace(pace: Pick<WirePace, 'size' | 'every'>): string {
  const gapMs = parseDuration(pace.every);
  return gapMs === null
    ? `${pace.size} every ${pace.every}`
    : describePace({ size: pace.size, gapMs } satisfies Pace);
}

/** The same with the form in which it was asked for: "5 every 2 min (150 an hour)". */
export function sayWholePace(pace: WirePace, zone: string, now: Date): string {
  const { perHour, finishBy, ramp, jitter } = pace;
  const asked = [
    ...(perHour === undefined ? [] : [`${count(perHour)} an hour`]),
    ...(finishBy === undefined ? [] : [`the last batch by ${shortClock(finishBy, zone, now)}`]),
    ...(ramp === undefined ? [] : [`from ${count(ramp.from)} on, each time ×${ramp.factor}`]),
    ...(jitter === undefined ? [] : [`gaps up to ${sayShare(jitter)} longer`]),
  ];
  return asked.length === 0 ? sayPace(pace) : `${sayPace(pace)} (${asked.join('; ')})`;
}
