import { z } from 'zod';
import { refuseWindow, weekdays } from '../calendar.ts';

const quoted = (input: unknown): string => JSON.stringify(input) ?? 'nothing';

const daySchema = z
  .enum(weekdays, { error: ({ input }) => `a day is one of ${weekdays.join(', ')} (got ${quoted(input)})` })
  .meta({ id: 'Weekday' });

const fromSchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
    abort: true,
    error: ({ input }) => `write the beginning as 08:00, from 00:00 to 23:59 (got ${quoted(input)})`,
  })
  .meta({ description: 'Wall clock of the time zone, HH:MM; in the window', example: '08:00' });

const toSchema = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    abort: true,
    error: ({ input }) => `write the end as 17:00, from 00:01 to 24:00 (got ${quoted(input)})`,
  })
  .meta({
    description: 'Wall clock of the time zone, HH:MM up to 24:00; not in the window',
    example: '17:00',
  });

/** When mails may leave, on some days of the week; days that are named twice count once. */
export const windowSchema = z
  .strictObject({
    days: z
      .array(daySchema)
      .max(50, { error: ({ input }) => `a week has seven days (got ${lengthOf(input)})` })
      .overwrite((days) => weekdays.filter((day) => days.includes(day)))
      .meta({ description: 'Days of the week', example: ['mon', 'tue', 'wed', 'thu', 'fri'] }),
    from: fromSchema,
    to: toSchema,
  })
  .superRefine((window, context) => {
    const refusal = refuseWindow(window);
    if (refusal === null) return;
    const field = window.days.length === 0 ? 'days' : 'to';
    context.addIssue({ code: 'custom', message: refusal, path: [field] });
  })
  .meta({ id: 'SendingWindow', description: 'When mails may leave, in the time zone of the campaign' });

const maxWindows = 50;

/** Windows of a campaign; none: always. */
export const windowsSchema = z
  .array(windowSchema)
  .max(maxWindows, {
    error: ({ input }) => `at most ${maxWindows} windows (got ${lengthOf(input)}); join some`,
  })
  .meta({ description: 'When mails may leave; they may touch and overlap. None: always' });

const maxHolidays = 1_000;

const holidaySchema = z.iso
  .date({ error: ({ input }) => `write a holiday as a date, 2026-12-25 (got ${quoted(input)})` })
  .refine((date) => date >= '1970-01-01' && date <= '9998-12-31', {
    error: ({ input }) => `a holiday is between the years 1970 and 9998 (got ${quoted(input)})`,
  });

/** Holidays of a campaign, ascending; days that are named twice count once. */
export const holidaysSchema = z
  .array(holidaySchema)
  .max(maxHolidays, {
    error: ({ input }) =>
      `at most ${maxHolidays} holidays (got ${lengthOf(input)}); leave out those of past years`,
  })
  .overwrite((dates) => [...new Set(dates)].sort())
  .meta({
    description: 'Whole days in the time zone of the campaign on which nothing leaves',
    example: ['2026-12-25'],
  });

function lengthOf(input: unknown): number {
  return Array.isArray(input) ? input.length : 0;
}
