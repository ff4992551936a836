import type { Line } from '../terminal-text.ts';
import { zoneText } from '../zone-text.ts';

interface Ruled {
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly zone: string;
  readonly nowColumn: number | null;
  readonly column: (atMs: number) => number;
}

/** The line under the axis: "▲ now", and round times of the campaign's zone wherever they find room. */
export function axisLabels({ fromMs, toMs, width, zone, nowColumn, column }: Ruled): Line {
  let line = ' '.repeat(width);
  const put = (at: number, text: string): boolean => {
    const end = at + text.length;
    // A blank on each side keeps neighbours apart.
    if (at < 0 || end > width || line.slice(Math.max(0, at - 1), end + 1).trim() !== '') return false;
    line = line.slice(0, at) + text + line.slice(end);
    return true;
  };
  // At the right edge the word stands before its mark.
  if (nowColumn !== null && !put(nowColumn, '▲ now')) put(nowColumn - 4, 'now ▲');
  const stepMs = stepFor(toMs - fromMs, width);
  for (const atMs of roundInstants(fromMs, toMs, stepMs, zone))
    put(column(atMs), `╵${label(atMs, stepMs, toMs - fromMs, zone)}`);
  return [['dim', line.trimEnd()]];
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The smallest round step whose labels do not crowd. */
function stepFor(spanMs: number, width: number): number {
  const most = Math.max(1, Math.floor(width / 14));
  return steps.find((step) => spanMs / step <= most) ?? day * Math.ceil(spanMs / most / day);
}

const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((each) => each * second),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * minute),
  ...[1, 2, 3, 6, 12].map((each) => each * hour),
  ...[1, 2, 7, 14].map((each) => each * day),
];

/** Instants at which the clocks of the zone show a round time. */
function roundInstants(fromMs: number, toMs: number, stepMs: number, zone: string): number[] {
  const instants: number[] = [];
  const first = Math.ceil((fromMs + offsetMs(fromMs, zone)) / stepMs) * stepMs;
  for (let local = first; instants.length < 100; local += stepMs) {
    // The offset at that moment itself: across a change of the clocks 12:00 stays 12:00.
    const atMs = local - offsetMs(local - offsetMs(local, zone), zone);
    if (atMs > toMs) return instants;
    if (atMs >= fromMs) instants.push(atMs);
  }
  return instants;
}

function label(atMs: number, stepMs: number, spanMs: number, zone: string): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  if (stepMs < minute) return zoneText(atMs, zone, { ...time, second: '2-digit' });
  if (stepMs >= day) return zoneText(atMs, zone, { weekday: 'short', day: 'numeric' });
  const clock = zoneText(atMs, zone, time);
  return spanMs > 20 * hour ? `${zoneText(atMs, zone, { weekday: 'short' })} ${clock}` : clock;
}

function offsetMs(atMs: number, zone: string): number {
  const name = zoneText(atMs, zone, { timeZoneName: 'longOffset' });
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(name) ?? [];
  const ms = Number(hours) * hour + Number(minutes) * minute + Number(seconds) * second;
  return sign === '-' ? -ms : ms;
}
