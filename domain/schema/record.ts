import { z } from 'zod';
import { isWebAddress } from '../web-address.ts';
import { attributesPatchSchema, attributesSchema } from './attribute.ts';
import { searchSchema } from './person-text.ts';
import { idSchema, instantSchema, listSchema, nameSchema, pagingFields } from './shared.ts';

/** A name that templates can write: `record.KIND.title`. */
export const recordKindSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'a kind is one word of at most 40 lower-case letters, digits and _')
  .meta({ description: 'What kind of thing it is', example: 'property' });

/** `.` and `..` cannot stand in a path: clients take them out (RFC 3986 5.2.4). */
export const recordExternalIdSchema = nameSchema
  .refine((id) => id !== '.' && id !== '..', 'an external id is more than dots')
  .meta({ description: 'What the other system calls it; unique in its kind', example: 'OBJ-4711' });

const linkSchema = z
  .string()
  .trim()
  .refine(isWebAddress, 'a link begins with http:// or https:// and has no blanks, quotes or brackets')
  .nullable()
  .meta({ description: 'A page about it', example: 'https://crm.example.com/property/4711' });

export const recordPutSchema = z
  .strictObject({
    title: nameSchema.meta({ example: 'Flat in Via Roma 12' }),
    link: linkSchema.default(null),
    attributes: attributesPatchSchema.default({}),
  })
  .meta({ id: 'RecordPut', description: 'Everything of the record: what is left out is cleared' });

export const recordSchema = z
  .strictObject({
    id: idSchema,
    kind: z.string(),
    externalId: z.string(),
    title: z.string(),
    link: z.string().nullable(),
    attributes: attributesSchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
  })
  .meta({
    id: 'Record',
    description: 'A thing of another system that people, customers or campaigns have to do with',
  });

export const recordListSchema = listSchema(recordSchema, 'Records');

export const recordQuerySchema = z.strictObject({
  ...pagingFields,
  kind: recordKindSchema.optional(),
  q: searchSchema.meta({ description: 'The beginning of the title or of the external id', example: 'flat' }),
});

/** What a record can be linked with. */
export const linkTargetSchema = z.enum(['contacts', 'customers', 'campaigns']);

const recordLinkSchema = z
  .strictObject({
    to: linkTargetSchema,
    id: idSchema,
    linkedBy: z.string(),
    linkedAt: instantSchema,
  })
  .meta({ id: 'RecordLink' });

export const recordLinkListSchema = listSchema(recordLinkSchema, 'RecordLinks');

/** The records of a campaign, by their ids. */
export const campaignRecordsSchema = z
  .array(idSchema)
  .max(100, 'a campaign has at most 100 records')
  .refine((ids) => new Set(ids).size === ids.length, 'a record is named twice; leave one out')
  .meta({
    description:
      'Ids of linked records. Of several of one kind mails speak of the first, unless the recipient or the customer has one',
  });
