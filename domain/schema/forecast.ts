import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { holidaysSchema, windowsSchema } from './calendar.ts';
import { capacityInputSchema } from './capacity.ts';
import { paceInputSchema, paceSchema } from './pace.ts';
import { idSchema, instantInputSchema, instantSchema } from './shared.ts';
import { timeZoneSchema } from './time-zone.ts';

const wholeNumber = (max: number, description: string, example: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from 1 to ${max}`)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, `must be a whole number from 1 to ${max}`)
    .optional()
    .meta({
      description,
      example,
      override: { type: 'integer', minimum: 1, maximum: max, pattern: undefined },
    });

const decimal = (description: string, example: number) =>
  z
    .string()
    .regex(/^\d{1,6}(\.\d{1,8})?$/, 'must be a number such as 0.1 or 2')
    .transform(Number)
    .optional()
    .meta({ description, example, override: { type: 'number', minimum: 0, pattern: undefined } });

/** What if: everything that is left out is as it is. */
export const forecastQuerySchema = z.strictObject({
  size: wholeNumber(100_000, 'As if the batch size were this; goes with every', 80),
  every: z
    .string()
    .max(50)
    .transform((text, context) => {
      const gapMs = parseDuration(text);
      if (gapMs !== null) return gapMs;
      context.addIssue({
        code: 'custom',
        message: `write the gap as 90s, 20m, 1h30m or 2d (got ${JSON.stringify(text)})`,
      });
      return z.NEVER;
    })
    .optional()
    .meta({
      description: 'As if the gap were this; goes with size',
      example: '15m',
      override: { type: 'string' },
    }),
  perHour: wholeNumber(6_000_000, 'As if so many an hour were sent', 150),
  finishBy: instantInputSchema.optional().meta({ description: 'As if it had to be finished by then' }),
  rampFrom: wholeNumber(100_000, 'As if the first batch were so large; goes with size and rampFactor', 10),
  rampFactor: decimal('As if each next batch were so many times as large; goes with rampFrom', 2),
  jitter: decimal('As if gaps were lengthened by up to this share of them', 0.1),
  startAt: instantInputSchema.optional().meta({ description: 'As if it started then' }),
  capacity: wholeNumber(100_000, 'As if so many responses might be open at once', 40),
});

/** What if, in the words of a campaign's body: everything that is left out is as it is. */
export const supposedSchema = z
  .strictObject({
    pace: paceInputSchema({}).optional(),
    startAt: instantInputSchema.optional(),
    timeZone: timeZoneSchema.optional(),
    windows: windowsSchema.optional(),
    holidays: holidaysSchema.optional(),
    capacity: capacityInputSchema
      .nullable()
      .optional()
      .meta({ description: 'null: as if it followed no responses' }),
  })
  .meta({ id: 'Supposed', description: 'As if the campaign were like this' });

const plannedBatchSchema = z
  .strictObject({
    batch: z.int(),
    at: instantSchema,
    size: z.int().meta({ description: 'Mails that leave before it ends or its window does' }),
  })
  .meta({ id: 'PlannedBatch', description: 'A batch to come; one that a window interrupts is listed twice' });

export const forecastSchema = z
  .strictObject({
    asOf: instantSchema,
    pace: paceSchema,
    batches: z.array(plannedBatchSchema).meta({ description: 'The first 1,000 to come' }),
    total: z.int().meta({ description: 'How many are to come, as far as they were counted' }),
    truncated: z.boolean().meta({ description: 'There are more than are listed' }),
    finishAt: instantSchema
      .nullable()
      .meta({ description: 'When the last mail will have left; null: see because' }),
    range: z.strictObject({ early: instantSchema, late: instantSchema }).nullable().meta({
      description: 'Without any more disturbance, and with as much as so far; null when there was none',
    }),
    because: z.string().nullable().meta({ description: 'Why the end cannot be known' }),
    assumptions: z.array(z.string()),
    responses: z
      .strictObject({
        limit: z.int(),
        peak: z.number().meta({ description: 'Highest expected number of open responses' }),
        peakAt: instantSchema,
        deviation: z.number().meta({ description: 'Standard deviation at the peak' }),
      })
      .nullable()
      .meta({ description: 'Expected open responses against the capacity; null without one' }),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Forecast', description: 'What the campaign will do if nobody steers it, by its own planner' });

export const forecastParamsSchema = z.strictObject({ campaignId: idSchema });
