import { z } from 'zod';
import { attributesPatchSchema, attributesSchema } from './attribute.ts';
import { textSchema } from './person-text.ts';
import { idSchema, instantSchema, listSchema, nameSchema, pagingFields } from './shared.ts';

const agentName = nameSchema
  .transform((name) => name.normalize('NFC'))
  .meta({ description: 'Unique; customers name it in their attribute `agent`', example: 'Paola Rossi' });
const emailSchema = z
  .string()
  .max(1_000)
  .nullable()
  .meta({ description: 'Null: none', example: 'rossi@example.com' });
const phoneSchema = textSchema.meta({ description: 'As mails show it', example: '+39 02 1234' });

export const agentSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    attributes: attributesSchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'Agent', description: 'Somebody of our own side who looks after customers' });

export const agentListSchema = listSchema(agentSchema, 'Agents');
export const agentQuerySchema = z.strictObject(pagingFields);

export const newAgentSchema = z
  .strictObject({
    name: agentName,
    email: emailSchema.default(null),
    phone: phoneSchema.default(null),
    attributes: attributesPatchSchema.default({}),
  })
  .meta({ id: 'NewAgent' });

export const agentPatchSchema = z
  .strictObject({
    name: agentName.optional(),
    email: emailSchema.optional(),
    phone: phoneSchema.optional(),
    attributes: attributesPatchSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'AgentPatch', description: 'What is left out stays; null clears' });
