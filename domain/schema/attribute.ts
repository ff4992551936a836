import { z } from 'zod';
import { attributeTypes } from '../attribute.ts';
import { columnKey, columnLimits } from '../csv-columns.ts';
import { nameSchema } from './shared.ts';

/** One value of an attribute in a request or answer; null: none. */
const attributeValueSchema = z.union([
  z.string().max(columnLimits.attribute),
  z.number(),
  z.boolean(),
  z.null(),
]);

export const attributeNameSchema = z
  .string()
  .min(1)
  .max(columnLimits.columnName)
  .refine(
    (name) => columnKey(name) === name,
    'an attribute name has lower-case letters, digits and _ between them',
  );

/** Attributes as they are stored and shown. */
export const attributesSchema = z.record(z.string(), attributeValueSchema);

/** Attributes to set; the ones that are not named stay. */
export const attributesPatchSchema = z.record(attributeNameSchema, attributeValueSchema).meta({
  description: 'Attributes to change; null removes one, the others stay',
  example: { category: 'A' },
});

export const attributeOwnerSchema = z
  .enum(['contact', 'customer', 'record'])
  .meta({ id: 'AttributeOwner', description: 'Whose attribute it is' });

const typeSchema = z
  .enum(attributeTypes)
  .meta({ id: 'AttributeType', description: 'What its values are', example: 'date' });

const choicesSchema = z
  .array(nameSchema)
  .min(1, 'a choice needs at least one choice')
  .max(200, 'a choice has at most 200 choices')
  .refine(
    (choices) => new Set(choices.map((choice) => choice.toLowerCase())).size === choices.length,
    'two of the choices differ in nothing but case; leave one out',
  )
  .meta({
    description: 'What a choice can be, in the order in which it is offered',
    example: ['A', 'B', 'C'],
  });

export const attributeDeclarationSchema = z
  .strictObject({
    type: typeSchema,
    label: nameSchema.optional().meta({ description: 'What people call it', example: 'Customer since' }),
    choices: choicesSchema.optional(),
  })
  .refine(({ type, choices }) => (type === 'choice') === (choices !== undefined), {
    path: ['choices'],
    error: 'a choice needs choices, and no other type has them',
  })
  .meta({ id: 'AttributeDeclaration' });

const attributeSchema = z
  .strictObject({
    owner: attributeOwnerSchema,
    name: z.string(),
    type: typeSchema,
    label: z.string().nullable(),
    choices: z.array(z.string()).nullable(),
    found: z.boolean().meta({ description: 'Found at an import and not yet confirmed by a person' }),
    createdBy: z.string(),
  })
  .meta({ id: 'Attribute', description: 'What is known of an attribute' });

export const declaredAttributeSchema = z
  .strictObject({
    ...attributeSchema.shape,
    converted: z.int().min(0).meta({ description: 'Stored values that got another type' }),
  })
  .meta({ id: 'DeclaredAttribute' });

export const attributeListSchema = z
  .strictObject({ items: z.array(attributeSchema), next: z.null() })
  .meta({ id: 'Attributes', description: 'All of them: nobody has so many that they need pages' });
