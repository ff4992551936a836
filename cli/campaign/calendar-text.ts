import type { Campaign } from '../answers.ts';
import { count, plural } from '../numbers.ts';
import { clean } from '../terminal-text.ts';
import { sayWorkingHours } from '../working-hours.ts';
import { zoneText } from '../zone-text.ts';

/** "mon-fri 08:00-17:00, sat 09:00-12:00 (Europe/Berlin)"; null: at any time. */
export function sayWindows({ windows, timeZone }: Campaign): string | null {
  if (windows.length === 0) return null;
  return `${windows.map(sayWorkingHours).join(', ')} (${clean(timeZone)})`;
}

/** "2026-12-25, 2026-12-26, 2027-01-01 and 9 more"; null: none. Days are those of the campaign's zone. */
export function sayHolidays({ holidays, timeZone }: Campaign, now: Date): string | null {
  if (holidays.length === 0) return null;
  const today = dayIn(timeZone, now);
  const coming = holidays.filter((day) => day >= today);
  if (coming.length === 0) return `${plural(holidays.length, 'day')}, all past`;
  if (coming.length <= shown) return coming.join(', ');
  return `${coming.slice(0, shown).join(', ')} and ${count(coming.length - shown)} more`;
}

const shown = 3;

/** YYYY-MM-DD in a zone. */
function dayIn(zone: string, now: Date): string {
  const day = zoneText(now, zone, { day: '2-digit', month: '2-digit', year: 'numeric' });
  return day.split('/').reverse().join('-');
}
