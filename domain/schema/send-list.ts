import { z } from 'zod';
import { maxParts, sendListOrders } from '../send-list.ts';
import { campaignStateSchema, countsSchema } from './campaign.ts';
import { idSchema, instantSchema, reasonSchema } from './shared.ts';

export const sendListSchema = z
  .strictObject({
    campaign: idSchema,
    state: campaignStateSchema,
    laidOutAt: instantSchema
      .nullable()
      .meta({ description: 'When the audience was frozen; null: there is no list yet' }),
    counts: countsSchema,
  })
  .meta({ id: 'SendList', description: 'Who is meant, laid out before the start or frozen by it' });

export const positionChangeSchema = z
  .strictObject({
    before: idSchema.optional().meta({ description: 'The contact before whom it is put' }),
    to: z.enum(['first', 'last']).optional(),
    reason: reasonSchema,
  })
  .refine(
    ({ before, to }) => (before === undefined) !== (to === undefined),
    'say where to: "before" (the id of another recipient) or "to" ("first" or "last"), one of them',
  )
  .meta({ id: 'PositionChange' });

export const orderChangeSchema = z
  .strictObject({
    by: z.enum(sendListOrders).meta({
      description: 'random: the order of the snapshot, in which every batch is a fair sample',
    }),
    reason: reasonSchema,
  })
  .meta({ id: 'OrderChange' });

export const splitSchema = z
  .strictObject({
    size: z.int().min(1).max(1_000_000).optional().meta({ description: 'So many people in each part' }),
    parts: z
      .int()
      .min(2)
      .max(maxParts)
      .optional()
      .meta({ description: 'So many parts, as even as possible' }),
    reason: reasonSchema,
  })
  .refine(
    ({ size, parts }) => (size === undefined) !== (parts === undefined),
    'say how to split: "size" or "parts", one of them',
  )
  .meta({ id: 'Split' });

export const splitDoneSchema = z
  .strictObject({
    ...sendListSchema.shape,
    parts: z.array(z.strictObject({ campaign: idSchema, count: z.int() })).meta({
      description: 'The drafts that were made; the first part stayed in the campaign',
    }),
  })
  .meta({ id: 'SplitDone' });
