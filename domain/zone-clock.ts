import type { Instant } from './instant.ts';

export const dayMs = 86_400_000;

/** A stretch of time in which a zone keeps one offset: wall clock = instant + `offsetMs`. `to` is not in it. */
export interface OffsetStretch {
  readonly from: Instant;
  readonly to: Instant;
  readonly offsetMs: number;
}

/** The wall clock of one IANA time zone. */
export interface ZoneClock {
  /** What the wall clock shows in a UTC day (days since 1970), in order: one stretch, two on a day with a change. */
  stretchesOf(day: number): readonly OffsetStretch[];
}

/**
 * The wall clock of a zone; the same one for the same name, because what it learned of the zone is worth keeping.
 * Throws a RangeError for a zone that ICU does not know. No zone has changed its clocks twice within a UTC day.
 */
export function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new IntlClock(timeZone);
  if (clocks.size >= maxClocks) clocks.clear();
  clocks.set(timeZone, clock);
  return clock;
}

/** More names than there are zones; names differ in case, so there could be any number. */
const maxClocks = 1_000;
const clocks = new Map<string, ZoneClock>();

class IntlClock implements ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** By UTC day, at its beginning. */
  readonly #offsets = new Map<number, number>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  }

  stretchesOf(day: number): readonly OffsetStretch[] {
    const from = day * dayMs;
    const to = from + dayMs;
    const before = this.#offsetAtStartOf(day);
    const after = this.#offsetAtStartOf(day + 1);
    if (before === after) return [{ from, to, offsetMs: before }];
    const change = this.#changeBetween(from, to, before);
    return [
      { from, to: change, offsetMs: before },
      { from: change, to, offsetMs: after },
    ];
  }

  #offsetAtStartOf(day: number): number {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    const offsetMs = this.#offsetAt(day * dayMs);
    if (this.#offsets.size >= maxDays) this.#offsets.clear();
    this.#offsets.set(day, offsetMs);
    return offsetMs;
  }

  /** The first whole second at which the offset is another than `before`. */
  #changeBetween(from: Instant, to: Instant, before: number): Instant {
    let early = from;
    let late = to;
    while (late - early > 1_000) {
      const middle = early + Math.floor((late - early) / 2_000) * 1_000;
      if (this.#offsetAt(middle) === before) early = middle;
      else late = middle;
    }
    return late;
  }

  /** "12/1/2026, GMT+01:00"; seconds where a zone had them (Monrovia until 1972). */
  #offsetAt(at: Instant): number {
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(at));
    if (match === null) throw new Error(`no offset in "${this.#format.format(at)}"`);
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match;
    const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -offsetMs : offsetMs;
  }
}

/** About ten years of days for each zone. */
const maxDays = 4_000;
