import { z } from 'zod';
import { idSchema, instantSchema, listSchema, nameSchema } from './shared.ts';

const name = nameSchema.meta({ description: 'The system that reports', example: 'Helpdesk' });

export const newResponseSourceSchema = z.strictObject({ name }).meta({ id: 'NewResponseSource' });

export const responseSourceSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    path: z
      .string()
      .meta({ description: 'Where it sends its webhooks', example: '/v1/response-webhooks/0c8f2b58-…' }),
    createdAt: instantSchema,
    createdBy: z.string(),
    revokedAt: instantSchema.nullable(),
  })
  .meta({ id: 'ResponseSource', description: 'A system that reports responses by signed webhooks' });

export const createdResponseSourceSchema = z
  .strictObject({
    ...responseSourceSchema.shape,
    secret: z.string().meta({
      description: 'What it signs with; shown only this once',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8I…',
    }),
  })
  .meta({ id: 'CreatedResponseSource' });

export const responseSourceListSchema = listSchema(responseSourceSchema, 'ResponseSourceList');
