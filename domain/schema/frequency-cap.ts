import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { durationSchema as shownDurationSchema, instantSchema } from './shared.ts';

const count = z.int().min(1).max(10_000).meta({ description: 'How many mails at most', example: 2 });
const minute = 60_000;

export const frequencyCapInputSchema = z
  .strictObject({
    count,
    per: durationSchema({ minMs: minute, maxMs: 366 * 1_440 * minute, range: '1m to 366d' }).meta({
      description: 'In any stretch of time as long as this',
      example: '7d',
    }),
  })
  .meta({ id: 'FrequencyCapInput' });

export const frequencyCapSchema = z
  .strictObject({
    stream: z.string(),
    count: z.int(),
    per: shownDurationSchema,
    changedBy: z.string(),
    changedAt: instantSchema,
  })
  .meta({
    id: 'FrequencyCap',
    description: 'How many mails of a stream one person gets at most, over all campaigns',
  });

export const frequencyCapListSchema = z
  .strictObject({ items: z.array(frequencyCapSchema), next: z.null() })
  .meta({ id: 'FrequencyCaps' });
