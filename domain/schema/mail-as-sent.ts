import { z } from 'zod';
import { stateSchema } from './recipient.ts';
import { idSchema, instantSchema } from './shared.ts';

export const mailAsSentSchema = z
  .strictObject({
    contactId: idSchema,
    state: stateSchema,
    at: instantSchema.nullable().meta({ description: 'When it was last handed over' }),
    messageId: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string().nullable(),
    html: z.string().nullable(),
    headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    attachments: z.array(
      z.strictObject({
        name: z.string().nullable(),
        type: z.string(),
        size: z.int(),
        sha256: z.string().meta({ description: 'Of the file, in hexadecimal' }),
      }),
    ),
    sizeBytes: z.int(),
  })
  .meta({
    id: 'MailAsSent',
    description:
      'Made again from the frozen content and the values of that time; every byte but a DKIM-Signature',
  });
