import { z } from 'zod';
import { deliveryStates } from '../delivery-state.ts';
import { idSchema, instantSchema, listSchema, pagingFields, reasonSchema } from './shared.ts';

export const stateSchema = z.enum(deliveryStates).meta({ id: 'DeliveryState' });

export const replySchema = z
  .strictObject({
    code: z.int().meta({ example: 550 }),
    enhanced: z.string().nullable().meta({ description: 'RFC 3463', example: '5.1.1' }),
    text: z.string(),
  })
  .meta({ id: 'Reply', description: 'What the relay said' });

const rowFields = {
  contactId: idSchema,
  email: z.string().meta({ description: 'Where the mail goes; frozen at the start' }),
  name: z.string().nullable(),
  state: stateSchema,
  position: z.int(),
  batch: z.int().nullable(),
  sendingAt: instantSchema.nullable(),
  settledAt: instantSchema.nullable(),
  nextAttemptAt: instantSchema.nullable(),
  messageId: z.string().meta({ description: 'The Message-ID of this mail, the same at every attempt' }),
  reply: replySchema.nullable(),
  reason: z.strictObject({ code: z.string(), text: z.string() }).nullable(),
} as const;

export const recipientSchema = z
  .strictObject({ ...rowFields, attempts: z.int().meta({ description: 'How many' }) })
  .meta({ id: 'Recipient' });

export const recipientListSchema = listSchema(recipientSchema, 'Recipients');

export const recipientQuerySchema = z.strictObject({ ...pagingFields, state: stateSchema.optional() });

export const explanationSchema = z
  .strictObject({
    ...rowFields,
    sentence: z.string().meta({ description: 'What became or will become of this mail, and why' }),
    checks: z.array(
      z.strictObject({
        check: z.enum([
          'audience',
          'suppression',
          'consent',
          'document',
          'template',
          'cap',
          'campaignGate',
          'mainGate',
          'relay',
          'window',
          'limit',
          'capacity',
        ]),
        passed: z.boolean(),
        evidence: z.string(),
      }),
    ),
    attempts: z.array(
      z.strictObject({
        at: instantSchema,
        outcome: z.string().meta({ description: 'The state that it led to' }),
        reply: replySchema.nullable(),
        text: z.string().nullable().meta({ description: 'What was seen when there was no reply' }),
      }),
    ),
    expected: z
      .strictObject({ batch: z.int(), at: instantSchema })
      .nullable()
      .meta({ description: 'By the plan, if nothing changes; null when nothing will leave as things are' }),
  })
  .meta({ id: 'RecipientExplanation' });

export const settlementSchema = z
  .strictObject({
    as: z.enum(['sent', 'notSent']).meta({ description: 'notSent puts it back into the plan' }),
    reason: reasonSchema,
  })
  .meta({ id: 'Settlement' });
