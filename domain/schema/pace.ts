import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { paceFormLimits, refuseAskedPace } from '../pace-form.ts';
import { paceLimits, refusePace } from '../pace.ts';
import { durationSchema, instantInputSchema, instantSchema } from './shared.ts';

const { minSize, maxSize } = paceLimits;
const { maxPerHour, minRampFactor, maxRampFactor, maxJitter } = paceFormLimits;

const sizeRefusal = ({ input }: { input?: unknown }): string =>
  typeof input === 'number' && Number.isInteger(input)
    ? `pace size must be ${minSize}–${maxSize} (got ${input}); to stop sending, pause the campaign`
    : `pace size must be a whole number from ${minSize} to ${maxSize}`;

/** Batch size of a caller. */
const sizeInputSchema = z
  .int({ error: sizeRefusal })
  .min(minSize, { error: sizeRefusal })
  .max(maxSize, { error: sizeRefusal })
  .meta({ description: 'Mails of one batch; goes with every', example: 50 });

/** Gap of a caller; becomes milliseconds. */
const gapInputSchema = z
  .string()
  .max(50)
  .transform((text, context) => {
    const gapMs = parseDuration(text);
    const refusal =
      gapMs === null
        ? `write the gap as 90s, 20m, 1h30m or 2d (got ${JSON.stringify(text)})`
        : refusePace({ size: minSize, gapMs });
    if (gapMs !== null && refusal === null) return gapMs;
    context.addIssue({ code: 'custom', message: refusal ?? '' });
    return z.NEVER;
  })
  .meta({
    description: 'From the start of one batch to the start of the next: 90s, 20m, 1h30m; 1s–366d',
    example: '20m',
  });

const rampFields = {
  from: z.int().min(minSize).max(maxSize).meta({ description: 'Mails of the first batch', example: 10 }),
  factor: z
    .number()
    .min(minRampFactor)
    .max(maxRampFactor)
    .meta({ description: 'How many times as large each next batch is, up to size', example: 2 }),
} as const;

const jitterSchema = z.number().min(0).max(maxJitter).meta({
  description: 'Lengthens each gap by up to this share of it, differently for each batch; never shortens one',
  example: 0.1,
});

const perHourSchema = z
  .int()
  .min(1)
  .max(maxPerHour)
  .meta({ description: 'Mails an hour, spread evenly', example: 150 });

const paceInputFields = {
  size: sizeInputSchema.optional(),
  every: gapInputSchema.optional(),
  perHour: perHourSchema.optional(),
  finishBy: instantInputSchema
    .optional()
    .meta({ description: 'The last batch begins by then', example: '2026-12-01T17:00:00+01:00' }),
  ramp: z
    .strictObject(rampFields)
    .optional()
    .meta({ description: 'Start small and grow to size; goes with size and every' }),
  jitter: jitterSchema.optional(),
} as const;

/** A pace from a caller, in exactly one form, with what else belongs to the same object. */
export function paceInputSchema<T extends z.core.$ZodLooseShape>(beside: T) {
  return z.strictObject({ ...paceInputFields, ...beside }).superRefine((body, context) => {
    const { size, every: gapMs, perHour, finishBy, ramp, jitter } = body as AskedFields;
    const refusal = refuseAskedPace({ size, gapMs, perHour, finishBy, ramp, jitter });
    if (refusal !== null) context.addIssue({ code: 'custom', message: refusal, path: pathOf(body) });
  });
}

type AskedFields = z.output<z.ZodObject<typeof paceInputFields>>;

/** Where the fault most likely is. */
function pathOf(body: object): string[] {
  if ('size' in body && !('every' in body)) return ['every'];
  if ('every' in body && !('size' in body)) return ['size'];
  return [];
}

/** The pace as answers carry it: always size and gap, beside them what was asked for. */
export const paceSchema = z
  .strictObject({
    size: z.int().meta({ example: 50 }),
    every: durationSchema,
    perHour: perHourSchema.optional(),
    finishBy: instantSchema.optional(),
    ramp: z.strictObject(rampFields).optional(),
    jitter: jitterSchema.optional(),
  })
  .meta({ id: 'Pace', description: 'Batch size and gap, and the form in which they were asked for' });
