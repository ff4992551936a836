import { z } from 'zod';
import { isTimeZone, readLanguage } from '../csv-columns.ts';
import { attributesPatchSchema, attributesSchema } from './attribute.ts';
import { externalIdSchema, searchSchema, textSchema } from './person-text.ts';
import { idSchema, instantSchema, listSchema, pagingFields } from './shared.ts';

const count = z.int().min(0);

export const contactImportSchema = z
  .strictObject({
    id: idSchema,
    kind: z.enum(['contacts', 'customers', 'records']),
    source: z
      .string()
      .nullable()
      .meta({ description: 'Name of the import source; null: none, or it is gone' }),
    sheet: z.string().nullable().meta({ description: 'Of a workbook' }),
    state: z.enum(['running', 'done', 'failed']),
    read: count.meta({ description: 'Rows read; always created + updated + rejected' }),
    created: count,
    updated: count,
    unchanged: count.meta({ description: 'Of the updated rows, those after which nothing differed' }),
    rejected: count,
    failure: z
      .string()
      .nullable()
      .meta({ description: 'Why it ended before the end of the file; null when it did not' }),
    startedBy: z.string(),
    startedAt: instantSchema,
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'ContactImport' });

export const contactImportListSchema = listSchema(contactImportSchema, 'ContactImports');

export const rejectSchema = z
  .strictObject({
    line: z.int().meta({ description: 'Line of the file on which the row begins; the first line is 1' }),
    column: z
      .string()
      .nullable()
      .meta({ description: 'As written in the header; null when it is the row as a whole' }),
    reason: z.string(),
  })
  .meta({ id: 'ContactImportReject' });

export const rejectListSchema = listSchema(rejectSchema, 'ContactImportRejects');

const languageSchema = z
  .string()
  .refine((text) => readLanguage(text) !== null, 'is no language tag; write for example de or en-GB')
  .transform(readLanguage)
  .nullable();

const timeZoneSchema = z
  .string()
  .refine(isTimeZone, 'is no time zone; write for example Europe/Berlin')
  .nullable();

export const contactSchema = z
  .strictObject({
    id: idSchema,
    email: z.string().meta({ description: 'As first written; mails go here', example: 'Jo.Doe@example.com' }),
    address: z.string().meta({
      description: 'The key: the same for all spellings of one mailbox',
      example: 'jo.doe@example.com',
    }),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    title: z.string().nullable(),
    salutation: z.string().nullable(),
    language: z.string().nullable(),
    timeZone: z.string().nullable(),
    newsletter: z.boolean().nullable().meta({ description: 'Consent; null: not known' }),
    externalId: z.string().nullable().meta({ description: 'What another system calls the person' }),
    customerId: idSchema.nullable(),
    customer: z.string().nullable().meta({ description: 'Name of the organisation' }),
    attributes: attributesSchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'Contact' });

export const contactListSchema = listSchema(contactSchema, 'Contacts');

export const contactQuerySchema = z.strictObject({
  ...pagingFields,
  q: searchSchema.meta({
    description: 'Beginnings of the address, first or last name; all words must be found',
    example: 'otto mus',
  }),
});

const personFields = {
  email: z.string().max(1_000).optional(),
  firstName: textSchema.optional(),
  lastName: textSchema.optional(),
  title: textSchema.optional(),
  salutation: textSchema.optional(),
  language: languageSchema.optional(),
  timeZone: timeZoneSchema.optional(),
  newsletter: z.boolean().nullable().optional(),
  customer: textSchema
    .optional()
    .meta({ description: 'Name of the organisation; made when there is none of this name' }),
  attributes: attributesPatchSchema.optional(),
} as const;

const contactFields = {
  ...personFields,
  externalId: externalIdSchema.optional(),
  customerId: idSchema.nullable().optional().meta({ description: 'The same by its id; give one of the two' }),
} as const;

const twoCustomers = {
  path: ['customerId'],
  error: 'give customer (a name) or customerId, not both',
};

export const newContactSchema = z
  .strictObject({ ...contactFields, email: z.string().max(1_000).meta({ example: 'Jo.Doe@example.com' }) })
  .refine(({ customer, customerId }) => customer === undefined || customerId === undefined, twoCustomers)
  .meta({ id: 'NewContact' });

export const contactPatchSchema = z
  .strictObject(contactFields)
  .refine((patch) => Object.keys(patch).length > 0, 'give at least one field to change')
  .refine(({ customer, customerId }) => customer === undefined || customerId === undefined, twoCustomers)
  .meta({ id: 'ContactPatch', description: 'What is left out stays; null clears a field' });

/** Somebody who is no contact, to look at a mail with. */
export const madeUpPersonSchema = z.strictObject(personFields).meta({ id: 'MadeUpPerson' });
export type MadeUpPerson = z.output<typeof madeUpPersonSchema>;
