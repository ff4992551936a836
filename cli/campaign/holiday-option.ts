import { resolve } from 'node:path';
import type { HolidaysRead } from '../answers.ts';
import type { Session } from '../command.ts';
import { usage } from '../failure.ts';
import { plural } from '../numbers.ts';
import { readText } from '../read-text.ts';
import { clean } from '../terminal-text.ts';

/**
 * The days of `--holidays`: dates with commas, or calendar files, which the server reads. Says what it found in a file, and what it
 * could not read: a holiday that is missed in silence sends mail on that day.
 */
export async function readHolidayOptions(texts: readonly string[], session: Session): Promise<string[]> {
  const days: string[] = [];
  for (const text of texts)
    days.push(
      ...(/\.ics$/i.test(text.trim()) ? await readCalendarFile(text.trim(), session) : readDates(text)),
    );
  return [...new Set(days)].sort();
}

function readDates(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((day) => {
      if (/^\d{4}-\d\d-\d\d$/.test(day)) return day;
      throw usage(
        `holidays are dates, such as 2026-12-25,2027-01-01, or a calendar file (.ics) (got ${clean(day)})`,
      );
    });
}

async function readCalendarFile(path: string, session: Session): Promise<string[]> {
  const ics = readText(resolve(session.surroundings.folder, path));
  const { dates, from, to, timed, notRead } = await session.api.send<HolidaysRead>('POST', '/v1/holidays', {
    body: { ics },
  });
  const left = timed === 0 ? '' : `; ${plural(timed, 'event')} with a time of day left out`;
  session.say(`${clean(path)}: ${plural(dates.length, 'holiday')} from ${from} to ${to}${left}`);
  for (const { summary, reason } of notRead) session.say(`  not read: ${clean(summary)}: ${clean(reason)}`);
  return dates;
}
