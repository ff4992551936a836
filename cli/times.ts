import { zoneText } from './zone-text.ts';

/** The time of day, with the date when it is another day than `now`; in the zone that the campaign lives in. */
export function clock(instant: string | Date, zone: string, now: Date): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '—';
  const time = zoneText(at, zone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return dayOf(at, zone) === dayOf(now, zone) ? time : `${dayOf(at, zone)} ${time}`;
}

/**
 * The same moment in few columns: "16:40", "Thu 3 Dec 16:40", with the year when it is another one. Seconds only where they
 * matter, within an hour of `now`.
 */
export function shortClock(instant: string | Date, zone: string, now: Date): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '—';
  const near = Math.abs(at.getTime() - now.getTime()) < 3_600_000;
  const time = zoneText(at, zone, {
    hour: '2-digit',
    minute: '2-digit',
    ...(near ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  });
  if (dayOf(at, zone) === dayOf(now, zone)) return time;
  const sameYear = zoneText(at, zone, { year: 'numeric' }) === zoneText(now, zone, { year: 'numeric' });
  const day = dayOf(at, zone).replace(',', '');
  return `${sameYear ? day.replace(/ \d{4}$/, '') : day} ${time}`;
}

/** "in 6 min 12 s", "2 h 5 min ago", "now": the two largest units. */
export function relative(instant: string | Date, now: Date): string {
  const ms = new Date(instant).getTime() - now.getTime();
  const span = spanOf(Math.abs(ms));
  if (span === '0 s') return 'now';
  return ms > 0 ? `in ${span}` : `${span} ago`;
}

/** Whole seconds, never more than two units: "1 h 5 min". A countdown rounds up, so that "1 s" is followed by "now". */
export function spanOf(ms: number): string {
  let rest = Math.ceil(ms / 1000 - 0.05);
  const parts: string[] = [];
  for (const [seconds, unit] of units) {
    const whole = Math.floor(rest / seconds);
    rest -= whole * seconds;
    if (whole > 0) parts.push(`${whole} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? parts.join(' ') : '0 s';
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

function dayOf(at: Date, zone: string): string {
  return zoneText(at, zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
}
