import { z } from 'zod';
import { attributesPatchSchema, attributesSchema } from './attribute.ts';
import { externalIdSchema, searchSchema } from './person-text.ts';
import { idSchema, instantSchema, listSchema, nameSchema, pagingFields } from './shared.ts';

/** Composed, as searches are: two writings of one name would be two customers. */
const customerName = nameSchema
  .transform((name) => name.normalize('NFC'))
  .meta({ description: 'Unique', example: 'Nordwind GmbH' });

export const customerSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    externalId: z.string().nullable(),
    attributes: attributesSchema.meta({ description: '`agent` is the name of the agent who looks after it' }),
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'Customer', description: 'An organisation that contacts belong to' });

export const customerListSchema = listSchema(customerSchema, 'Customers');

export const customerQuerySchema = z.strictObject({
  ...pagingFields,
  q: searchSchema.meta({ description: 'The beginning of the name or of the external id', example: 'nord' }),
});

export const newCustomerSchema = z
  .strictObject({
    name: customerName,
    externalId: externalIdSchema.default(null),
    attributes: attributesPatchSchema.default({}),
  })
  .meta({ id: 'NewCustomer' });

export const customerPatchSchema = z
  .strictObject({
    name: customerName.optional(),
    externalId: externalIdSchema.optional(),
    attributes: attributesPatchSchema.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .meta({ id: 'CustomerPatch', description: 'What is left out stays; null clears' });
