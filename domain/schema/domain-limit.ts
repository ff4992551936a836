import { z } from 'zod';
import { durationSchema as durationInputSchema } from './duration.ts';
import { durationSchema } from './shared.ts';

const dayMs = 86_400_000;

const domainSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no domain; write it as gmail.com, an international one in its ASCII form (xn--…)`,
  })
  .meta({ description: 'What stands behind the @ of an address', example: 'gmail.com' });

const countSchema = z
  .int({ error: 'count must be a whole number of at least 1' })
  .min(1, { error: 'count must be at least 1; to send nothing to a domain, suppress its addresses' })
  .max(1_000_000)
  .meta({ description: 'Mails at most', example: 20 });

/** Limits of receiving domains, from a caller; `every` becomes `everyMs`. */
export const limitsSchema = z
  .array(
    z.strictObject({
      domain: domainSchema,
      count: countSchema,
      every: durationInputSchema({ minMs: 1_000, maxMs: 7 * dayMs, range: '1s to 7d' }).meta({
        description: 'In any stretch of time of this length',
        example: '10m',
      }),
    }),
  )
  .max(50, 'at most 50 limits')
  .superRefine((limits, context) => {
    for (const [index, { domain }] of limits.entries())
      if (limits.findIndex((other) => other.domain === domain) !== index)
        context.addIssue({
          code: 'custom',
          path: [index, 'domain'],
          message: `${domain} has a limit already; give each domain one`,
        });
  })
  .transform((limits) => limits.map(({ every: everyMs, ...limit }) => ({ ...limit, everyMs })))
  .meta({
    description: 'No more than so many mails to a domain; delays only its recipients, the others go on',
  });

export const shownLimitsSchema = z.array(
  z
    .strictObject({ domain: z.string(), count: z.int(), every: durationSchema })
    .meta({ id: 'DomainLimit', description: 'No more than so many mails to a domain' }),
);
