import { z } from 'zod';
import { madeUpPersonSchema } from './contact.ts';
import { identityInputSchema } from './identity.ts';
import { replySchema } from './recipient.ts';
import { responseLinksSchema } from './response-link.ts';
import { idSchema, nameSchema } from './shared.ts';
import { signatureInputSchema } from './signature.ts';
import { contentInputSchema } from './template.ts';

export const previewRequestSchema = z
  .strictObject({
    identity: identityInputSchema,
    content: contentInputSchema,
    signature: signatureInputSchema.default(null),
    responseLinks: responseLinksSchema.default([]),
    campaignId: idSchema
      .optional()
      .meta({ description: 'The campaign whose time zone, documents and linked records the mail has' }),
    campaignName: nameSchema
      .optional()
      .meta({ description: 'What `campaign.name` says; the campaign’s when left out' }),
    contactId: idSchema.optional().meta({ description: 'A person to fill it with' }),
    contact: madeUpPersonSchema
      .optional()
      .meta({ description: 'A made-up person to fill it with; values that are missing are marked' }),
  })
  .refine(({ contactId, contact }) => contactId === undefined || contact === undefined, {
    path: ['contact'],
    error: 'give contactId or contact, not both',
  })
  .meta({ id: 'PreviewRequest' });

const warningSchema = z
  .strictObject({ code: z.string(), field: z.string().nullable(), text: z.string() })
  .meta({ id: 'PreviewWarning', description: 'Worth a look before sending' });

export const previewSchema = z
  .strictObject({
    subject: z.string(),
    html: z.string().nullable(),
    text: z.string().nullable(),
    headers: z
      .array(z.strictObject({ name: z.string(), value: z.string() }))
      .meta({ description: 'As they go over the wire, unfolded' }),
    sizeBytes: z.int(),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Preview' });

export const testSendRequestSchema = z
  .strictObject({
    to: z
      .array(z.string().max(1_000))
      .min(1, 'give at least one address')
      .max(20, 'a test goes to at most 20 addresses')
      .meta({ description: 'Addresses', example: ['it@example.com'] }),
  })
  .meta({ id: 'TestSendRequest' });

export const testSendSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        to: z.string(),
        outcome: z.enum(['accepted', 'refused', 'deferred', 'notSent', 'unknown']),
        reply: replySchema.nullable(),
        text: z.string().nullable().meta({ description: 'What was seen when there was no reply' }),
        warnings: z.array(warningSchema),
      }),
    ),
  })
  .meta({ id: 'TestSend', description: 'What became of each test mail' });
