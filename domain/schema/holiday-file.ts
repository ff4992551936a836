import { z } from 'zod';

const date = z.iso.date();
const asked = z.iso
  .date({ error: ({ input }) => `write a day as a date, such as 2026-12-25 (got ${JSON.stringify(input)})` })
  .refine((day) => day >= '1970-01-01' && day <= '9990-12-31', {
    error: ({ input }) => `a day is between the years 1970 and 9990 (got ${JSON.stringify(input)})`,
  });

/** A calendar file of holidays, and the days between which they are wanted. */
export const holidayFileSchema = z
  .strictObject({
    ics: z
      .string()
      .min(1, 'the file is empty; export the calendar of holidays as iCalendar (.ics)')
      .meta({ description: 'The text of an iCalendar file (RFC 5545)' }),
    from: asked
      .optional()
      .meta({ description: 'First day; today (UTC) when left out', example: '2026-12-01' }),
    to: asked.optional().meta({
      description: 'Last day; the end of the year after the next one when left out',
      example: '2027-12-31',
    }),
  })
  .meta({ id: 'HolidayFile' });

const count = z.int().min(0);
export const holidaysReadSchema = z
  .strictObject({
    dates: z
      .array(date)
      .meta({ description: "Ascending, each once: a campaign's holidays", example: ['2026-12-25'] }),
    from: date,
    to: date,
    read: count.meta({ description: 'Whole-day events that were read, also those before and after' }),
    timed: count.meta({ description: 'Events with a time of day: appointments, no holidays' }),
    cancelled: count,
    notRead: z
      .array(z.strictObject({ summary: z.string(), reason: z.string() }))
      .meta({ description: 'Events that could not be read, or not wholly' }),
  })
  .meta({ id: 'HolidaysRead', description: 'The holidays of a calendar file' });
