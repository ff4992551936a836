import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { timeZoneSchema } from './time-zone.ts';

const controls = /[^\P{Cc}\n\t]/u;

function textSchema(max: number, lines: boolean) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(
      (text) => !controls.test(text) && (lines || !/[\n\t]/.test(text)),
      'no control characters, and line breaks in the description only',
    )
    .refine(
      (text) => !/\{\{|\{%/.test(text),
      'a calendar entry is the same for everybody: it has no merge fields',
    );
}

const instant = z.iso
  .datetime({
    offset: true,
    error: 'write an instant as 2026-12-05T18:00:00+01:00 or 2026-12-05T17:00:00Z (RFC 3339)',
  })
  .meta({ description: 'RFC 3339, any offset', example: '2026-12-05T18:00:00+01:00' });

function lengthSchema(range: string, maxMs: number) {
  return z.string().refine((text) => {
    const ms = parseDuration(text);
    return ms !== null && ms >= 60_000 && ms <= maxMs && ms % 60_000 === 0;
  }, `must be whole minutes, ${range}, like 15m, 2h or 1d`);
}

const day = 86_400_000;

/** An appointment that goes with a mail, into the recipient's calendar. */
export const calendarEntrySchema = z
  .strictObject({
    summary: textSchema(200, false).meta({ description: 'What it is', example: 'Server upgrade' }),
    start: instant,
    end: instant.optional(),
    duration: lengthSchema('1m to 30d', 30 * day)
      .optional()
      .meta({ description: 'In place of `end`', example: '2h' }),
    timeZone: timeZoneSchema.optional().meta({
      description:
        'In which merge fields say the time to people whose own zone is not known; the campaign’s when left out',
    }),
    location: textSchema(300, false).optional(),
    description: textSchema(5_000, true).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(1_000)
      .optional(),
    reminder: lengthSchema('1m to 30d', 30 * day)
      .optional()
      .meta({ description: 'How long before the start', example: '15m' }),
  })
  .superRefine(({ start, end, duration }, context) => {
    if ((end === undefined) === (duration === undefined))
      context.addIssue({ code: 'custom', path: ['end'], message: 'give either end or duration' });
    else if (end !== undefined && Date.parse(end) <= Date.parse(start))
      context.addIssue({ code: 'custom', path: ['end'], message: 'the end is after the start' });
  })
  .meta({ id: 'CalendarEntry', description: 'An appointment for the recipients’ calendars' });

export type CalendarEntry = z.infer<typeof calendarEntrySchema>;
