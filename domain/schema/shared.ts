import { z } from 'zod';

/** An id as it comes and goes. */
export const idSchema = z.guid().toLowerCase().meta({
  description: 'A UUID',
  example: '0c8f2b58-9a53-4c0c-a4a2-0d0d7fd6a7b1',
});

/** An instant in an answer: RFC 3339, UTC. */
export const instantSchema = z.iso
  .datetime()
  .meta({ description: 'RFC 3339, UTC', example: '2026-12-01T07:00:00Z' });

/** An instant from a caller, with any offset; becomes milliseconds since 1970. */
export const instantInputSchema = z.iso
  .datetime({
    offset: true,
    error: 'write an instant as 2026-12-01T08:00:00+01:00 or 2026-12-01T07:00:00Z (RFC 3339)',
  })
  .transform((text) => Date.parse(text))
  .refine((at) => at >= 0 && at < Date.UTC(9999, 0), 'must be between the years 1970 and 9998')
  .meta({ description: 'RFC 3339, any offset', example: '2026-12-01T08:00:00+01:00' });

/** A duration in an answer: `90s`, `20m`, `1h30m`. */
export const durationSchema = z.string().meta({ description: 'Such as 90s, 20m, 1h30m, 2d', example: '20m' });

const controlCharacter = /\p{Cc}/u;

/** A name that people give to a thing: one line. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(200, 'a name has at most 200 characters')
  .refine((name) => !controlCharacter.test(name), 'a name has no line breaks or control characters');

/** Why somebody does something; kept in the history. An empty one counts as none. */
export const reasonSchema = z
  .string()
  .trim()
  .max(1_000, 'a reason has at most 1000 characters')
  .optional()
  .transform((reason) => (reason === undefined || reason === '' ? null : reason))
  .meta({ description: 'Why; kept in the history', example: 'the help desk is full' });

/** Query parameters of every list; spread into its z.strictObject. */
export const pagingFields = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'limit must be a whole number from 1 to 500')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 500, 'limit must be a whole number from 1 to 500')
    .default(50)
    .meta({
      description: 'How many items at most',
      example: 50,
      override: { type: 'integer', minimum: 1, maximum: 500, default: 50, pattern: undefined },
    }),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .meta({ description: '`next` of the page before; without it the list begins' }),
} as const;

/** A page of a list. */
export function listSchema<T extends z.ZodType>(item: T, id: string) {
  return z
    .strictObject({
      items: z.array(item),
      next: z.string().nullable().meta({ description: '`cursor` of the next page; null at the end' }),
    })
    .meta({ id });
}

/** `?flag=true`; absent counts as false. */
export const flagSchema = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
