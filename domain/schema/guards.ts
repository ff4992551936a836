import { z } from 'zod';
import { formatDuration } from '../duration.ts';
import { defaultGuards, guardNames, type Guards } from '../guards.ts';
import { durationSchema as durationInput } from './duration.ts';
import { durationSchema } from './shared.ts';

const day = 86_400_000;
const lasting = durationInput({ minMs: 1_000, maxMs: 366 * day, range: '1s–366d' });

const shareSchema = z
  .number()
  .gt(0, 'a share is above 0 and at most 1, such as 0.08 for 8 %; null switches the guard off')
  .max(1, 'a share is above 0 and at most 1, such as 0.08 for 8 %; null switches the guard off')
  .meta({ description: 'The campaign is held when this share is reached', example: 0.08 });
const windowSchema = z.int().min(1).max(10_000);
const limitSchema = (of: string) =>
  z.strictObject({ share: shareSchema, of: windowSchema.meta({ description: of, example: 100 }) }).nullable();

const lastAttempts = 'Of the last so many attempts; fewer are counted as so many';
const fields = {
  hardBounces: limitSchema(lastAttempts).optional().meta({
    description: 'Refusals that say that the address will never take mail; default 0.08 of the last 100',
  }),
  complaints: limitSchema('Of all who were mailed; fewer are counted as so many').optional().meta({
    description: 'People who complained; default 0.003 of 1000; warns from a third of it on',
  }),
  deferrals: limitSchema(lastAttempts).optional().meta({
    description: '"Come again later"; default 0.6 of the last 200',
  }),
  overCapacity: z
    .strictObject({ after: lasting.meta({ description: 'Without a break', example: '30m' }) })
    .nullable()
    .optional()
    .meta({ description: 'More open responses than the capacity; default after 30m' }),
  behindPlan: z
    .strictObject({ by: lasting.meta({ description: 'So late', example: '4h' }) })
    .nullable()
    .optional()
    .meta({
      description: 'The next batch is late with nothing that closed the campaign; default null (off)',
    }),
} as const;

/** Thresholds from a caller: what is left out is the default, null is off. */
export const guardsInputSchema = z
  .strictObject(fields)
  .meta({ id: 'GuardsInput', description: 'What is left out is the default; null switches a guard off' });

/** Body of a change while the campaign runs: the thresholds as a whole, and why. */
export const guardFields = fields;

/** All thresholds, defaults filled in. */
export function completeGuards(input: z.output<typeof guardsInputSchema>): Guards {
  const { hardBounces, complaints, deferrals, overCapacity, behindPlan } = input;
  return {
    hardBounces: hardBounces === undefined ? defaultGuards.hardBounces : hardBounces,
    complaints: complaints === undefined ? defaultGuards.complaints : complaints,
    deferrals: deferrals === undefined ? defaultGuards.deferrals : deferrals,
    overCapacity:
      overCapacity === undefined
        ? defaultGuards.overCapacity
        : overCapacity && { afterMs: overCapacity.after },
    behindPlan: behindPlan === undefined ? defaultGuards.behindPlan : behindPlan && { byMs: behindPlan.by },
  };
}

const limitAnswer = z.strictObject({ share: z.number(), of: z.int() }).nullable();
export const guardsSchema = z
  .strictObject({
    hardBounces: limitAnswer,
    complaints: limitAnswer,
    deferrals: limitAnswer,
    overCapacity: z.strictObject({ after: durationSchema }).nullable(),
    behindPlan: z.strictObject({ by: durationSchema }).nullable(),
  })
  .meta({ id: 'Guards', description: 'When the campaign holds itself; null: this guard is off' });

export function showGuards(guards: Guards): z.output<typeof guardsSchema> {
  const { overCapacity, behindPlan, ...limits } = guards;
  return {
    ...limits,
    overCapacity: overCapacity && { after: formatDuration(overCapacity.afterMs) },
    behindPlan: behindPlan && { by: formatDuration(behindPlan.byMs) },
  };
}

export const warningSchema = z
  .strictObject({
    guard: z.enum(guardNames),
    value: z.number().meta({ description: 'A share, or milliseconds' }),
    threshold: z.number().meta({ description: 'At which the campaign is held' }),
    sentence: z.string().meta({
      example: "hard bounces 5 of the last 100 (5 %), threshold 8 %: check the list's age and source",
    }),
  })
  .meta({ id: 'Warning', description: 'A guard sees its threshold coming' });
