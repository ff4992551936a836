import { z } from 'zod';
import { replySchema, stateSchema } from './recipient.ts';
import {
  flagSchema,
  idSchema,
  instantInputSchema,
  instantSchema,
  listSchema,
  pagingFields,
} from './shared.ts';

const whoSchema = z.strictObject({ id: idSchema, name: z.string().nullable() });

const carriedDocumentSchema = z
  .strictObject({
    id: idSchema,
    title: z.string(),
    version: z.int(),
    name: z.string(),
    as: z.enum(['attachment', 'link', 'body']).nullable(),
    forced: z
      .strictObject({ by: z.string(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'By whom it was sent although the person had it' }),
  })
  .meta({ id: 'CarriedDocument' });

export const sentMailSchema = z
  .strictObject({
    at: instantSchema
      .nullable()
      .meta({ description: 'When it was handed over, skipped or cancelled; null while it is to come' }),
    contact: z.strictObject({ id: idSchema, email: z.string(), name: z.string().nullable() }),
    customer: whoSchema
      .nullable()
      .meta({ description: 'The one that the person belonged to when the mail was made' }),
    campaign: z.strictObject({ id: idSchema, name: z.string(), stream: z.string() }),
    createdBy: z.string().meta({ description: 'Who wrote the campaign' }),
    startedBy: z.string().nullable(),
    startedAt: instantSchema.nullable(),
    state: stateSchema,
    batch: z.int().nullable(),
    messageId: z.string(),
    reply: replySchema.nullable(),
    reason: z.strictObject({ code: z.string(), text: z.string() }).nullable(),
    bounce: z
      .strictObject({ at: instantSchema, ...replySchema.shape })
      .nullable()
      .meta({ description: 'The refusal, when it failed by one' }),
    complainedAt: instantSchema.nullable(),
    forced: z.strictObject({ by: z.string(), reason: z.string().nullable() }).nullable(),
    documents: z.array(carriedDocumentSchema),
  })
  .meta({ id: 'SentMail', description: 'One mail of one campaign to one person' });

export const sentMailListSchema = listSchema(sentMailSchema, 'SentMails');

const filterFields = {
  from: instantInputSchema.optional().meta({ description: 'Not before this instant' }),
  to: instantInputSchema.optional().meta({ description: 'Before this instant' }),
  state: stateSchema.optional(),
  stream: z.string().min(1).max(100).optional(),
  campaign: idSchema.optional(),
  document: idSchema.optional().meta({ description: 'Only mails that carried this document' }),
} as const;

const titleField = {
  title: flagSchema.meta({ description: 'true: all versions of the document, by its title' }),
} as const;

export const mailFilterSchema = z.strictObject(filterFields);
export const mailQuerySchema = z.strictObject({ ...pagingFields, ...filterFields });
export const documentMailFilterSchema = z.strictObject({ ...titleField, ...filterFields });
export const documentMailQuerySchema = z.strictObject({ ...pagingFields, ...titleField, ...filterFields });

export const activitySchema = z
  .strictObject({
    at: instantSchema,
    mark: z.string().meta({ example: 'serial mail' }),
    campaign: z.strictObject({ id: idSchema, name: z.string() }),
    contact: z.strictObject({ id: idSchema, email: z.string(), name: z.string().nullable() }),
  })
  .meta({ id: 'Activity', description: 'An entry on a person, a customer or a record' });

export const activityListSchema = listSchema(activitySchema, 'Activities');
